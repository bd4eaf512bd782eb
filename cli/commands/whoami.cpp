#include "cli/commands/commands.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {

Result<int> run_whoami(Session& session, const std::vector<std::string>&) {
  RegistrySession registry(session);
  HOIST_TRY(const auto name, identity_of(registry));
  if (session.config.get_bool("json")) session.console.buffer_json(name);
  session.console.standard(printable(name));
  return 0;
}

}  // namespace hoist::cli
