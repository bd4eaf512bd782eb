#include "cli/commands/commands.hpp"
#include "cli/install/installation.hpp"

namespace hoist::cli {

Result<int> run_dedupe(Session& session, const std::vector<std::string>& /*arguments*/) {
  if (session.config.global())
    return fail("EDEDUPEGLOBAL", fmt::format("`{} dedupe` does not work in global mode.", session.program.name));
  InstallRequest request;
  request.kind = InstallKind::kDedupe;
  return install(session, std::move(request));
}

Result<int> run_find_dupes(Session& session, const std::vector<std::string>& arguments) {
  session.config.set("dry-run", true, Layer::kCli);
  return run_dedupe(session, arguments);
}

}  // namespace hoist::cli
