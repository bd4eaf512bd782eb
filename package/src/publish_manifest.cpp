#include "hoist/package/publish_manifest.hpp"

#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/pack_list.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/package/version.hpp"
#include "js_text.hpp"
#include "manifest_reader.hpp"
#include "publish_fields.hpp"

namespace hoist::package {
namespace {

namespace fs = std::filesystem;

std::string read_small(const fs::path& path) {
  constexpr std::size_t kLargest = 16U << 20U;
  auto text = read_file(path, kLargest);
  return text ? js::to_well_formed(*text) : std::string();
}

bool is_regular(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::ranges::sort(names, LocaleLess());
  return names;
}

/// npm's idea of a markdown name: each letter of the extension may be missing.
bool is_markdown(std::string_view name) {
  const auto extension = to_lower(extension_of(name));
  if (extension.empty()) return false;
  std::string_view letters = "markdown";
  std::string_view rest = std::string_view(extension).substr(1);
  if (!rest.starts_with('m')) return false;
  for (const char letter : letters)
    if (rest.starts_with(letter)) rest.remove_prefix(1);
  return rest.empty();
}

std::string find_readme(const fs::path& folder) {
  std::string plain;
  for (const auto& name : names_in(folder)) {
    const auto lower = to_lower(name);
    if ((lower != "readme" && !lower.starts_with("readme.")) || !is_regular(folder / name)) continue;
    if (is_markdown(name)) return name;
    if (name == "README") plain = name;
  }
  return plain;
}

void add_readme(const fs::path& folder, Json& document) {
  if (is_truthy_json(find_member(document, "readme"))) return;
  if (const auto name = find_readme(folder); !name.empty()) {
    document["readme"] = read_small(folder / name);
    document["readmeFilename"] = name;
  }
  if (!is_truthy_json(find_member(document, "readme"))) document["readme"] = "ERROR: No README data found!";
}

void add_gyp_script(const fs::path& folder, Json& document) {
  const Json* scripts = find_member(document, "scripts");
  const auto has = [&](const char* name) { return scripts != nullptr && is_truthy_json(find_member(*scripts, name)); };
  const Json* switched = find_member(document, "gypfile");
  if (has("install") || has("preinstall") || (switched != nullptr && *switched == Json(false))) return;
  const auto names = names_in(folder);
  if (std::ranges::none_of(names, [](const auto& name) { return name.ends_with(".gyp") && !name.starts_with('.'); }))
    return;
  if (!document["scripts"].is_object()) document["scripts"] = Json::object();
  document["scripts"]["install"] = "node-gyp rebuild";
  document["gypfile"] = true;
}

void add_authors(const fs::path& folder, Json& document) {
  if (is_truthy_json(find_member(document, "contributors")) || !is_regular(folder / "AUTHORS")) return;
  const auto text = read_small(folder / "AUTHORS");
  Json people = Json::array();
  for (const auto line : split(text, '\n'))
    if (const auto one = js::trim(line); !one.empty() && !one.starts_with('#')) people.push_back(std::string(one));
  document["contributors"] = std::move(people);
}

/// Files below a folder, relative to it.
std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    files.push_back(entry->path().lexically_relative(folder).generic_string());
  std::ranges::sort(files, LocaleLess());
  return files;
}

void add_man_pages(const fs::path& folder, Json& document) {
  const Json* directories = find_member(document, "directories");
  const auto* man = directories != nullptr ? find_string(*directories, "man") : nullptr;
  if (man != nullptr && !man->empty() && !is_truthy_json(find_member(document, "man"))) {
    const auto base = manifest_detail::secure_path(*man);
    Json pages = Json::array();
    for (const auto& file : files_below(folder / base)) {
      const auto extension = extension_of(file);
      if (extension.size() == 2 && extension[1] >= '0' && extension[1] <= '9') pages.push_back(base + '/' + file);
    }
    document["man"] = std::move(pages);
  }
  const Json* field = find_member(document, "man");
  if (field == nullptr) return;
  Json pages = Json::array();
  for (const auto& page : field->is_array() ? *field : Json::array({*field}))
    if (page.is_string()) pages.push_back(manifest_detail::secure_path(page.get<std::string>()));
  if (pages.empty())
    document.erase("man");
  else
    document["man"] = std::move(pages);
}

void settle_bin(const fs::path& folder, Json& document, std::vector<std::string>& changes) {
  const Json* directories = find_member(document, "directories");
  const auto* directory = directories != nullptr ? find_string(*directories, "bin") : nullptr;
  const Json* bin = find_member(document, "bin");
  Json settled = Json::object();
  if (directory != nullptr && !directory->empty() && !is_truthy_json(bin)) {
    const auto base = manifest_detail::secure_path(*directory);
    for (const auto& file : files_below(folder / base))
      if (!file.starts_with('.'))
        settled[std::string(manifest_detail::base_name(file))] = base + '/' + manifest_detail::secure_path(file);
  } else if (bin != nullptr) {
    if (bin->is_string() || bin->is_array()) changes.emplace_back("\"bin\" was converted to an object");
    const auto manifest = manifest_from_json(document);
    if (manifest)
      for (const auto& [name, target] : manifest->bin) settled[name] = target;
    if (bin->is_object())
      for (const auto& [name, target] : settled.items())
        if (bin->contains(name) && (*bin)[name] != target)
          changes.push_back(
              fmt::format("\"bin[{}]\" script name {} was invalid and removed", name, target.get<std::string>()));
  }
  if (settled.empty())
    document.erase("bin");
  else
    document["bin"] = std::move(settled);
}

void add_types(const fs::path& folder, Json& document) {
  if (document.contains("types") || document.contains("typings")) return;
  const Json* main = find_member(document, "main");
  if (is_truthy_json(main) && !main->is_string()) return;
  const std::string index = is_truthy_json(main) ? main->get<std::string>() : "index.js";
  const auto without = fs::path(index).replace_extension().lexically_normal().generic_string();
  const auto types = "./" + without + ".d.ts";
  if (is_regular(folder / types)) document["types"] = types;
}

Result<void> check_name(Json& document, std::vector<std::string>& changes) {
  const Json* field = find_member(document, "name");
  if (!is_truthy_json(field)) {
    document["name"] = "";
    return {};
  }
  if (!field->is_string()) return fail("", "name field must be a string.");
  const auto given = field->get<std::string>();
  const std::string name(js::trim(given));
  if (name != given) changes.emplace_back("Whitespace was trimmed from \"name\"");
  const auto slash = name.find('/');
  const bool scoped = name.starts_with('@') && slash != std::string::npos && slash > 1 && slash + 1 < name.size() &&
                      js::is_uri_component(std::string_view(name).substr(1, slash - 1)) &&
                      js::is_uri_component(std::string_view(name).substr(slash + 1));
  const auto lower = to_lower(name);
  if (name.starts_with('.') || !(scoped || js::is_uri_component(name)) || lower == "node_modules" ||
      lower == "favicon.ico")
    return fail("", fmt::format("Invalid name: {}", Json(name).dump(-1, ' ', false, Json::error_handler_t::replace)));
  document["name"] = name;
  return {};
}

Result<void> clean_version(Json& document, std::vector<std::string>& changes) {
  const Json* field = find_member(document, "version");
  if (!is_truthy_json(field)) {
    document["version"] = "";
    return {};
  }
  const std::string given = field->is_string() ? field->get<std::string>() : field->dump();
  auto text = js::trim(given);
  while (text.starts_with('=') || text.starts_with('v')) text.remove_prefix(1);
  const auto version = Version::parse(text, {.loose = true});
  if (!version) return fail("", fmt::format("Invalid version: \"{}\"", printable(given)));
  const auto clean = version->to_string();
  if (clean != given) changes.push_back(fmt::format("\"version\" was cleaned and set to \"{}\"", clean));
  document["version"] = clean;
  return {};
}

void settle_bundled(Json& document) {
  if (const Json* typo = find_member(document, "bundledDependencies")) {
    if (!document.contains("bundleDependencies")) document["bundleDependencies"] = Json(*typo);
    document.erase("bundledDependencies");
  }
  const Json* field = find_member(document, "bundleDependencies");
  if (field == nullptr || field->is_array()) return;
  const Json* source = *field == Json(true) ? find_member(document, "dependencies") : field;
  if (*field != Json(true) && !field->is_object()) {
    document.erase("bundleDependencies");
    return;
  }
  Json names = Json::array();
  if (source != nullptr && source->is_object())
    for (const auto& [name, value] : source->items()) names.push_back(name);
  document["bundleDependencies"] = std::move(names);
}

void clean_scripts(Json& document, std::vector<std::string>& changes) {
  const Json* field = find_member(document, "scripts");
  if (field == nullptr) return;
  if (!field->is_object()) {
    changes.emplace_back("Removed invalid \"scripts\"");
    document.erase("scripts");
    return;
  }
  Json kept = Json::object();
  for (const auto& [name, script] : field->items()) {
    if (!script.is_string()) {
      changes.push_back(fmt::format("Invalid scripts.\"{}\" was removed", name));
      continue;
    }
    auto text = script.get<std::string>();
    for (const std::string_view prefix : {"./node_modules/.bin/", "node_modules/.bin/"})
      if (text.starts_with(prefix)) {
        text.erase(0, prefix.size());
        changes.push_back(fmt::format("scripts entry \"{}\" was fixed to remove node_modules/.bin reference", name));
      }
    kept[name] = text;
  }
  document["scripts"] = std::move(kept);
}

/// Private notes of the writer of the file do not travel.
void remove_underscored(Json& document) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.items())
    if (key.starts_with('_')) keys.push_back(key);
  for (const auto& key : keys) document.erase(key);
}

}  // namespace

