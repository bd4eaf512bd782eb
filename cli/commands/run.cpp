#include "cli/commands/commands.hpp"
#include "cli/config/workspaces.hpp"
#include "cli/install/scripts.hpp"
#include "cli/output/error_report.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

/// One package whose scripts are asked for.
struct Target {
  fs::path folder;
  std::string workspace;  ///< empty for the package the user stands in
};

std::string package_id(const Json& document) {
  const auto* name = find_string(document, "name");
  const auto* version = find_string(document, "version");
  if (name == nullptr) return {};
  return version == nullptr ? *name : *name + "@" + *version;
}

/// The scripts with those that npm has built in.
package::StringMap scripts_of(const Session& session, const fs::path& folder, const Json& document,
                              std::string_view event) {
  package::StringMap scripts;
  if (const Json* field = find_member(document, "scripts"); field != nullptr && field->is_object())
    for (const auto& [name, command] : field->items())
      if (command.is_string()) scripts.emplace_back(name, command.get<std::string>());
  const auto add = [&](const char* name, std::string command) {
    if (event == name && package::find(scripts, event) == nullptr) scripts.emplace_back(name, std::move(command));
  };
  add("restart", fmt::format("{0} stop --if-present && {0} start", session.program.name));
  add("env", "env");
  std::error_code error;
  if (fs::exists(folder / "server.js", error)) add("start", "node server.js");
  return scripts;
}

class ScriptRun {
 public:
  explicit ScriptRun(Session& session) : session_(session), runner_(script_settings(session), session.console) {}

  Result<int> run(const Target& target, const std::string& event, const std::vector<std::string>& arguments) const {
    HOIST_TRY(const auto package, package::PackageJson::read(target.folder));
    const auto scripts = scripts_of(session_, target.folder, package.document(), event);
    if (package::find(scripts, event) == nullptr) {
      if (session_.config.get_bool("if-present")) return 0;
      return missing(target, package.document(), event);
    }
    std::vector<std::string> events{event};
    if (!session_.config.get_bool("ignore-scripts")) {
      events.insert(events.begin(), "pre" + event);
      events.push_back("post" + event);
    }
    for (const auto& each : events) {
      const std::string* command = package::find(scripts, each);
      if (command == nullptr) continue;
      installer::ScriptRequest request;
      request.directory = target.folder;
      request.package_json = &package.document();
      request.event = each;
      request.command = *command;
      if (each == event) request.arguments = arguments;
      request.foreground = true;
      HOIST_TRY(const auto outcome, runner_.run(request));
      if (outcome.interrupted != 0) return 128 + outcome.interrupted;
      if (!outcome.ok()) return fail_quietly(outcome);
    }
    return 0;
  }

 private:
  /// The script has said what went wrong; the exit code is its own.
  Result<int> fail_quietly(const installer::ScriptOutcome& outcome) const {
    const auto error = installer::script_error(outcome);
    log_error(explain_error(error), session_.console);
    return outcome.signal != 0 ? 128 + outcome.signal : outcome.exit_code;
  }

  std::unexpected<Error> missing(const Target& target, const Json& document, const std::string& event) const {
    const auto option = target.workspace.empty() ? std::string() : " --workspace=" + target.workspace;
    return fail("",
                fmt::format("Missing script: \"{}\"{}\n\nTo see a list of scripts, run:\n  {} run{}", printable(event),
                            did_you_mean(event, document, session_.program), session_.program.name, option));
  }

  Session& session_;
  installer::LifecycleRunner runner_;
};

bool is_lifecycle(std::string_view name) {
  for (const std::string_view known :
       {"prepare",   "prepublishOnly", "prepack",    "postpack", "dependencies", "preinstall",
        "install",   "postinstall",    "prepublish", "publish",  "postpublish",  "prerestart",
        "restart",   "postrestart",    "prestart",   "start",    "poststart",    "prestop",
        "stop",      "poststop",       "pretest",    "test",     "posttest",     "preuninstall",
        "uninstall", "postuninstall",  "preversion", "version",  "postversion"})
    if (name == known) return true;
  return false;
}

