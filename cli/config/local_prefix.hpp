#pragma once
/// Which folder is the project.

#include <string>

namespace hoist::cli {

struct LocalPrefix {
  std::string path;  ///< absolute
  bool has_package_json = false;
  std::string workspace;  ///< the member of `path`'s workspaces one stands in; empty outside
};

/// Walks up from `cwd` to the first folder with a package.json or node_modules; when `look_for_workspaces`, on to a
/// folder whose `workspaces` contain that one. `cwd` itself when nothing is found.
[[nodiscard]] LocalPrefix find_local_prefix(const std::string& cwd, bool look_for_workspaces);

}  // namespace hoist::cli
