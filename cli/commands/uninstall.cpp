#include "cli/commands/commands.hpp"
#include "cli/install/installation.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {

Result<int> run_uninstall(Session& session, const std::vector<std::string>& arguments) {
  InstallRequest request;
  request.kind = InstallKind::kUninstall;
  request.remove = arguments;
  if (request.remove.empty()) {
    if (!session.config.global()) return fail("", "Must provide a package name to remove");
    // `uninstall -g` inside a package removes that package.
    const auto package = package::PackageJson::read(session.config.local_prefix());
    const auto* name = package && package->document().is_object() ? find_string(package->document(), "name") : nullptr;
    if (name == nullptr) return usage_error(session);
    request.remove.push_back(*name);
  }
  return install(session, std::move(request));
}

}  // namespace hoist::cli
