#include "hoist/package/tar_reader.hpp"

namespace hoist::package {
namespace {

constexpr std::uint64_t kMaxPackageJson = 32U << 20U;

/// Keeps the package.json, counts the rest.
class SummarySink final : public TarSink {
 public:
  explicit SummarySink(TarballSummary& summary) : summary_(summary) {}

  Result<void> begin(const TarEntry& entry) override {
    keep_ = false;
    if (entry.type == TarEntryType::kDirectory) return {};
    ++summary_.files;
    summary_.unpacked_size += entry.size;
    if (entry.path == "npm-shrinkwrap.json") summary_.has_shrinkwrap = true;
    if (entry.path == "binding.gyp") summary_.has_binding_gyp = true;
    if (entry.path != "package.json") return {};
    if (entry.size > kMaxPackageJson) return fail("ETARTOOLARGE", "the package.json of the archive is too large");
    keep_ = true;
    summary_.package_json.clear();
    return {};
  }
  Result<void> data(std::string_view bytes) override {
    if (keep_) summary_.package_json.append(bytes);
    return {};
  }
  Result<void> end() override { return {}; }

 private:
  TarballSummary& summary_;
  bool keep_ = false;
};

}  // namespace

Result<void> walk_tarball(std::string_view bytes, TarSink& sink, Inflater& inflater, const TarLimits& limits) {
  TarWalker walker(sink, limits);
  if (is_gzip(bytes)) {
    // Headers and padding come on top of the declared sizes.
    const GzipLimits gzip{.max_output = limits.max_total + limits.max_entries * 3 * 512};
    HOIST_CHECK(inflater.inflate(bytes, gzip, [&](std::string_view piece) { return walker.feed(piece); }));
  } else {
    HOIST_CHECK(walker.feed(bytes));
  }
  return walker.finish();
}

Result<TarballSummary> inspect_tarball(std::string_view bytes, const TarLimits& limits) {
  TarballSummary summary;
  SummarySink sink(summary);
  Inflater inflater;
  HOIST_CHECK(walk_tarball(bytes, sink, inflater, limits));
  return summary;
}

Result<std::string> read_tarball_package_json(std::string_view bytes, const TarLimits& limits) {
  HOIST_TRY(TarballSummary summary, inspect_tarball(bytes, limits));
  if (summary.package_json.empty()) return fail("ENOPACKAGEJSON", "the archive has no package.json");
  return std::move(summary.package_json);
}

}  // namespace hoist::package
