#include "cli/commands/commands.hpp"
#include "cli/install/installation.hpp"

namespace hoist::cli {

Result<int> run_ci(Session& session, const std::vector<std::string>& /*arguments*/) {
  InstallRequest request;
  request.kind = InstallKind::kCi;
  return install(session, std::move(request));
}

}  // namespace hoist::cli
