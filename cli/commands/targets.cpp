#include "cli/commands/targets.hpp"

#include "hoist/package/package_json.hpp"

namespace hoist::cli {

bool wants_workspaces(const Session& session) {
  return session.config.get_bool("workspaces") || !session.config.get_list("workspace").empty();
}

Result<std::vector<WorkspaceFolder>> chosen_workspaces(const Session& session) {
  const auto& config = session.config;
  HOIST_TRY(const auto root, package::PackageJson::read(config.local_prefix()));
  const Json* globs = find_member(root.document(), "workspaces");
  HOIST_TRY(const auto all, find_workspaces(config.local_prefix(), globs != nullptr ? *globs : Json()));
  HOIST_TRY(auto chosen,
            select_workspaces(all, config.get_list("workspace"), config.local_prefix(), config.inputs().cwd));
  if (config.get_bool("include-workspace-root")) {
    const auto* name = find_string(root.document(), "name");
    chosen.insert(chosen.begin(), {name != nullptr ? *name : std::string("."), config.local_prefix()});
  }
  return chosen;
}

}  // namespace hoist::cli
