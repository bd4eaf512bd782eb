#pragma once
/// Members of a project's workspaces, as @npmcli/map-workspaces finds them.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// Globs of package.json's `workspaces`, without leading `./` and `!`.
struct WorkspacePatterns {
  std::vector<std::string> include;
  std::vector<std::string> exclude;
};

/// From a list or `{packages: […]}`. EWORKSPACESCONFIG for anything else.
[[nodiscard]] Result<WorkspacePatterns> parse_workspace_patterns(const Json& workspaces);

/// Whether the folder (relative to the root, with slashes) is a member.
[[nodiscard]] bool matches_workspace(const WorkspacePatterns& patterns, std::string_view folder);

struct WorkspaceFolder {
  std::string name;  ///< package.json's, else made from the folder
  std::filesystem::path path;
};

/// All members that have a package.json, in the order of the patterns. EDUPLICATEWORKSPACE for two of one name,
/// EJSONPARSE for a broken package.json.
[[nodiscard]] Result<std::vector<WorkspaceFolder>> find_workspaces(const std::filesystem::path& root,
                                                                   const Json& workspaces);

/// Members that the filters name: a name, a folder, or a folder of members, relative to `cwd`. All when there are none.
/// An error without code when nothing matches.
[[nodiscard]] Result<std::vector<WorkspaceFolder>> select_workspaces(const std::vector<WorkspaceFolder>& all,
                                                                     const std::vector<std::string>& filters,
                                                                     const std::filesystem::path& root,
                                                                     const std::filesystem::path& cwd);

}  // namespace hoist::cli
