#include "hoist/package/package_json.hpp"

#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/base/file.hpp"
#include "js_text.hpp"

namespace hoist::package {
namespace {

/// Larger than any package.json that means well.
constexpr std::size_t kMaxPackageJson = 64U << 20U;

Json sorted_object(StringMap map) {
  std::ranges::stable_sort(map, [](const auto& a, const auto& b) { return locale_compare(a.first, b.first) < 0; });
  Json object = Json::object();
  for (auto& [name, spec] : map) object.emplace(std::move(name), std::move(spec));
  return object;
}

void set_or_remove(Json& document, const char* field, const std::optional<StringMap>& map) {
  if (!map) return;
  if (map->empty())
    document.erase(field);
  else
    document[field] = sorted_object(*map);
}

/// Names that stood both in dependencies and in peerDependencies before the change.
std::vector<std::string> names_in_both(const Json& document) {
  std::vector<std::string> names;
  const Json* production = find_member(document, "dependencies");
  const Json* peers = find_member(document, "peerDependencies");
  if (production == nullptr || peers == nullptr || !peers->is_object()) return names;
  for (const auto& [name, spec] : peers->items())
    if (find_member(*production, name) != nullptr) names.push_back(name);
  return names;
}

}  // namespace

Result<PackageJson> PackageJson::read(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "package.json";
  auto text = read_file(file, kMaxPackageJson);
  if (!text) return fail_from(std::move(text).error(), "Could not read package.json");
  return parse(*text, file.string());
}

Result<PackageJson> PackageJson::parse(std::string_view text, std::string_view what) {
  PackageJson package;
  auto document = parse_json(text, what);
  if (!document) {
    const std::string repaired = js::to_well_formed(text);
    if (repaired != text)
      if (auto second = parse_json(repaired, what)) document = std::move(second);
  }
  if (!document) return fail_from(std::move(document).error(), "Invalid package.json");
  if (!document->is_object())
    return fail("EJSONPARSE", fmt::format("Invalid package.json: {} is no JSON object", what));
  package.document_ = std::move(*document);
  package.style_ = detect_json_style(text);
  package.original_ = text;
  return package;
}

Result<Manifest> PackageJson::manifest() const {
  HOIST_TRY(Manifest manifest, manifest_from_json(document_));
  // npm drops members with a leading underscore from files: only a registry may say this.
  manifest.has_shrinkwrap = false;
  return manifest;
}

void PackageJson::update_dependencies(DependencyMaps maps) {
  if (maps.dependencies && maps.optional_dependencies)
    std::erase_if(*maps.dependencies,
                  [&](const auto& entry) { return find(*maps.optional_dependencies, entry.first) != nullptr; });
  const std::vector<std::string> in_both = names_in_both(document_);

  set_or_remove(document_, "dependencies", maps.dependencies);
  set_or_remove(document_, "optionalDependencies", maps.optional_dependencies);
  set_or_remove(document_, "devDependencies", maps.dev_dependencies);
  set_or_remove(document_, "peerDependencies", maps.peer_dependencies);

  const Json* peers = find_member(document_, "peerDependencies");
  if (peers == nullptr) return;
  const Json kept = *peers;
  for (const std::string& name : in_both)
    if (const Json* spec = find_member(kept, name)) document_["dependencies"][name] = *spec;
}

void PackageJson::set_dependencies(std::string_view field, const StringMap& map) {
  DependencyMaps maps;
  if (field == "dependencies")
    maps.dependencies = map;
  else if (field == "devDependencies")
    maps.dev_dependencies = map;
  else if (field == "peerDependencies")
    maps.peer_dependencies = map;
  else if (field == "optionalDependencies")
    maps.optional_dependencies = map;
  else
    return;
  update_dependencies(std::move(maps));
  if (field != "optionalDependencies") return;
  const auto dependencies = document_.find("dependencies");
  if (dependencies == document_.end() || !dependencies->is_object()) return;
  for (const auto& [name, spec] : map) dependencies->erase(name);
  if (dependencies->empty()) document_.erase("dependencies");
}

std::string PackageJson::to_string() const { return stringify(document_, style_); }

Result<void> PackageJson::save(const std::filesystem::path& directory) const {
  const std::string text = to_string();
  if (js::trim(text) == js::trim(original_)) return {};
  return atomic_write(directory / "package.json", text);
}

}  // namespace hoist::package