std::string find_git_head(const fs::path& folder) {
  std::error_code error;
  for (fs::path at = folder;; at = at.parent_path()) {
    if (fs::exists(at / ".git", error)) {
      const auto head_text = read_small(at / ".git" / "HEAD");
      const std::string head(js::trim(head_text));
      if (!head.starts_with("ref: ")) return head;
      const std::string name(js::trim(std::string_view(head).substr(5)));
      if (!is_safe_relative_path(name)) return {};
      if (const auto text = read_small(at / ".git" / name); !js::trim(text).empty()) return std::string(js::trim(text));
      const auto packed = read_small(at / ".git" / "packed-refs");
      for (const auto line : split(packed, '\n'))
        if (line.size() > 41 && js::trim(line.substr(41)) == name) return std::string(line.substr(0, 40));
      return {};
    }
    if (at == at.parent_path()) return {};
  }
}

Result<PublishManifest> read_publish_manifest(const fs::path& folder, Reporter& reporter) {
  HOIST_TRY(auto read, PackageJson::read(folder));
  PublishManifest result;
  Json& document = result.document = std::move(read.document());
  settle_bin(folder, document, result.changes);
  HOIST_CHECK(check_name(document, result.changes));
  HOIST_CHECK(clean_version(document, result.changes));
  clean_scripts(document, result.changes);
  normalize_repository(document, result.changes);
  normalize_dependency_fields(document, result.changes);

  add_gyp_script(folder, document);
  add_authors(folder, document);
  add_readme(folder, document);
  add_man_pages(folder, document);
  if (!is_truthy_json(find_member(document, "gitHead")))
    if (auto head = find_git_head(folder); !head.empty()) document["gitHead"] = std::move(head);
  add_types(folder, document);
  const auto id = fmt::format("{}@{}", document["name"].get<std::string>(), document["version"].get<std::string>());
  if (const Json* bin = find_member(document, "bin"))
    for (const auto& [name, target] : bin->items())
      if (std::error_code error; !fs::exists(folder / target.get<std::string>(), error))
        reporter.log(LogLevel::kWarn, "package-json",
                     fmt::format("{} No bin file found at {}", printable(id), printable(target.get<std::string>())));
  remove_underscored(document);
  document["_id"] = id;
  settle_bundled(document);
  if (const Json* overrides = find_member(document, "overrides");
      overrides != nullptr && (!overrides->is_object() || overrides->empty()))
    document.erase("overrides");
  normalize_descriptive_fields(document);
  return result;
}

}  // namespace hoist::package
