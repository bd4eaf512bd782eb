#include "cli/commands/commands.hpp"
#include "cli/commands/lock_commands.hpp"

namespace hoist::cli {

Result<int> run_lock(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage_error(session);
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (arguments.front() == "diff") return run_lock_diff(session, rest);
  if (arguments.front() == "merge") return run_lock_merge(session, rest);
  if (arguments.front() == "install-driver") return run_lock_install_driver(session, rest);
  return usage_error(session);
}

}  // namespace hoist::cli
