#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "hoist/base/text.hpp"
#include "hoist/installer/lifecycle.hpp"
#include "scripts_process.hpp"

namespace hoist::installer {
namespace {

std::string_view signal_name(int signal) {
  switch (signal) {
    case SIGHUP:
      return "SIGHUP";
    case SIGINT:
      return "SIGINT";
    case SIGQUIT:
      return "SIGQUIT";
    case SIGILL:
      return "SIGILL";
    case SIGABRT:
      return "SIGABRT";
    case SIGFPE:
      return "SIGFPE";
    case SIGKILL:
      return "SIGKILL";
    case SIGSEGV:
      return "SIGSEGV";
    case SIGPIPE:
      return "SIGPIPE";
    case SIGALRM:
      return "SIGALRM";
    case SIGTERM:
      return "SIGTERM";
    case SIGBUS:
      return "SIGBUS";
    default:
      return {};
  }
}

std::string package_id(const Json* package_json) {
  if (package_json == nullptr) return {};
  const std::string* name = find_string(*package_json, "name");
  const std::string* version = find_string(*package_json, "version");
  if (name == nullptr && version == nullptr) return {};
  return fmt::format("{}@{}", name == nullptr ? std::string_view{} : *name,
                     version == nullptr ? std::string_view{} : *version);
}

std::string with_arguments(const ScriptRequest& request) {
  std::string script = request.command;
  for (const std::string& argument : request.arguments) script += ' ' + escape_shell_argument(argument);
  return script;
}

}  // namespace

Error script_error(const ScriptOutcome& outcome) {
  if (outcome.interrupted != 0) return {std::string(signal_name(outcome.interrupted)), "interrupted", {}, {}, {}};
  Error error{outcome.signal != 0 ? "ELIFECYCLE" : std::to_string(outcome.exit_code), "command failed", {}, {}, {}};
  error.context.push_back("path " + printable(outcome.directory.string()));
  if (outcome.signal != 0) {
    const std::string_view name = signal_name(outcome.signal);
    error.context.push_back(name.empty() ? fmt::format("signal {}", outcome.signal) : fmt::format("signal {}", name));
  }
  error.context.push_back(printable(fmt::format("command {} -c {}", outcome.shell, outcome.script)));
  for (const std::string* text : {&outcome.output, &outcome.errors})
    if (const std::string_view kept = trim(*text); !kept.empty()) error.context.push_back(printable(kept));
  return error;
}

std::optional<std::string> find_script(const package::Manifest& manifest, std::string_view event, bool has_gyp) {
  const auto text_of = [&](std::string_view name) -> const std::string* {
    const std::string* text = package::find(manifest.scripts, name);
    return text != nullptr && !text->empty() ? text : nullptr;
  };
  if (const std::string* text = text_of(event); text != nullptr) return *text;
  const bool implicit = event == "install" && has_gyp && !manifest.gypfile_disabled && text_of("preinstall") == nullptr;
  return implicit ? std::optional<std::string>("node-gyp rebuild") : std::nullopt;
}

bool has_binding_gyp(const std::filesystem::path& directory) {
  struct stat status{};
  return ::stat((directory / "binding.gyp").c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

package::StringMap LifecycleRunner::environment_of(const ScriptRequest& request) const {
  std::map<std::string, std::string> variables;
  const auto add = [&](const package::StringMap& map) {
    for (const auto& [name, value] : map) variables.insert_or_assign(name, value);
  };
  add(settings_.environment);
  add(request.environment);
  if (request.package_json != nullptr) add(package_environment(*request.package_json));
  variables.insert_or_assign("npm_package_json", (request.directory / "package.json").string());
  variables.insert_or_assign("npm_lifecycle_event", request.event);
  variables.insert_or_assign("npm_lifecycle_script", request.command);
  const auto path = variables.find("PATH");
  const std::string inherited = path == variables.end() ? std::string() : path->second;
  variables.insert_or_assign(
      "PATH", script_search_path(request.directory, request.bin_paths, settings_.node_gyp_bin, inherited));
  return {variables.begin(), variables.end()};
}

Result<ScriptOutcome> LifecycleRunner::run(const ScriptRequest& request) const {
  const std::string id = package_id(request.package_json);
  const std::string title = id.empty() ? request.event : id + " " + request.event;
  if (request.foreground) {
    std::string command(trim(request.command));
    for (const std::string& argument : request.arguments) command += ' ' + argument;
    reporter_.log(LogLevel::kNotice, "run", printable(title));
    reporter_.log(LogLevel::kNotice, "run", printable(command));
  } else {
    reporter_.log(LogLevel::kInfo, "run", printable(title + " " + request.command));
  }
  ShellCommand command;
  command.shell = settings_.shell.empty() ? "sh" : settings_.shell;
  command.script = with_arguments(request);
  command.directory = request.directory;
  command.environment = environment_of(request);
  command.foreground = request.foreground;
  HOIST_TRY(ShellResult result, run_shell(command));
  if (!request.foreground)
    reporter_.log(LogLevel::kInfo, "run",
                  printable(fmt::format("{} {{ code: {}, signal: {} }}", title, result.exit_code, result.signal)));
  ScriptOutcome outcome;
  outcome.exit_code = result.exit_code;
  outcome.signal = result.signal;
  outcome.interrupted = result.interrupted;
  outcome.output = std::move(result.output);
  outcome.errors = std::move(result.errors);
  outcome.shell = command.shell;
  outcome.script = command.script;
  outcome.directory = request.directory;
  return outcome;
}

}  // namespace hoist::installer
