/// bun.lock, the text form. `packages` is keyed by where a package stands: `b`, or `a/b` for the one below `a`.
#include <array>

#include "foreign_text.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/foreign.hpp"
#include "jsonc.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::string_view kFile = "bun.lock";
constexpr int kNewest = 2;
constexpr std::array<std::string_view, 4> kMaps = {"dependencies", "devDependencies", "optionalDependencies",
                                                   "peerDependencies"};

/// Where the last name of a key begins: `a/@s/b` → 2, `a` → 0.
std::size_t last_name(std::string_view key) {
  std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return 0;
  const std::size_t before = slash == 0 ? std::string_view::npos : key.rfind('/', slash - 1);
  const std::size_t scope = before == std::string_view::npos ? 0 : before + 1;
  return key[scope] == '@' ? scope : slash + 1;
}

class Reader {
 public:
  explicit Reader(const Json& document) : document_(document) {}

  Result<ForeignLock> read() {
    const Json* version = find_member(document_, "lockfileVersion");
    if (version == nullptr || !version->is_number_integer() || *version < 0 || *version > kNewest)
      return bad_foreign(kFile, fmt::format("its lockfileVersion is none of 0 to {}", kNewest));
    const Json* packages = find_member(document_, "packages");
    if (packages == nullptr || !packages->is_object()) return bad_foreign(kFile, "it has no packages");
    lock_.pins.strict = true;
    for (const auto& [key, entry] : packages->items()) add_package(key, entry);
    if (const Json* workspaces = find_member(document_, "workspaces"); workspaces != nullptr && workspaces->is_object())
      for (const auto& [location, manifest] : workspaces->items())
        add_dependencies(Pins::importer(location), std::string(text_of(manifest, "name")), manifest);
    for (const auto& [key, entry] : packages->items()) {
      const auto pin = pins_.find(key);
      if (pin == pins_.end() || pin->second.version.empty() || !entry.is_array()) continue;
      for (const Json& part : entry)
        if (part.is_object()) add_dependencies(pin_id(pin->second), key, part);
    }
    return std::move(lock_);
  }

 private:
  /// `["a@1.2.3", "", {…}, "sha512-…"]`; anything that is no version of the registry has another form.
  void add_package(const std::string& key, const Json& entry) {
    if (!entry.is_array() || entry.empty() || !entry[0].is_string()) return;
    const std::string& ident = entry[0].get_ref<const std::string&>();
    const auto [name, version] = split_ident(ident);
    Pin pin = make_pin(name, version);
    if (pin.version.empty() && !version.starts_with("workspace:") && !version.starts_with("link:"))
      lock_.pins.add_other(ident);
    if (const Json& last = entry.back(); entry.size() > 1 && last.is_string() && !pin.version.empty())
      if (const auto& text = last.get_ref<const std::string&>(); text.starts_with("sha")) pin.integrity = text;
    lock_.pins.add_version(pin);
    pins_.insert_or_assign(key, std::move(pin));
  }

  /// As node finds it: below the dependent, then below each package above, then at the top.
  [[nodiscard]] const Pin* find(std::string_view from, std::string_view name) const {
    for (std::string_view place = from;;) {
      const std::string key = place.empty() ? std::string(name) : fmt::format("{}/{}", place, name);
      if (const auto found = pins_.find(key); found != pins_.end()) return &found->second;
      if (place.empty()) return nullptr;
      const std::size_t last = last_name(place);
      place = last == 0 ? std::string_view{} : place.substr(0, last - 1);
    }
  }

  void add_dependencies(const std::string& dependent, const std::string& place, const Json& holder) {
    for (const std::string_view map_name : kMaps) {
      const Json* map = holder.is_object() ? find_member(holder, map_name) : nullptr;
      if (map == nullptr || !map->is_object()) continue;
      for (const auto& item : map->items())
        if (const Pin* pin = find(place, item.key()); pin != nullptr && !pin->version.empty())
          lock_.pins.add_for_dependent(dependent, item.key(), *pin);
    }
  }

  const Json& document_;
  ForeignLock lock_{ForeignKind::kBun, std::string(kFile), {}};
  std::map<std::string, Pin, std::less<>> pins_;
};

}  // namespace

Result<ForeignLock> parse_bun_lock(std::string_view text) {
  HOIST_TRY(const Json document, parse_json(plain_json(text), kFile));
  if (!document.is_object()) return bad_foreign(kFile, "it is no object");
  return Reader(document).read();
}

}  // namespace hoist::lockfile
