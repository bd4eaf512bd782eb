#pragma once
/// Which part of a tree an install limited to some workspaces may touch.

#include <set>
#include <string>
#include <vector>

#include "cli/install/project.hpp"
#include "hoist/resolver/inspect.hpp"

namespace hoist::cli {

struct WorkspaceFilter {
  std::vector<std::string> workspaces;  ///< names of the members chosen
  bool root_dependencies = false;       ///< what the root itself needs
};

/// Locations of the members, their links and everything they need in the wanted or the actual tree, and what nothing
/// needs in the node_modules on the way (npm's Diff with filterNodes).
[[nodiscard]] Result<std::set<std::string, std::less<>>> filtered_locations(const Project& project,
                                                                            const lockfile::Lockfile& wanted,
                                                                            const lockfile::Lockfile& actual,
                                                                            const WorkspaceFilter& filter,
                                                                            bool legacy_peer_deps);

}  // namespace hoist::cli
