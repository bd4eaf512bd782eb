#include "pack_rules.hpp"

#include <algorithm>
#include <set>

#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"
#include "js_text.hpp"
#include "manifest_reader.hpp"

namespace hoist::package {
namespace {

namespace fs = std::filesystem;

IgnoreRules make_rules(const std::vector<std::string>& lines) {
  IgnoreRules rules;
  for (const auto& line : lines) rules.emplace_back(line);
  return rules;
}

/// What JavaScript's template literal makes of a value.
std::string template_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return "[object Object]";
  if (!value.is_array()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& item : value) parts.push_back(item.is_null() ? std::string() : template_text(item));
  return join(parts, ",");
}

bool is_truthy(const Json& value) {
  if (value.is_null() || value == Json(false) || value == Json("")) return false;
  return !(value.is_number() && value.get<double>() == 0);
}

/// A glob of `files` against the disk: links are not followed and count as nothing.
class FileGlob {
 public:
  FileGlob(const fs::path& root, const std::vector<GlobSegment>& pattern) : root_(root), pattern_(pattern) {}

  /// Relative paths; folders end with a slash.
  std::set<std::string> run() {
    walk("", 0);
    return std::move(found_);
  }

 private:
  void walk(const std::string& folder, std::size_t at) {
    if (!seen_.insert(folder + '\0' + std::to_string(at)).second) return;
    if (at == pattern_.size()) {
      if (!folder.empty()) found_.insert(folder);
      return;
    }
    const auto& segment = pattern_[at];
    const bool last = at + 1 == pattern_.size();
    if (segment.text() == "." || segment.text().empty()) return walk(folder, at + 1);
    if (segment.is_globstar()) walk(folder, at + 1);
    std::error_code error;
    for (fs::directory_iterator entry(root_ / folder, error), end; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      const auto type = entry->symlink_status(error).type();
      if (type != fs::file_type::directory && type != fs::file_type::regular) continue;
      const bool is_folder = type == fs::file_type::directory;
      if (!segment.is_globstar() && !segment.matches(name)) continue;
      if (is_folder) {
        walk(folder + name + '/', segment.is_globstar() ? at : at + 1);
      } else if (last) {
        found_.insert(folder + name);
      }
    }
  }

  const fs::path& root_;
  const std::vector<GlobSegment>& pattern_;
  std::set<std::string> found_;
  std::set<std::string> seen_;
};

std::set<std::string> find_files(const fs::path& root, std::string_view pattern) {
  std::set<std::string> found;
  for (const auto& plain : expand_braces(pattern)) {
    std::vector<GlobSegment> segments;
    for (const auto part : split(plain, '/')) segments.emplace_back(std::string(part), false);
    found.merge(FileGlob(root, segments).run());
  }
  return found;
}

/// An entry of `files` without what means nothing.
std::string_view normal_entry(std::string_view entry) {
  while (entry.starts_with('!')) entry.remove_prefix(1);
  if (entry.starts_with("./"))
    entry.remove_prefix(2);
  else if (entry.starts_with('/'))
    entry.remove_prefix(1);
  while (entry.ends_with('/')) entry.remove_suffix(1);
  return entry;
}

void add_bins_of_folder(const fs::path& folder, PackedManifest& package) {
  const auto& directory = package.manifest.directories_bin;
  std::error_code error;
  StringMap entries;
  const fs::path base = folder / directory;
  for (fs::recursive_directory_iterator entry(base, error), end; !error && entry != end; entry.increment(error)) {
    const std::string below = entry->path().lexically_relative(base).string();
    if (!below.starts_with('.')) entries.emplace_back(entry->path().filename().string(), directory + '/' + below);
  }
  package.bin = manifest_detail::normalize_bin(std::move(entries));
}

/// Patches of the project are no part of its package.
void add_patch_rules(const Json& document, std::vector<std::string>& lines) {
  const Json* patches = find_member(document, "patchedDependencies");
  if (patches == nullptr || !patches->is_object()) return;
  for (const auto& [name, path] : patches->items()) {
    if (!path.is_string()) continue;
    const std::string slashed = replace_all(path.get<std::string>(), "\\", "/");
    const std::string relative(normal_entry(slashed.starts_with('!') ? "" : slashed));
    if (relative.empty() || relative.starts_with('/') || relative == ".." || relative.starts_with("../") ||
        relative.find("/../") != std::string::npos)
      continue;
    lines.push_back('/' + relative);
  }
}

}  // namespace

