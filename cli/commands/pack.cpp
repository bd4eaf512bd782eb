#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/targets.hpp"
#include "cli/packing/packing.hpp"
#include "cli/packing/tarball_contents.hpp"

namespace hoist::cli {
namespace {

/// All manifests first: a wrong argument must not leave half of the tarballs behind.
Result<int> pack_all(Session& session, const std::vector<std::string>& arguments, PackOptions options) {
  LazyNetwork network(session);
  std::vector<PackTarget> targets;
  for (const auto& argument : arguments) {
    HOIST_TRY(auto target, open_pack_target(session, network, argument));
    targets.push_back(std::move(target));
  }
  const auto& config = session.config;
  options.write = !config.get_bool("dry-run");
  options.foreground = packs_in_foreground(config);
  std::vector<Json> made;
  for (const auto& target : targets) {
    HOIST_TRY(const auto bytes, make_tarball(session, network, target, options));
    HOIST_TRY(auto contents, tarball_contents(target.name, target.version, bytes));
    made.push_back(std::move(contents));
  }
  for (const auto& contents : made) {
    log_tarball(session.console, contents, config.get_bool("json"), contents["name"].get<std::string>());
    session.console.standard(contents["filename"].get<std::string>());
  }
  return 0;
}

}  // namespace

Result<int> run_pack(Session& session, const std::vector<std::string>& arguments) {
  const bool names_here = arguments.empty() || std::ranges::find(arguments, ".") != arguments.end();
  if (!wants_workspaces(session))
    return pack_all(session, arguments.empty() ? std::vector<std::string>{"."} : arguments, {});
  if (!names_here) {
    session.console.log(LogLevel::kWarn, "", "Ignoring workspaces for specified package(s)");
    return pack_all(session, arguments, {});
  }
  HOIST_TRY(const auto chosen, chosen_workspaces(session));
  PackOptions options;
  std::vector<std::string> all;
  for (const auto& workspace : chosen) {
    options.workspaces.push_back(workspace.path);
    all.push_back(workspace.path.string());
  }
  std::ranges::copy_if(arguments, std::back_inserter(all), [](const std::string& argument) { return argument != "."; });
  return pack_all(session, all, std::move(options));
}

}  // namespace hoist::cli
