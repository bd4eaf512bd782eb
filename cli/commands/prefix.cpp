#include "cli/commands/commands.hpp"

namespace hoist::cli {

Result<int> run_prefix(Session& session, const std::vector<std::string>& /*arguments*/) {
  session.console.standard(session.config.prefix());
  return 0;
}

Result<int> run_root(Session& session, const std::vector<std::string>& /*arguments*/) {
  const auto& config = session.config;
  session.console.standard(config.global() ? config.global_prefix() + "/lib/node_modules"
                                           : config.local_prefix() + "/node_modules");
  return 0;
}

}  // namespace hoist::cli