Result<int> list_scripts(Session& session, const Target& target) {
  HOIST_TRY(const auto package, package::PackageJson::read(target.folder));
  const Json* field = find_member(package.document(), "scripts");
  const Json scripts = field != nullptr && field->is_object() ? *field : Json::object();
  auto& console = session.console;
  if (console.silent()) return 0;
  if (session.config.get_bool("json")) {
    console.buffer_json(target.workspace.empty() ? scripts : Json{{target.workspace, scripts}});
    return 0;
  }
  std::string lifecycle, others, parseable;
  for (const auto& [name, command] : scripts.items()) {
    if (!command.is_string()) continue;
    const auto text = printable(command.get<std::string>());
    parseable += fmt::format("{}{}:{}\n", target.workspace.empty() ? "" : target.workspace + ":", name, text);
    (is_lifecycle(name) ? lifecycle : others) += fmt::format("  {}\n    {}\n", printable(name), text);
  }
  if (parseable.empty()) return 0;
  if (session.config.get_bool("parseable")) {
    console.standard(trim(parseable));
    return 0;
  }
  const auto id = package_id(package.document());
  if (!lifecycle.empty())
    console.standard(fmt::format("Lifecycle scripts included in {}:\n{}", printable(id), lifecycle));
  if (!others.empty())
    console.standard(fmt::format("{}available via `{} run`:\n{}", lifecycle.empty() ? "Scripts " : "",
                                 session.program.name, others));
  return 0;
}

Result<std::vector<Target>> targets_of(const Session& session) {
  const auto& config = session.config;
  const auto filters = config.get_list("workspace");
  if (filters.empty() && !config.get_bool("workspaces")) return std::vector<Target>{{config.local_prefix(), {}}};
  HOIST_TRY(const auto root, package::PackageJson::read(config.local_prefix()));
  const Json* globs = find_member(root.document(), "workspaces");
  HOIST_TRY(const auto all, find_workspaces(config.local_prefix(), globs != nullptr ? *globs : Json()));
  HOIST_TRY(const auto chosen, select_workspaces(all, filters, config.local_prefix(), config.inputs().cwd));
  std::vector<Target> targets;
  if (config.get_bool("include-workspace-root")) targets.push_back({config.local_prefix(), "."});
  for (const auto& workspace : chosen) targets.push_back({workspace.path, workspace.name});
  return targets;
}

/// In workspaces a failure does not stop the others; the last failing exit code is the command's.
Result<int> run_everywhere(Session& session, const std::string& event, const std::vector<std::string>& arguments) {
  HOIST_TRY(const auto targets, targets_of(session));
  const ScriptRun scripts(session);
  int code = 0;
  for (const auto& target : targets) {
    auto result = scripts.run(target, event, arguments);
    if (targets.size() == 1 && target.workspace.empty()) return result;
    if (result && *result == 0) continue;
    code = result ? *result : 1;
    if (!result) log_error(explain_error(result.error()), session.console);
    session.console.log(LogLevel::kError, "",
                        fmt::format("Lifecycle script `{}` failed in workspace {}", event, target.workspace));
    session.console.log(LogLevel::kError, "location", target.folder.string());
  }
  return code;
}

}  // namespace

Result<int> run_run(Session& session, const std::vector<std::string>& arguments) {
  if (!arguments.empty()) return run_everywhere(session, arguments.front(), {arguments.begin() + 1, arguments.end()});
  HOIST_TRY(const auto targets, targets_of(session));
  for (const auto& target : targets) HOIST_CHECK(list_scripts(session, target));
  return 0;
}

Result<int> run_lifecycle(Session& session, const std::vector<std::string>& arguments) {
  return run_everywhere(session, std::string(session.command), arguments);
}

}  // namespace hoist::cli
