#include "cli/listing/inspection.hpp"

#include "cli/config/workspaces.hpp"
#include "hoist/installer/actual_tree.hpp"

namespace hoist::cli {
namespace {

Result<std::vector<std::string>> selected(const Config& config, const Project& project) {
  std::vector<std::string> names;
  const auto filters = config.get_list("workspace");
  if (filters.empty() && !config.get_bool("workspaces")) return names;
  std::vector<WorkspaceFolder> all;
  for (const auto& workspace : project.workspaces) all.push_back({workspace.name, workspace.path});
  HOIST_TRY(const auto chosen, select_workspaces(all, filters, project.root, config.inputs().cwd));
  for (const auto& workspace : chosen) names.push_back(workspace.name);
  return names;
}

}  // namespace

Result<Inspection> load_inspection(const Session& session, const InspectionOptions& options) {
  const auto& config = session.config;
  const bool global = config.global();
  const auto root = global ? std::filesystem::path(config.global_prefix()) / "lib"
                           : std::filesystem::path(config.local_prefix());
  Inspection out;
  HOIST_TRY(out.project, load_project(root, {!global, !global}));
  lockfile::Lockfile found;
  if (options.package_lock_only) {
    if (!out.project.lock) return fail("ENOLOCK", "loadVirtual requires existing package-lock.json file");
    found = *out.project.lock;
  } else {
    installer::ActualTreeOptions actual;
    actual.use_hidden_lockfile = options.use_hidden_lockfile;
    actual.lock = out.project.lock ? &*out.project.lock : nullptr;
    actual.top_level_only = global;
    HOIST_TRY(auto read, installer::read_actual_tree(out.project.root, actual));
    found = std::move(read.tree);
  }
  const resolver::InspectRequest request{.root = out.project.root,
                                         .manifest = out.project.manifest,
                                         .workspaces = out.project.workspaces,
                                         .tree = found,
                                         .global = global,
                                         .legacy_peer_deps = !options.ignore_legacy_peer_deps &&
                                                             config.get_bool("legacy-peer-deps"),
                                         .install_links = config.get_bool("install-links")};
  HOIST_TRY(out.tree, resolver::inspect(request));
  HOIST_TRY(out.selected_workspaces, selected(config, out.project));
  return out;
}

std::vector<bool> filter_by_workspace(const Session& session, const Inspection& inspection, bool include_root) {
  if (session.config.get("workspaces") == Json(false)) return resolver::root_dependency_set(inspection.tree);
  if (inspection.selected_workspaces.empty()) return {};
  return resolver::workspace_dependency_set(inspection.tree, inspection.selected_workspaces, include_root);
}

}  // namespace hoist::cli
