#include "cli/commands/commands.hpp"
#include "cli/install/installation.hpp"

namespace hoist::cli {

/// npm 12 takes names and ignores them.
Result<int> run_prune(Session& session, const std::vector<std::string>& /*arguments*/) {
  InstallRequest request;
  request.kind = InstallKind::kPrune;
  return install(session, std::move(request));
}

}  // namespace hoist::cli
