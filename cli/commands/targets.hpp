#pragma once
/// The workspaces a command was asked to work in.

#include <vector>

#include "cli/commands/command.hpp"
#include "cli/config/workspaces.hpp"

namespace hoist::cli {

/// Whether `-w` or `-ws` was given, or the user stands in a workspace.
[[nodiscard]] bool wants_workspaces(const Session& session);

/// The selected workspaces in npm's order, the root first with `include-workspace-root`. Errors of find_workspaces and
/// select_workspaces.
[[nodiscard]] Result<std::vector<WorkspaceFolder>> chosen_workspaces(const Session& session);

}  // namespace hoist::cli
