#include "cli/listing/package_document.hpp"

#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {
namespace {

bool has(const Json& document, const char* key) { return document.contains(key); }

void drop_private_keys(Json& document) {
  for (auto at = document.begin(); at != document.end();)
    if (at.key().starts_with('_'))
      at = document.erase(at);
    else
      ++at;
}

Json keys_of(const Json& object) {
  Json keys = Json::array();
  if (object.is_object())
    for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

void normalize_bundle(Json& document) {
  if (has(document, "bundledDependencies")) {
    if (!has(document, "bundleDependencies")) document["bundleDependencies"] = document["bundledDependencies"];
    document.erase("bundledDependencies");
  }
  if (!has(document, "bundleDependencies")) return;
  Json& bundle = document["bundleDependencies"];
  if (bundle == Json(false)) {
    bundle = Json::array();
  } else if (bundle == Json(true)) {
    bundle = has(document, "dependencies") ? keys_of(document["dependencies"]) : Json::array();
  } else if (bundle.is_object()) {
    bundle = keys_of(bundle);
  } else if (!bundle.is_array()) {
    document.erase("bundleDependencies");
  }
}

void normalize_optional(Json& document) {
  if (!has(document, "dependencies") || !has(document, "optionalDependencies")) return;
  Json& dependencies = document["dependencies"];
  const Json& optional = document["optionalDependencies"];
  if (!dependencies.is_object() || !optional.is_object()) return;
  for (const auto& [name, spec] : optional.items()) dependencies.erase(name);
  if (dependencies.empty()) document.erase("dependencies");
}

void normalize_scripts(Json& document) {
  if (!has(document, "scripts")) return;
  Json& scripts = document["scripts"];
  if (!scripts.is_object()) {
    document.erase("scripts");
    return;
  }
  for (auto at = scripts.begin(); at != scripts.end();)
    if (at->is_string())
      ++at;
    else
      at = scripts.erase(at);
}

/// A path without `.`, `..`, backslashes and colons, relative to the package.
std::string inner_path(std::string text) {
  text = replace_all(replace_all(std::move(text), "\\", "/"), ":", "/");
  const auto path = std::filesystem::path("/" + text).lexically_normal().generic_string();
  return path.substr(path.find_first_not_of('/') == std::string::npos ? path.size() : path.find_first_not_of('/'));
}

void normalize_bin(Json& document) {
  if (!has(document, "bin")) return;
  const Json bin = document["bin"];
  Json map = Json::object();
  const auto add = [&map](const std::string& key, const Json& target) {
    if (!target.is_string()) return;
    const std::string name = std::filesystem::path(inner_path(key)).filename().string();
    const std::string path = inner_path(target.get<std::string>());
    if (!name.empty() && !path.empty()) map[name] = path;
  };
  if (bin.is_string()) {
    const auto* name = find_string(document, "name");
    if (name != nullptr) add(*name, bin);
  } else if (bin.is_object()) {
    for (const auto& [key, target] : bin.items()) add(key, target);
  } else if (bin.is_array()) {
    for (const auto& each : bin)
      if (each.is_string()) add(each.get<std::string>(), each);
  }
  if (map.empty())
    document.erase("bin");
  else
    document["bin"] = std::move(map);
}

}  // namespace

void normalize_package_document(Json& document, bool keep_private_keys) {
  if (!document.is_object()) document = Json::object();
  if (!keep_private_keys) drop_private_keys(document);
  const auto* name = find_string(document, "name");
  const auto* version = find_string(document, "version");
  if (name != nullptr && version != nullptr && !name->empty() && !version->empty())
    document["_id"] = std::string(*name) + '@' + *version;
  normalize_bundle(document);
  if (has(document, "overrides") && (!document["overrides"].is_object() || document["overrides"].empty()))
    document.erase("overrides");
  normalize_optional(document);
  normalize_scripts(document);
  if (const auto* funding = find_string(document, "funding"); funding != nullptr && !funding->empty())
    document["funding"] = Json{{"url", std::string(*funding)}};
  normalize_bin(document);
}

Json read_package_document(const std::filesystem::path& folder) {
  const auto file = package::PackageJson::read(folder);
  Json document = file ? file->document() : Json::object();
  normalize_package_document(document);
  return document;
}

}  // namespace hoist::cli
