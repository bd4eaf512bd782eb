#include "hoist/package/manifest.hpp"

#include "hoist/base/text.hpp"
#include "hoist/package/package_name.hpp"
#include "hoist/package/version.hpp"
#include "manifest_reader.hpp"

namespace hoist::package {
namespace manifest_detail {
namespace {

/// The view of nlohmann's tree.
class JsonView {
 public:
  explicit JsonView(const Json& value) : value_(&value) {}
  [[nodiscard]] bool is_object() const { return value_->is_object(); }
  [[nodiscard]] bool is_array() const { return value_->is_array(); }
  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] std::optional<std::string_view> text() const {
    return value_->is_string() ? std::optional<std::string_view>(*value_->get_ptr<const std::string*>()) : std::nullopt;
  }
  [[nodiscard]] std::optional<bool> boolean() const {
    return value_->is_boolean() ? std::optional(value_->get<bool>()) : std::nullopt;
  }
  [[nodiscard]] std::optional<double> number() const {
    return value_->is_number() ? std::optional(value_->get<double>()) : std::nullopt;
  }
  [[nodiscard]] Json json() const { return *value_; }
  template <class F>
  void for_each_member(F visit) const {
    for (const auto& [key, value] : value_->items()) visit(std::string_view(key), JsonView(value));
  }
  template <class F>
  void for_each_element(F visit) const {
    for (const Json& value : *value_) visit(JsonView(value));
  }

 private:
  const Json* value_;
};

}  // namespace

std::string_view base_name(std::string_view path) noexcept {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string secure_path(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string unix_path(path);
  for (char& c : unix_path)
    if (c == '\\' || c == ':') c = '/';
  for (const std::string_view part : split(unix_path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      kept.push_back(part);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out;
  for (const std::string_view part : kept) {
    if (!out.empty()) out += '/';
    out += part;
  }
  if (!out.empty() && unix_path.ends_with('/')) out += '/';
  return out;
}

StringMap normalize_bin(StringMap entries) {
  // npm changes the object while it walks over it: a name that an earlier, unsafe spelling already claimed keeps that
  // target, and a renamed entry moves to the end. Slots that were deleted hold no value.
  std::vector<std::pair<std::string, std::optional<std::string>>> slots;
  std::unordered_map<std::string, std::size_t> index;
  for (auto& [name, target] : entries) {
    index.emplace(name, slots.size());
    slots.emplace_back(std::move(name), std::move(target));
  }
  const std::size_t given = slots.size();
  for (std::size_t i = 0; i < given; ++i) {
    if (!slots[i].second) continue;
    const std::string key = slots[i].first;
    std::string target = secure_path(*slots[i].second);
    const std::string secured_key = secure_path(key);
    const std::string base(base_name(secured_key));
    // A NUL would cut the name short on its way to the kernel.
    const bool unusable = base.empty() || target.empty() || base.find('\0') != std::string::npos ||
                          target.find('\0') != std::string::npos;
    if (unusable || base != key) {
      slots[i].second.reset();
      index.erase(key);
    }
    if (unusable) continue;
    const auto [found, added] = index.emplace(base, slots.size());
    if (added)
      slots.emplace_back(base, std::move(target));
    else
      slots[found->second].second = std::move(target);
  }
  StringMap bin;
  for (auto& [name, target] : slots)
    if (target) bin.emplace_back(std::move(name), std::move(*target));
  return bin;
}

}  // namespace manifest_detail

const std::string* find(const StringMap& map, std::string_view name) noexcept {
  for (const auto& [key, value] : map)
    if (key == name) return &value;
  return nullptr;
}

bool Manifest::is_optional_peer(std::string_view peer) const {
  const Json* meta = find_member(peer_dependencies_meta, peer);
  const Json* optional = meta == nullptr ? nullptr : find_member(*meta, "optional");
  return optional != nullptr && manifest_detail::is_truthy(manifest_detail::JsonView(*optional));
}

Result<Manifest> manifest_from_json(const Json& document, ManifestOptions options) {
  if (!document.is_object()) return fail("EJSONPARSE", "Invalid package.json: it is no JSON object");
  Manifest manifest = manifest_detail::Reader<manifest_detail::JsonView>().read(manifest_detail::JsonView(document));
  if (options.require_identity) {
    HOIST_CHECK(PackageName::parse(manifest.name));
    HOIST_CHECK(Version::parse(manifest.version, {.loose = true}));
  }
  return manifest;
}

}  // namespace hoist::package
