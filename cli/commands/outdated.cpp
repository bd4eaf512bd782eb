#include "cli/commands/commands.hpp"
#include "cli/config/options.hpp"
#include "cli/config/runtime.hpp"
#include "cli/install/network.hpp"
#include "cli/listing/inspection.hpp"
#include "cli/listing/outdated.hpp"

namespace hoist::cli {

Result<int> run_outdated(Session& session, const std::vector<std::string>& arguments) {
  auto& config = session.config;
  HOIST_TRY(const auto inspection, load_inspection(session, {}));
  const bool long_form = config.get_bool("long");
  OutdatedOptions options{.names = arguments,
                          .all = config.get_bool("all"),
                          .global = config.global(),
                          .homepage = long_form,
                          .filter = filter_by_workspace(session, inspection,
                                                        config.get_bool("include-workspace-root"))};
  const auto candidates = outdated_candidates(inspection.tree, options);
  // What is new is the question, so what the cache holds is no answer.
  config.set("prefer-online", true, Layer::kCli);
  const auto node = node_version(config.inputs().node, config.get_string("cache"));
  Network network(config, inspection.project.root, node, session.command, session.console, session.clock);
  HOIST_TRY(const auto list, find_outdated(inspection.tree, candidates, options,
                                           resolve_options(config, node, session.clock.now()), network.packuments()));
  session.console.end_progress();
  if (config.get_bool("json"))
    session.console.buffer_json(outdated_json(list, long_form));
  else if (!list.empty())
    session.console.standard(config.get_bool("parseable") ? outdated_lines(list, long_form)
                                                          : outdated_table(list, long_form, session.console.colors()));
  return list.empty() ? 0 : 1;
}

}  // namespace hoist::cli
