#include "hydrate.hpp"

#include <array>
#include <unordered_set>

#include "hoist/lockfile/location.hpp"

namespace hoist::lockfile {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// Above this size a repeated key is looked for with a set; below, comparing is cheaper.
constexpr std::size_t kLinearSearch = 24;

std::string text_of(element value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

bool truthy(element value) {
  switch (value.type()) {
    case element_type::BOOL:
      return value.get_bool().value_unsafe();
    case element_type::NULL_VALUE:
      return false;
    case element_type::STRING:
      return !value.get_string().value_unsafe().empty();
    case element_type::INT64:
      return value.get_int64().value_unsafe() != 0;
    case element_type::UINT64:
      return value.get_uint64().value_unsafe() != 0;
    case element_type::DOUBLE:
      return value.get_double().value_unsafe() != 0;
    default:
      return true;
  }
}

/// A repeated key keeps its last value, as JSON.parse has it.
void drop_repeated_keys(package::StringMap& map) {
  std::unordered_set<std::string_view> seen;
  std::vector<bool> keep(map.size(), true);
  bool repeated = false;
  for (std::size_t i = map.size(); i-- > 0;) {
    keep[i] = seen.insert(map[i].first).second;
    repeated = repeated || !keep[i];
  }
  if (!repeated) return;
  package::StringMap unique;
  for (std::size_t i = 0; i < map.size(); ++i)
    if (keep[i]) unique.push_back(std::move(map[i]));
  map = std::move(unique);
}

package::StringMap string_map(element value) {
  package::StringMap map;
  simdjson::dom::object members;
  if (value.get(members) != simdjson::SUCCESS) return map;
  map.reserve(members.size());
  for (const auto [key, member] : members) {
    std::string_view text;
    if (member.get(text) != simdjson::SUCCESS) continue;
    if (map.size() < kLinearSearch) {
      const auto known = std::find_if(map.begin(), map.end(), [&](const auto& pair) { return pair.first == key; });
      if (known != map.end()) {
        known->second = text;
        continue;
      }
    }
    map.emplace_back(key, text);
  }
  if (map.size() > kLinearSearch) drop_repeated_keys(map);
  return map;
}

/// A list of strings; a lone string counts as a list of one.
std::vector<std::string> string_list(element value) {
  std::vector<std::string> list;
  if (value.is_string()) {
    list.push_back(text_of(value));
    return list;
  }
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS) return list;
  for (const element item : items)
    if (item.is_string()) list.push_back(text_of(item));
  return list;
}

Json object_to_json(simdjson::dom::object members) {
  Json out = Json::object();
  auto& pairs = out.get_ref<Json::object_t&>();
  pairs.reserve(members.size());
  std::unordered_set<std::string_view> seen;
  const bool large = members.size() > kLinearSearch;
  for (const auto [key, member] : members) {
    // ordered_map searches linearly on every insertion; a hostile object must not make that quadratic.
    if (large && seen.insert(key).second)
      static_cast<std::vector<std::pair<const std::string, Json>>&>(pairs).emplace_back(std::string(key),
                                                                                        to_json(member));
    else
      out[std::string(key)] = to_json(member);
  }
  return out;
}

void take_dev_dependencies(LockPackage& entry, element value) {
  entry.manifest.dev_dependencies = string_map(value);
  entry.manifest.has_dev_dependencies = value.is_object();
}

struct Field {
  std::string_view key;
  void (*take)(LockPackage& entry, element value);
};

/// By length, so that a key is compared with a handful at most: an entry has ten members, a lock thousands of entries.
constexpr Field kFields[] = {
    {"os", [](LockPackage& entry, element value) { entry.manifest.os = string_list(value); }},
    {"cpu", [](LockPackage& entry, element value) { entry.manifest.cpu = string_list(value); }},
    {"dev", [](LockPackage& entry, element value) { entry.dev = truthy(value); }},
    {"libc", [](LockPackage& entry, element value) { entry.manifest.libc = string_list(value); }},
    {"link", [](LockPackage& entry, element value) { entry.link = truthy(value); }},
    {"name", [](LockPackage& entry, element value) { entry.manifest.name = text_of(value); }},
    {"peer", [](LockPackage& entry, element value) { entry.peer = truthy(value); }},
    {"engines", [](LockPackage& entry, element value) { entry.manifest.engines = to_json(value); }},
    {"funding", [](LockPackage& entry, element value) { entry.manifest.funding = to_json(value); }},
    {"license", [](LockPackage& entry, element value) { entry.manifest.license = to_json(value); }},
    {"patched", [](LockPackage& entry, element value) { entry.patched = to_json(value); }},
    {"version", [](LockPackage& entry, element value) { entry.manifest.version = text_of(value); }},
    {"inBundle", [](LockPackage& entry, element value) { entry.in_bundle = truthy(value); }},
    {"optional", [](LockPackage& entry, element value) { entry.optional = truthy(value); }},
    {"resolved", [](LockPackage& entry, element value) { entry.resolved = text_of(value); }},
    {"integrity", [](LockPackage& entry, element value) { entry.integrity = text_of(value); }},
    {"deprecated",
     [](LockPackage& entry, element value) {
       if (value.is_string()) entry.manifest.deprecated = text_of(value);
     }},
    {"extraneous", [](LockPackage& entry, element value) { entry.extraneous = truthy(value); }},
    {"workspaces", [](LockPackage& entry, element value) { entry.manifest.workspaces = to_json(value); }},
    {"devOptional", [](LockPackage& entry, element value) { entry.dev_optional = truthy(value); }},
    {"dependencies", [](LockPackage& entry, element value) { entry.manifest.dependencies = string_map(value); }},
    {"hasShrinkwrap", [](LockPackage& entry, element value) { entry.manifest.has_shrinkwrap = truthy(value); }},
    {"devDependencies", take_dev_dependencies},
    {"hasInstallScript", [](LockPackage& entry, element value) { entry.manifest.has_install_script = truthy(value); }},
    {"npmExtensionHash", [](LockPackage& entry, element value) { entry.npm_extension_hash = text_of(value); }},
    {"peerDependencies",
     [](LockPackage& entry, element value) { entry.manifest.peer_dependencies = string_map(value); }},
    {"acceptDependencies",
     [](LockPackage& entry, element value) { entry.manifest.accept_dependencies = to_json(value); }},
    {"bundleDependencies",
     [](LockPackage& entry, element value) { entry.manifest.bundle_dependencies = string_list(value); }},
    {"npmExtensionApplied", [](LockPackage& entry, element value) { entry.npm_extension_applied = to_json(value); }},
    {"optionalDependencies",
     [](LockPackage& entry, element value) { entry.manifest.optional_dependencies = string_map(value); }},
    {"peerDependenciesMeta",
     [](LockPackage& entry, element value) { entry.manifest.peer_dependencies_meta = to_json(value); }},
    {"packageExtensionsHash",
     [](LockPackage& entry, element value) { entry.package_extensions_hash = text_of(value); }},
    {"packageExtensionsApplied",
     [](LockPackage& entry, element value) { entry.package_extensions_applied = to_json(value); }},
};

constexpr std::size_t kLongestKey = 24;

/// Where the fields of each length start.
constexpr auto kFirstOfLength = [] {
  std::array<std::size_t, kLongestKey + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length)
    while (first[length] < std::size(kFields) && kFields[first[length]].key.size() < length) ++first[length];
  return first;
}();

