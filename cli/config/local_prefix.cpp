#include "cli/config/local_prefix.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "cli/config/workspaces.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

/// 'f', 'd' or 0. Plain stat: this runs at every start.
char kind_of(const fs::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return 0;
  return S_ISREG(status.st_mode) ? 'f' : S_ISDIR(status.st_mode) ? 'd' : 0;
}

bool is_member(const fs::path& root, const fs::path& member) {
  const auto text = read_file(root / "package.json");
  if (!text || text->find("\"workspaces\"") == std::string::npos) return false;
  const auto document = parse_json(*text, "package.json");
  if (!document || !document->is_object()) return false;
  const auto* workspaces = find_member(*document, "workspaces");
  if (workspaces == nullptr) return false;
  const auto patterns = parse_workspace_patterns(*workspaces);
  return patterns && matches_workspace(*patterns, member.lexically_relative(root).generic_string());
}

}  // namespace

LocalPrefix find_local_prefix(const std::string& cwd, bool look_for_workspaces) {
  LocalPrefix found;
  for (fs::path folder(cwd);; folder = folder.parent_path()) {
    const bool package = kind_of(folder / "package.json") == 'f';
    if (found.path.empty()) {
      if (package || kind_of(folder / "node_modules") == 'd') {
        found = {folder.string(), package, {}};
        if (!look_for_workspaces) return found;
      }
    } else if (package && is_member(folder, found.path)) {
      return {folder.string(), true, found.path};
    }
    if (!folder.has_relative_path()) break;
  }
  if (found.path.empty()) found.path = cwd;
  return found;
}

}  // namespace hoist::cli
