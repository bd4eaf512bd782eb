#include "hoist/package/bundled.hpp"

#include <map>
#include <set>

#include "hoist/base/json.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/gzip.hpp"

namespace hoist::package {
namespace {

constexpr std::size_t kMaxManifest = 32U << 20U;

/// `node_modules/a/node_modules/@s/b` when the path is a file directly inside such a folder, else empty.
std::string_view package_folder(std::string_view path, std::string_view file) {
  if (!path.ends_with(file) || path.size() <= file.size() || path[path.size() - file.size() - 1] != '/') return {};
  const std::string_view folder = path.substr(0, path.size() - file.size() - 1);
  const auto parts = split(folder, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] != "node_modules" || ++i == parts.size()) return {};
    if (parts[i].starts_with('.')) return {};
    if (parts[i].starts_with('@') && ++i == parts.size()) return {};
  }
  return folder;
}

/// Keeps the package.json texts and notes which folders have a binding.gyp.
class ManifestCollector final : public TarSink {
 public:
  Result<void> begin(const TarEntry& entry) override {
    current_ = nullptr;
    if (entry.type != TarEntryType::kFile) return {};
    if (const auto folder = package_folder(entry.path, "package.json"); !folder.empty()) {
      if (entry.size > kMaxManifest) return fail("ETARTOOLARGE", "a bundled package.json is too large");
      current_ = &texts[std::string(folder)];
      current_->clear();
    } else if (const auto gyp = package_folder(entry.path, "binding.gyp"); !gyp.empty()) {
      gyp_folders.emplace(gyp);
    }
    return {};
  }
  Result<void> data(std::string_view bytes) override {
    if (current_ != nullptr) current_->append(bytes);
    return {};
  }
  Result<void> end() override { return {}; }

  std::map<std::string, std::string> texts;
  std::set<std::string, std::less<>> gyp_folders;

 private:
  std::string* current_ = nullptr;
};

Result<BundledPackage> read_one(const std::string& folder, const std::string& text, bool has_gyp) {
  HOIST_TRY(const Json document, parse_json(text, folder + "/package.json"));
  HOIST_TRY(Manifest manifest, manifest_from_json(document));
  if (manifest.name.empty()) manifest.name = folder.substr(folder.rfind("node_modules/") + 13);
  const bool own_install =
      find(manifest.scripts, "install") != nullptr || find(manifest.scripts, "preinstall") != nullptr;
  if (has_gyp && !own_install && !manifest.gypfile_disabled) manifest.has_install_script = true;
  return BundledPackage{folder, std::move(manifest)};
}

}  // namespace

Result<std::vector<BundledPackage>> read_bundled_packages(std::string_view tarball, const TarLimits& limits) {
  ManifestCollector collector;
  Inflater inflater;
  HOIST_CHECK(walk_tarball(tarball, collector, inflater, limits));
  std::vector<BundledPackage> out;
  for (const auto& [folder, text] : collector.texts) {
    HOIST_TRY(auto bundled, read_one(folder, text, collector.gyp_folders.contains(folder)));
    out.push_back(std::move(bundled));
  }
  return out;
}

}  // namespace hoist::package
