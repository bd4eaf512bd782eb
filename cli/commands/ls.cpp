#include <limits>

#include "cli/commands/commands.hpp"
#include "cli/config/options.hpp"
#include "cli/listing/inspection.hpp"
#include "cli/listing/tree_print.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

Result<TreeViewOptions> view_options(const Session& session, const Inspection& inspection,
                                     const std::vector<std::string>& arguments) {
  const auto& config = session.config;
  TreeViewOptions options;
  for (const auto& argument : arguments) {
    HOIST_TRY(auto spec, package::parse_spec(argument, inspection.project.root));
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
  options.selected_workspaces = {inspection.selected_workspaces.begin(), inspection.selected_workspaces.end()};
  return options;
}

Result<int> list(Session& session, const std::vector<std::string>& arguments, bool long_form) {
  const auto& config = session.config;
  auto inspection = load_inspection(
      session, {.package_lock_only = config.get_bool("package-lock-only"), .ignore_legacy_peer_deps = true});
  if (!inspection) return std::unexpected(std::move(inspection).error());
  const auto& project = inspection->project;
  HOIST_TRY(const auto options, view_options(session, *inspection, arguments));
  const auto view = view_tree(inspection->tree, options);
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