void take_field(LockPackage& entry, std::string_view key, element value) {
  if (key.size() > kLongestKey) return;
  for (std::size_t i = kFirstOfLength[key.size()]; i < kFirstOfLength[key.size() + 1]; ++i)
    if (kFields[i].key == key) return kFields[i].take(entry, value);
}

}  // namespace

Json to_json(element value) {
  switch (value.type()) {
    case element_type::OBJECT:
      return object_to_json(value.get_object().value_unsafe());
    case element_type::ARRAY: {
      Json out = Json::array();
      for (const element item : value.get_array().value_unsafe()) out.push_back(to_json(item));
      return out;
    }
    case element_type::STRING:
      return text_of(value);
    case element_type::INT64:
      return value.get_int64().value_unsafe();
    case element_type::UINT64:
      return value.get_uint64().value_unsafe();
    case element_type::DOUBLE:
      return value.get_double().value_unsafe();
    case element_type::BOOL:
      return value.get_bool().value_unsafe();
    case element_type::NULL_VALUE:
      break;
  }
  return nullptr;
}

LockPackage hydrate_package(std::string_view location, simdjson::dom::object members) {
  LockPackage entry;
  bool bundles_all = false;
  for (const auto [key, value] : members) {
    take_field(entry, key, value);
    if (key == "bundleDependencies")
      bundles_all = value.is_bool() && truthy(value);
    else if (key == "bin" && value.is_string())
      entry.manifest.bin = {{std::string(name_of_location(location)), text_of(value)}};
    else if (key == "bin")
      entry.manifest.bin = string_map(value);
  }
  if (bundles_all)
    for (const auto& [name, spec] : entry.manifest.dependencies) entry.manifest.bundle_dependencies.push_back(name);
  return entry;
}

}  // namespace hoist::lockfile
