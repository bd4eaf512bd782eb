#pragma once
/// The tree that inspection commands look at, read once.

#include <memory>
#include <string>
#include <vector>

#include "cli/commands/command.hpp"
#include "cli/install/project.hpp"
#include "hoist/resolver/inspect.hpp"

namespace hoist::cli {

struct InspectionOptions {
  bool package_lock_only = false;
  bool use_hidden_lockfile = true;  ///< false: every package.json is read from the disk
  bool ignore_legacy_peer_deps = false;  ///< peers count, whatever the configuration says
};

struct Inspection {
  Project project;
  resolver::InspectedTree tree;
  std::vector<std::string> selected_workspaces;  ///< names, by --workspace and --workspaces
};

/// node_modules (the global folder with -g), or the lockfile. ENOLOCK when there is none, what reading either says.
[[nodiscard]] Result<Inspection> load_inspection(const Session& session, const InspectionOptions& options);

/// Nodes that the workspace flags leave: empty = all.
[[nodiscard]] std::vector<bool> filter_by_workspace(const Session& session, const Inspection& inspection,
                                                    bool include_root);

}  // namespace hoist::cli
