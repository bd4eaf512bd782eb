/// pnpm-lock.yaml, versions 6 and 9. Both say for every importer and every package what each dependency got.
#include <array>

#include "foreign_text.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/foreign.hpp"
#include "yaml.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::string_view kFile = "pnpm-lock.yaml";
constexpr std::array<std::string_view, 3> kMaps = {"dependencies", "devDependencies", "optionalDependencies"};

/// `1.2.3(react@18.0.0)` → `1.2.3`, `/a@1.2.3(b@1.0.0)` → `/a@1.2.3`: the peers a package was resolved with.
std::string_view without_peers(std::string_view text) { return text.substr(0, text.find('(')); }

/// The key of a package (`a@1.2.3`, in version 6 `/a@1.2.3`) without decoration.
std::string_view plain_key(std::string_view key) {
  key = without_peers(key);
  if (key.starts_with('/')) key.remove_prefix(1);
  return key;
}

class Reader {
 public:
  explicit Reader(const Json& document) : document_(document) {}

  Result<ForeignLock> read() {
    const std::string_view version = text_of(document_, "lockfileVersion");
    if (!version.starts_with("6.") && !version.starts_with("9."))
      return bad_foreign(kFile,
                         fmt::format("its lockfileVersion is {}, versions 6 and 9 are known", printable(version)));
    lock_.pins.strict = true;
    if (const Json* packages = find_member(document_, "packages"); packages != nullptr && packages->is_object())
      for (const auto& [key, entry] : packages->items()) add_package(key, entry);
    if (const Json* importers = find_member(document_, "importers"); importers != nullptr && importers->is_object())
      for (const auto& [location, importer] : importers->items()) add_importer(location, importer);
    else
      add_importer(".", document_);
    // Version 9 has what packages say of themselves in `packages` and what they got in `snapshots`.
    const Json* got = find_member(document_, version.starts_with('9') ? "snapshots" : "packages");
    if (got != nullptr && got->is_object())
      for (const auto& [key, entry] : got->items()) add_maps(std::string(plain_key(key)), entry);
    return std::move(lock_);
  }

 private:
  void add_package(const std::string& key, const Json& entry) {
    const auto [name, version] = split_ident(plain_key(key));
    Pin pin = make_pin(name, version);
    if (pin.version.empty()) return lock_.pins.add_other(key);
    const Json* resolution = entry.is_object() ? find_member(entry, "resolution") : nullptr;
    if (resolution != nullptr) pin.integrity = text_of(*resolution, "integrity");
    lock_.pins.add_version(pin);
    integrities_.insert_or_assign(pin_id(pin), pin.integrity);
  }

  /// What `version: …` of a dependency means: a version, or the key of another package.
  [[nodiscard]] std::optional<Pin> pin_of(std::string_view name, std::string_view version) const {
    if (version.starts_with("link:") || version.starts_with("file:") || version.starts_with("workspace:"))
      return std::nullopt;
    version = plain_key(version);
    Pin pin = make_pin(name, version);
    if (pin.version.empty()) {
      const auto [other, its_version] = split_ident(version);
      if (!other.empty()) pin = make_pin(other, its_version);
    }
    if (pin.version.empty()) return std::nullopt;
    if (const auto known = integrities_.find(pin_id(pin)); known != integrities_.end()) pin.integrity = known->second;
    return pin;
  }

  void add_dependency(const std::string& dependent, const std::string& name, std::string_view version) {
    if (auto pin = pin_of(name, version)) lock_.pins.add_for_dependent(dependent, name, *std::move(pin));
  }

  void add_maps(const std::string& dependent, const Json& holder) {
    for (const std::string_view map_name : kMaps) {
      const Json* map = holder.is_object() ? find_member(holder, map_name) : nullptr;
      if (map == nullptr || !map->is_object()) continue;
      for (const auto& [name, value] : map->items()) {
        if (value.is_string()) add_dependency(dependent, name, value.get_ref<const std::string&>());
        if (value.is_object()) add_dependency(dependent, name, text_of(value, "version"));
      }
    }
  }

  void add_importer(std::string_view location, const Json& importer) { add_maps(Pins::importer(location), importer); }

  const Json& document_;
  ForeignLock lock_{ForeignKind::kPnpm, std::string(kFile), {}};
  std::map<std::string, std::string, std::less<>> integrities_;
};

}  // namespace

Result<ForeignLock> parse_pnpm_lock(std::string_view text) {
  HOIST_TRY(const Json document, parse_yaml(text, kFile));
  if (!document.is_object()) return bad_foreign(kFile, "it is no mapping");
  return Reader(document).read();
}

}  // namespace hoist::lockfile
