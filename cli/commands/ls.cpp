#include <limits>

#include "cli/commands/commands.hpp"
#include "cli/config/options.hpp"
#include "cli/config/workspaces.hpp"
#include "cli/install/project.hpp"
#include "cli/listing/tree_print.hpp"
#include "hoist/base/text.hpp"
#include "hoist/installer/actual_tree.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

Result<lockfile::Lockfile> read_tree(const Session& session, const Project& project) {
  if (session.config.get_bool("package-lock-only")) {
    if (!project.lock) return fail("ENOLOCK", "This command requires an existing lockfile.");
    return *project.lock;
  }
  installer::ActualTreeOptions options;
  options.top_level_only = session.config.global();
  HOIST_TRY(auto actual, installer::read_actual_tree(project.root, options));
  return std::move(actual.tree);
}

Result<TreeViewOptions> view_options(const Session& session, const Project& project,
                                     const std::vector<std::string>& arguments) {
  const auto& config = session.config;
  TreeViewOptions options;
  options.root = project.root;
  for (const auto& argument : arguments) {
    HOIST_TRY(auto spec, package::parse_spec(argument, project.root));
    options.filters.push_back(std::move(spec));
  }
  const Json depth = config.get("depth");
  const bool everything = config.get_bool("all") || !arguments.empty();
  options.depth = depth.is_number() ? static_cast<int>(std::clamp(depth.get<double>(), 0.0, 1e6))
                  : everything      ? std::numeric_limits<int>::max() - 1
                                    : 0;
  for (auto& kind : omit_list(config)) options.omit.insert(std::move(kind));
  options.only_links = config.get_bool("link");
  options.global = config.global();
  options.workspaces = config.get("workspaces") != Json(false);
  options.include_root = config.get_bool("include-workspace-root");
  const auto filters = config.get_list("workspace");
  if (filters.empty() && !config.get_bool("workspaces")) return options;
  std::vector<WorkspaceFolder> all;
  for (const auto& workspace : project.workspaces) all.push_back({workspace.name, workspace.path});
  HOIST_TRY(const auto chosen, select_workspaces(all, filters, project.root, config.inputs().cwd));
  for (const auto& workspace : chosen) options.selected_workspaces.insert(workspace.name);
  return options;
}

Result<int> list(Session& session, const std::vector<std::string>& arguments, bool long_form) {
  const auto& config = session.config;
  const fs::path root = config.global() ? fs::path(config.global_prefix()) / "lib" : fs::path(config.local_prefix());
  HOIST_TRY(const auto project, load_project(root, {!config.global(), config.get_bool("package-lock-only")}));
  HOIST_TRY(auto tree, read_tree(session, project));
  // What is wanted comes from the package.json of today, not from what the tree was made for.
  tree.packages[""].manifest = project.manifest;
  HOIST_TRY(const auto options, view_options(session, project, arguments));
  const auto view = view_tree(tree, options);
  TreePrintOptions print{project.root,
                         config.get_bool("unicode"),
                         long_form,
                         config.global(),
                         !arguments.empty(),
                         project.has_package_json,
                         session.console.colors()};
  if (config.get_bool("json"))
    session.console.buffer_json(tree_json(view, print));
  else
    session.console.standard(config.get_bool("parseable") ? print_paths(view, print) : print_tree(view, print));
  const bool only_extraneous =
      std::ranges::all_of(view.problems, [](const std::string& text) { return text.starts_with("extraneous:"); });
  if (!only_extraneous) return fail("ELSPROBLEMS", join(view.problems, "\n"));
  return !arguments.empty() && !view.items.front().included ? 1 : 0;
}

}  // namespace

Result<int> run_ls(Session& session, const std::vector<std::string>& arguments) {
  return list(session, arguments, session.config.get_bool("long"));
}

Result<int> run_ll(Session& session, const std::vector<std::string>& arguments) {
  return list(session, arguments, true);
}

}  // namespace hoist::cli
