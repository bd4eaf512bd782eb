#include "hoist/resolver/pick_manifest.hpp"

#include "hoist/base/text.hpp"
#include "platform.hpp"

namespace hoist::resolver {
namespace {

using package::Manifest;
using package::PackageSpec;
using package::Packument;
using package::Range;
using package::SpecType;
using package::Version;

class Picker {
 public:
  Picker(const Packument& packument, const PickOptions& options) : packument_(packument), options_(options) {}

  Result<const Manifest*> pick(const PackageSpec& spec) const {
    switch (spec.type) {
      case SpecType::kTag:
        return pick_tag(spec.fetch_spec);
      case SpecType::kVersion:
        return pick_version(spec.fetch_spec);
      default:
        return pick_range(spec.fetch_spec);
    }
  }

 private:
  /// A version without a known time counts as old enough.
  [[nodiscard]] bool is_before(std::string_view version) const {
    if (!options_.before || !packument_.has_times()) return true;
    const auto time = packument_.published(version);
    return !time || *time <= *options_.before;
  }

  Result<const Manifest*> pick_tag(std::string_view tag) const {
    const std::string* version = package::find(packument_.dist_tags(), tag);
    if (version == nullptr) return nullptr;
    if (is_before(*version)) return packument_.manifest(*version);
    return pick_range("<=" + *version);
  }

  Result<const Manifest*> pick_version(std::string_view wanted) const {
    const auto version = package::clean(wanted, {.loose = true});
    return version && is_before(*version) ? packument_.manifest(*version) : nullptr;
  }

  [[nodiscard]] const Manifest* find_default(const std::string& text, const Range& range) const {
    const std::string* tagged = package::find(packument_.dist_tags(), options_.default_tag);
    if (tagged == nullptr || !is_before(*tagged)) return nullptr;
    if (text != "*") {
      const auto version = Version::parse(*tagged, {.loose = true});
      if (!version || !range.test(*version)) return nullptr;
    }
    const Manifest* manifest = packument_.manifest(*tagged);
    return manifest != nullptr && !manifest->deprecated && engine_fits(*manifest) ? manifest : nullptr;
  }

  [[nodiscard]] bool engine_fits(const Manifest& manifest) const {
    return engine_ok(manifest, options_.npm_version, options_.node_version);
  }

  Result<const Manifest*> pick_range(const std::string& text) const {
    HOIST_TRY(const Range range, Range::parse(text, {.loose = true}));
    if (const Manifest* manifest = find_default(text, range)) return manifest;
    struct Candidate {
      const Packument::Entry* entry;
      const Manifest* manifest;
      int rank;
    };
    std::optional<Candidate> best;
    bool any = false;
    for (const Packument::Entry& entry : packument_.versions()) {
      if (!is_before(entry.key)) continue;
      any = true;
      if (!entry.version || !range.test(*entry.version)) continue;
      // Reading a manifest costs; one that could only win by its version and does not is skipped.
      if (best && best->rank == kBest && *entry.version <= *best->entry->version) continue;
      const Manifest* manifest = packument_.manifest(entry.key);
      if (manifest == nullptr) continue;
      const int rank = rank_of(*manifest);
      if (!best || rank > best->rank || (rank == best->rank && *entry.version > *best->entry->version))
        best = Candidate{&entry, manifest, rank};
    }
    if (!any) return fail("ENOVERSIONS", "No versions available for " + packument_.name());
    return best ? best->manifest : nullptr;
  }

  static constexpr int kBest = 3;
  /// 3 = engine fine and not deprecated, 2 = engine fine, 1 = not deprecated.
  [[nodiscard]] int rank_of(const Manifest& manifest) const {
    const bool engine = engine_fits(manifest), current = !manifest.deprecated;
    return engine && current ? kBest : engine ? 2 : current ? 1 : 0;
  }

  const Packument& packument_;
  const PickOptions& options_;
};

}  // namespace

Result<const Manifest*> pick_manifest(const Packument& packument, const PackageSpec& spec, const PickOptions& options) {
  HOIST_TRY(const Manifest* const manifest, Picker(packument, options).pick(spec));
  if (manifest != nullptr) return manifest;
  return fail("ETARGET",
              fmt::format("No matching version found for {}@{}{}.", packument.name(), printable(spec.fetch_spec),
                          options.before ? " with the given date limit" : ""),
              "In most cases you or one of your dependencies are requesting a package version that doesn't exist.");
}

}  // namespace hoist::resolver