IgnoreRules parse_ignore_rules(std::string_view text) {
  IgnoreRules rules;
  for (const auto line : split(text, '\n')) {
    const auto rule = js::trim(line);
    if (!rule.empty() && !rule.starts_with('#')) rules.emplace_back(rule);
  }
  return rules;
}

const IgnoreRules& default_ignore_rules() {
  static const IgnoreRules rules = make_rules({".npmignore",
                                               ".gitignore",
                                               "**/.git",
                                               "**/.svn",
                                               "**/.hg",
                                               "**/CVS",
                                               "**/.git/**",
                                               "**/.svn/**",
                                               "**/.hg/**",
                                               "**/CVS/**",
                                               "/.lock-wscript",
                                               "/.wafpickle-*",
                                               "/build/config.gypi",
                                               "npm-debug.log",
                                               "**/.npmrc",
                                               ".*.swp",
                                               ".DS_Store",
                                               "**/.DS_Store/**",
                                               "._*",
                                               "**/._*/**",
                                               "*.orig",
                                               "/archived-packages/**"});
  return rules;
}

const IgnoreRules& folder_ignore_rules() {
  static const IgnoreRules rules = make_rules({"/.git"});
  return rules;
}

Result<PackedManifest> read_packed_manifest(const fs::path& folder) {
  HOIST_TRY(auto read, PackageJson::read(folder));
  PackedManifest package;
  HOIST_TRY(package.manifest, read.manifest());
  package.document = std::move(read.document());
  package.bin = package.manifest.bin;
  if (package.bin.empty() && !package.manifest.directories_bin.empty()) add_bins_of_folder(folder, package);
  return package;
}

bool files_rules(const PackedManifest& package, const fs::path& folder, IgnoreRules& rules) {
  const Json* files = find_member(package.document, "files");
  if (files == nullptr || !files->is_array()) return false;
  rules.emplace_back("*");
  for (const auto& entry : *files) {
    if (!entry.is_string()) continue;
    const auto text = entry.get<std::string>();
    const std::string prefix = text.starts_with('!') ? "" : "!";
    const auto pattern = normal_entry(text);
    if (pattern.empty()) continue;
    for (auto match : find_files(folder, pattern)) {
      const bool is_folder = match.ends_with('/');
      if (is_folder) match.pop_back();
      rules.emplace_back(js::trim(prefix + '/' + match));
      if (is_folder) rules.emplace_back(js::trim(prefix + '/' + match + "/**"));
    }
  }
  return true;
}

IgnoreRules strict_rules(const PackedManifest& package, bool project_root) {
  std::vector<std::string> lines{"/.git",
                                 "!/package.json",
                                 "!/readme{,.*[^~$]}",
                                 "!/copying{,.*[^~$]}",
                                 "!/license{,.*[^~$]}",
                                 "!/licence{,.*[^~$]}",
                                 "/.git",
                                 "/node_modules",
                                 ".npmrc",
                                 "/package-lock.json",
                                 "/npm-shrinkwrap.json",
                                 "/yarn.lock",
                                 "/pnpm-lock.yaml",
                                 "/bun.lockb",
                                 "/bun.lock",
                                 "/.npm-extension.mjs",
                                 "/.npm-extension.cjs"};
  for (const char* field : {"browser", "main"}) {
    const Json* value = find_member(package.document, field);
    if (value != nullptr && is_truthy(*value)) lines.push_back("!/" + template_text(*value));
  }
  for (const auto& [name, target] : package.bin) lines.push_back("!/" + target);
  if (project_root) add_patch_rules(package.document, lines);
  return parse_ignore_rules(join(lines, "\n"));
}

}  // namespace hoist::package
