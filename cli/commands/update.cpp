#include "cli/commands/commands.hpp"
#include "cli/install/installation.hpp"

namespace hoist::cli {

Result<int> run_update(Session& session, const std::vector<std::string>& arguments) {
  if (session.config.get_number("depth") != 0)
    session.console.log(LogLevel::kWarn, "update",
                        "The --depth option no longer has any effect. See RFC0019.\n"
                        "https://github.com/npm/rfcs/blob/latest/implemented/0019-remove-update-depth-option.md");
  InstallRequest request;
  request.kind = InstallKind::kUpdate;
  request.update = arguments;
  request.update_all = arguments.empty();
  return install(session, std::move(request));
}

}  // namespace hoist::cli
