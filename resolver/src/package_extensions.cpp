#include "package_extensions.hpp"

#include <algorithm>
#include <array>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_name.hpp"

namespace hoist::resolver {
namespace {

using package::Manifest;
using package::StringMap;

constexpr std::array<std::string_view, 4> kFields = {"dependencies", "optionalDependencies", "peerDependencies",
                                                     "peerDependenciesMeta"};

/// Keys sorted at every level, no white space: what is hashed. parse_json bounds the depth.
void write_canonical(const Json& value, std::string& out) {
  if (value.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      write_canonical(value[i], out);
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<std::pair<std::string, const Json*>> members;
    for (const auto& [key, member] : value.items()) members.emplace_back(key, &member);
    std::sort(members.begin(), members.end());
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      out += Json(members[i].first).dump() + ":";
      write_canonical(*members[i].second, out);
    }
    out += '}';
  } else {
    out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

std::string at(const std::string& key) { return "packageExtensions[\"" + printable(key) + "\"]"; }

Result<void> check_names(const std::string& key, const std::string& field, const Json& map) {
  for (const auto& [name, value] : map.items()) {
    if (field == "peerDependenciesMeta") {
      if (!value.is_object())
        return fail("EEXTENSIONVALUE", fmt::format("{}.{}.{} must be an object", at(key), field, printable(name)));
    } else if (value.is_null() || value == Json(false) || value == Json("-")) {
      return fail("EEXTENSIONDELETE", fmt::format("{}.{}.{} would take something away, and only adding is possible",
                                                  at(key), field, printable(name)));
    }
  }
  return {};
}

Result<void> check_extension(const std::string& key, const Json& extension) {
  if (!extension.is_object()) return fail("EEXTENSIONVALUE", at(key) + " must be an object");
  for (const auto& [field, map] : extension.items()) {
    if (std::find(kFields.begin(), kFields.end(), field) == kFields.end())
      return fail("EEXTENSIONFIELD",
                  fmt::format("{} has the field \"{}\", which cannot be extended", at(key), printable(field)),
                  "dependencies, optionalDependencies, peerDependencies and peerDependenciesMeta can be");
    if (!map.is_object()) return fail("EEXTENSIONVALUE", fmt::format("{}.{} must be an object", at(key), field));
  }
  for (const auto& [field, map] : extension.items()) HOIST_CHECK(check_names(key, field, map));
  return {};
}

const Json& member(const Json& extension, std::string_view field) {
  static const Json kNone = Json::object();
  const Json* found = find_member(extension, field);
  return found != nullptr ? *found : kNone;
}

Result<void> add_dependencies(Manifest& manifest, const std::string& key, const Json& extension, Json& applied) {
  const std::pair<std::string_view, StringMap*> fields[] = {{"dependencies", &manifest.dependencies},
                                                            {"optionalDependencies", &manifest.optional_dependencies}};
  for (const auto& [field, map] : fields)
    for (const auto& [name, spec] : member(extension, field).items()) {
      for (const auto& [other, existing] : fields)
        if (package::find(*existing, name) != nullptr)
          return fail("EEXTENSIONDUPDEP",
                      fmt::format("{}.{}.{} conflicts with the {}.{} that the package has", at(key), field,
                                  printable(name), other, printable(name)),
                      "overrides change a version; packageExtensions add what is missing");
      if (spec.is_string()) map->emplace_back(name, spec.get<std::string>());
      applied[std::string(field)].push_back(name);
    }
  return {};
}

Result<void> add_peers(Manifest& manifest, const std::string& key, const Json& extension, Json& applied) {
  for (const auto& [name, spec] : member(extension, "peerDependencies").items()) {
    const auto old = std::find_if(manifest.peer_dependencies.begin(), manifest.peer_dependencies.end(),
                                  [&](const auto& pair) { return pair.first == name; });
    const std::string text = spec.is_string() ? spec.get<std::string>() : std::string();
    if (old != manifest.peer_dependencies.end())
      old->second = text;
    else
      manifest.peer_dependencies.emplace_back(name, text);
    applied["peerDependencies"].push_back(name);
  }
  for (const auto& [name, meta] : member(extension, "peerDependenciesMeta").items()) {
    if (!manifest.peer_dependencies_meta.is_object()) manifest.peer_dependencies_meta = Json::object();
    Json& entry = manifest.peer_dependencies_meta[name];
    if (!entry.is_object()) entry = Json::object();
    entry.update(meta);
    applied["peerDependenciesMeta"].push_back(name);
    if (package::find(manifest.peer_dependencies, name) == nullptr)
      return fail("EEXTENSIONORPHANMETA", fmt::format("{0}.peerDependenciesMeta.{1} belongs to no peerDependencies.{1}",
                                                      at(key), printable(name)));
  }
  return {};
}

}  // namespace

Result<PackageExtensions> PackageExtensions::parse(const Json& rules) {
  PackageExtensions parsed;
  if (rules.is_null()) return parsed;
  if (!rules.is_object()) return fail("EEXTENSIONROOT", "packageExtensions must be an object");
  for (const auto& [key, extension] : rules.items()) {
    const std::size_t separator = key.find('@', key.starts_with('@') ? 1 : 0);
    Rule rule{key, key.substr(0, separator), std::nullopt, extension};
    if (key.empty() || !package::PackageName::parse(rule.name))
      return fail("EEXTENSIONSELECTOR", fmt::format("\"{}\" in packageExtensions names no package", printable(key)));
    if (separator != std::string::npos) {
      const std::string range = key.substr(separator + 1);
      auto parsed_range = package::Range::parse(range, {.loose = true});
      if (trim(range).empty() || !parsed_range)
        return fail("EEXTENSIONSELECTOR",
                    fmt::format("\"{}\" in packageExtensions is no package with a version range", printable(key)),
                    "A name alone stands for every version.");
      rule.range = *std::move(parsed_range);
    }
    HOIST_CHECK(check_extension(key, extension));
    parsed.rules_.push_back(std::move(rule));
  }
  std::string canonical;
  write_canonical(rules, canonical);
  parsed.hash_ =
      Integrity::from_digest(HashAlgorithm::kSha512, hoist::hash(HashAlgorithm::kSha512, canonical)).to_string();
  return parsed;
}

Result<const PackageExtensions::Rule*> PackageExtensions::rule_for(std::string_view name,
                                                                   std::string_view version) const {
  const Rule* found = nullptr;
  for (const Rule& rule : rules_) {
    if (rule.name != name) continue;
    if (rule.range) {
      const auto parsed = package::Version::parse(version, {.loose = true});
      if (!parsed || !rule.range->test(*parsed)) continue;
    }
    if (found != nullptr)
      return fail("EEXTENSIONCONFLICT",
                  fmt::format("Both \"{}\" and \"{}\" of packageExtensions match {}@{}", printable(found->key),
                              printable(rule.key), name, version),
                  "Narrow one of them, or remove it.");
    found = &rule;
  }
  return found;
}

bool PackageExtensions::matches(std::string_view name, std::string_view version) const {
  const auto rule = rule_for(name, version);
  return !rule || *rule != nullptr;
}

Result<std::optional<std::string>> PackageExtensions::key_for(std::string_view name, std::string_view version) const {
  HOIST_TRY(const Rule* const rule, rule_for(name, version));
  return rule == nullptr ? std::optional<std::string>{} : std::optional(rule->key);
}

Result<std::optional<PackageExtensions::Extended>> PackageExtensions::apply(const Manifest& manifest) const {
  if (rules_.empty() || manifest.name.empty()) return std::optional<Extended>{};
  HOIST_TRY(const Rule* const rule, rule_for(manifest.name, manifest.version));
  if (rule == nullptr) return std::optional<Extended>{};
  auto extended = std::make_shared<Manifest>(manifest);
  Json applied = {{"selector", rule->key}};
  HOIST_CHECK(add_dependencies(*extended, rule->key, rule->extension, applied));
  HOIST_CHECK(add_peers(*extended, rule->key, rule->extension, applied));
  return std::optional(Extended{std::move(extended), std::move(applied)});
}

}  // namespace hoist::resolver
