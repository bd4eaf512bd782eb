#include "cli/commands/commands.hpp"
#include "cli/install/installation.hpp"

namespace hoist::cli {

Result<int> run_install(Session& session, const std::vector<std::string>& arguments) {
  const auto& config = session.config;
  InstallRequest request;
  const PathBase base{config.inputs().home, config.inputs().cwd};
  for (const auto& argument : arguments) {
    if (argument.empty() && config.global()) return usage_error(session);
    // A project is not installed into itself.
    if (resolve_path(argument, base) != config.prefix()) request.add.push_back(argument);
  }
  if (config.global() && request.add.empty()) request.add.emplace_back(".");
  return install(session, std::move(request));
}

}  // namespace hoist::cli
