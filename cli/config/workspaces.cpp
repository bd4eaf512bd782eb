#include "cli/config/workspaces.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include "cli/config/glob.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

/// Deeper than this nobody keeps workspaces; `**` would follow any nesting.
constexpr int kMaxDepth = 24;

bool is_glob(std::string_view segment) { return segment.find_first_of("*?[{") != std::string_view::npos; }

/// Names of folders in `folder`, not hidden ones; symbolic links to folders count, as in glob.
std::vector<std::string> list_folders(const fs::path& folder) {
  std::vector<std::string> names;
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = readdir(directory)) {
    const std::string name(entry->d_name);
    if (name.starts_with('.') || name == "node_modules") continue;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK) {
      struct stat status{};
      is_folder = stat((folder / name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    }
    if (is_folder) names.push_back(name);
  }
  closedir(directory);
  return names;
}

/// Collects folders below `root` that may match the segments from `index` on.
void walk(const fs::path& root, const std::string& at, const std::vector<std::string>& segments, std::size_t index,
          int depth, std::set<std::string>& found) {
  if (depth > kMaxDepth) return;
  if (index == segments.size()) {
    if (!at.empty()) found.insert(at);
    return;
  }
  const auto& segment = segments[index];
  const auto join_path = [&at](const std::string& name) { return at.empty() ? name : at + '/' + name; };
  if (segment == "**") {
    walk(root, at, segments, index + 1, depth, found);
    for (const auto& name : list_folders(root / at)) walk(root, join_path(name), segments, index, depth + 1, found);
  } else if (is_glob(segment)) {
    for (const auto& name : list_folders(root / at))
      if (glob_match(segment, name)) walk(root, join_path(name), segments, index + 1, depth + 1, found);
  } else {
    struct stat status{};
    const auto next = join_path(segment);
    if (stat((root / next).c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      walk(root, next, segments, index + 1, depth + 1, found);
  }
}

/// @npmcli/name-from-folder: the last segment, with its scope folder.
std::string name_from_folder(const fs::path& folder) {
  const auto name = folder.filename().string();
  const auto parent = folder.parent_path().filename().string();
  return parent.starts_with('@') ? parent + '/' + name : name;
}

bool excluded(const WorkspacePatterns& patterns, std::string_view folder) {
  for (const auto part : split(folder, '/'))
    if (part == "node_modules") return true;
  return std::ranges::any_of(patterns.exclude, [&](const std::string& pattern) { return glob_match(pattern, folder); });
}

Result<std::optional<WorkspaceFolder>> read_member(const fs::path& folder) {
  const auto file = folder / "package.json";
  const auto text = read_file(file);
  if (!text) {
    if (text.error().code == "ENOENT" || text.error().code == "ENOTDIR") return std::optional<WorkspaceFolder>();
    return std::unexpected(text.error());
  }
  HOIST_TRY(const auto document, parse_json(*text, file.string()));
  const auto* name = document.is_object() ? find_string(document, "name") : nullptr;
  return WorkspaceFolder{name != nullptr && !name->empty() ? *name : name_from_folder(folder), folder};
}

Result<void> check_names(const std::vector<WorkspaceFolder>& members) {
  std::map<std::string, std::vector<std::string>> by_name;
  for (const auto& member : members) by_name[member.name].push_back(member.path.string());
  std::string message = "must not have multiple workspaces with the same name";
  bool clash = false;
  for (const auto& [name, paths] : by_name) {
    if (paths.size() < 2) continue;
    clash = true;
    message += fmt::format("\npackage '{}' has conflicts in the following paths:", name);
    for (const auto& path : paths) message += "\n    " + path;
  }
  if (clash) return fail("EDUPLICATEWORKSPACE", message);
  return {};
}

}  // namespace

Result<WorkspacePatterns> parse_workspace_patterns(const Json& workspaces) {
  const Json* list = &workspaces;
  if (workspaces.is_object())
    if (const auto* packages = find_member(workspaces, "packages")) list = packages;
  if (!list->is_array()) return fail("EWORKSPACESCONFIG", "workspaces config expects an Array");
  WorkspacePatterns patterns;
  for (const auto& item : *list) {
    if (!item.is_string()) continue;
    std::string_view text = item.get_ref<const std::string&>();
    std::size_t bangs = 0;
    while (text.starts_with('!')) {
      ++bangs;
      text.remove_prefix(1);
    }
    if (text.starts_with("./")) text.remove_prefix(1);
    while (text.starts_with('/')) text.remove_prefix(1);
    auto pattern = replace_all(std::string(text), "\\", "/");
    while (pattern.ends_with('/')) pattern.pop_back();
    if (pattern.empty()) continue;
    if (bangs % 2 == 1) {
      patterns.exclude.push_back(pattern);
    } else {
      // A later pattern overrides an exclusion that stands before it.
      std::erase_if(patterns.exclude, [&](const std::string& excluding) { return glob_match(excluding, pattern); });
      patterns.include.push_back(std::move(pattern));
    }
  }
  for (const auto& excluding : patterns.exclude)
    std::erase_if(patterns.include, [&](const std::string& pattern) { return glob_match(excluding, pattern); });
  return patterns;
}

bool matches_workspace(const WorkspacePatterns& patterns, std::string_view folder) {
  return !excluded(patterns, folder) &&
         std::ranges::any_of(patterns.include, [&](const std::string& pattern) { return glob_match(pattern, folder); });
}

Result<std::vector<WorkspaceFolder>> find_workspaces(const fs::path& root, const Json& workspaces) {
  std::vector<WorkspaceFolder> members;
  if (workspaces.is_null()) return members;
  HOIST_TRY(const auto patterns, parse_workspace_patterns(workspaces));
  std::set<std::string> seen;
  for (const auto& pattern : patterns.include) {
    std::set<std::string> found;
    std::vector<std::string> segments;
    for (const auto segment : split(pattern, '/'))
      if (!segment.empty() && segment != ".") segments.emplace_back(segment);
    walk(root, {}, segments, 0, 0, found);
    std::vector<std::string> ordered(found.begin(), found.end());
    std::ranges::sort(ordered, [](const auto& a, const auto& b) { return locale_compare(a, b) < 0; });
    for (const auto& folder : ordered) {
      if (excluded(patterns, folder) || !seen.insert(folder).second) continue;
      HOIST_TRY(auto member, read_member((root / folder).lexically_normal()));
      if (member) members.push_back(*std::move(member));
    }
  }
  HOIST_CHECK(check_names(members));
  return members;
}

Result<std::vector<WorkspaceFolder>> select_workspaces(const std::vector<WorkspaceFolder>& all,
                                                       const std::vector<std::string>& filters, const fs::path& root,
                                                       const fs::path& cwd) {
  std::vector<WorkspaceFolder> chosen;
  const bool inside = !cwd.lexically_relative(root).generic_string().starts_with("..");
  const auto from = inside ? cwd : root;
  for (const auto& filter : filters) {
    for (const auto& member : all) {
      auto relative = member.path.lexically_relative(from).generic_string();
      const auto plain = std::string(std::string_view(filter).substr(filter.starts_with("./") ? 2 : 0));
      const auto absolute = (from / filter).lexically_normal();
      const bool same = member.name == filter || absolute == member.path || absolute == member.path / "";
      if (!same && !glob_match(plain + "/*", relative)) continue;
      const bool known = std::ranges::any_of(chosen, [&](const auto& other) { return other.path == member.path; });
      if (!known) chosen.push_back(member);
    }
  }
  if (filters.empty()) chosen = all;
  if (!chosen.empty()) return chosen;
  std::string message = "No workspaces found";
  if (filters.empty()) return fail("", message + '!');
  message += ":\n ";
  for (const auto& filter : filters) message += " --workspace=" + filter;
  return fail("", message);
}

}  // namespace hoist::cli
