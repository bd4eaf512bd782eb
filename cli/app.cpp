#include "cli/app.hpp"

#include <pwd.h>
#include <unistd.h>

#include <charconv>

#include "cli/commands/commands.hpp"
#include "cli/commands/dev_engines.hpp"
#if __has_include("cli/commands/semver.hpp")
#include "cli/commands/semver.hpp"
#endif
#include "cli/config/runtime.hpp"
#include "cli/output/debug_log.hpp"
#include "cli/output/error_report.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::cli {
namespace {

std::string home_of(const Environment& environment) {
  if (const auto home = environment.get("HOME"); !home.empty()) return std::string(home);
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

Program program_of(const Invocation& invocation) {
  Program program;
  const auto slash = invocation.program.rfind('/');
  const auto base = slash == std::string::npos ? invocation.program : invocation.program.substr(slash + 1);
  program.is_npx = base == "npx";
  if (base == "npm" || base == "npx") program.name = "npm";
  std::error_code error;
  program.executable = std::filesystem::read_symlink("/proc/self/exe", error).string();
  return program;
}

ConfigInputs inputs_of(const Invocation& invocation, const Program& program, const Streams& streams) {
  ConfigInputs inputs;
  inputs.arguments = invocation.arguments;
  inputs.environment = invocation.environment;
  inputs.cwd = invocation.cwd;
  inputs.home = home_of(invocation.environment);
  inputs.node = find_node(invocation.environment);
  inputs.heading = program.name;
  inputs.stdout_is_terminal = streams.out_is_terminal();
  inputs.stderr_is_terminal = streams.err_is_terminal();
  return inputs;
}

ConsoleOptions console_options(const Config& config, const Environment& environment, const Streams& streams) {
  ConsoleOptions options;
  options.heading = config.get_string("heading");
  options.level = parse_log_level(config.get_string("loglevel")).value_or(LogLevel::kNotice);
  const Json color = config.get("color");
  const bool always = color == Json("always");
  options.color_out = always || (color == Json(true) && streams.out_is_terminal());
  options.color_err = always || (color == Json(true) && streams.err_is_terminal());
  options.progress = config.get_bool("progress") && streams.out_is_terminal() && streams.err_is_terminal() &&
                     environment.get("TERM") != "dumb";
  options.unicode = config.get_bool("unicode");
  options.timing = config.get_bool("timing");
  options.json = config.get_bool("json");
  return options;
}

void tell(Console& console, const std::vector<ConfigNotice>& notices) {
  for (const auto& notice : notices)
    console.log(notice.error ? LogLevel::kError : LogLevel::kWarn, notice.title, notice.message);
}

int unknown_command(std::string_view typed, const Config& config, Console& console, const Program& program) {
  const auto package = package::PackageJson::read(config.local_prefix());
  console.raw(printable(
      fmt::format("Unknown command: \"{}\"{}\n\nTo see a list of supported {} commands, run:\n  {} help\n", typed,
                  did_you_mean(typed, package ? package->document() : Json(), program), program.name, program.name)));
  return 1;
}

/// What npm checks before any command runs.
Result<void> check(const Command& command, Session& session) {
  auto& config = session.config;
  std::vector<ConfigNotice> notices;
  Result<void> valid, known;
  if (!command.has(kSkipsConfigChecks)) {
    valid = config.validate(notices);
    known = config.check_unknown(notices);
  }
  tell(session.console, notices);
  HOIST_CHECK(valid);
  HOIST_CHECK(known);
  const auto selected = config.get_list("workspace");
  const auto all = config.get("workspaces");
  if (all == Json(false) && !selected.empty())
    return fail("", "Cannot use --no-workspaces and --workspace at the same time");
  if (config.get_bool("usage")) return {};
  const bool wanted = config.get_bool("workspaces") || !selected.empty();
  const bool implicit = !config.implicit_workspace().empty();
  if (wanted && (!implicit || command.has(kUsesImplicitWorkspace))) {
    if (config.global()) return fail("", "Workspaces not supported for global packages");
    if (!command.has(kTakesWorkspaces) && !implicit)
      return fail("ENOWORKSPACES", "This command does not support workspaces.");
  }
  if (command.has(kChecksDevEngines) && !config.global()) return check_dev_engines(session);
  return {};
}

Result<int> execute(const Command& command, Session& session, const std::vector<std::string>& arguments) {
  HOIST_CHECK(check(command, session));
  if (session.config.get_bool("usage")) {
    session.console.standard(command_usage(command, session.program));
    return 0;
  }
  if (command.run == nullptr)
    return fail("ENOTSUPPORTED", fmt::format("hoist does not have `{}` yet", command.name),
                fmt::format("Run it with npm: npx npm@12 {}", command.name));
  if (session.config.get_bool("force"))
    session.console.log(LogLevel::kWarn, "using --force", "Recommended protections disabled.");
  return command.run(session, arguments);
}

/// A script that failed lends its exit status: then the error's code is that number, as in npm.
int exit_code_of(const Error& error) {
  int code = 0;
  const auto [end, failed] = std::from_chars(error.code.data(), error.code.data() + error.code.size(), code);
  const bool number = failed == std::errc() && end == error.code.data() + error.code.size();
  return number && code > 0 && code < 256 ? code : 1;
}

int report(const Error& error, const Config* config, Console& console) {
  console.end_progress();
  const auto explained = explain_error(error);
  log_error(explained, console);
  const bool json = config != nullptr && config->get_bool("json");
  console.finish(json ? std::optional(error_json(explained)) : std::nullopt);
  if (config != nullptr) write_debug_log(*config, console);
  return exit_code_of(error);
}

/// `semver` stands beside the commands: its arguments are its own, not npm flags.
std::optional<int> run_embedded(const Invocation& invocation, Streams& streams) {
  if (invocation.arguments.empty() || invocation.arguments.front() != "semver") return std::nullopt;
  std::string out, err;
#if __has_include("cli/commands/semver.hpp")
  const std::span<const std::string> arguments(invocation.arguments);
  const int code = run_semver(arguments.subspan(1), out, err);
  streams.out(out);
  streams.err(err);
  return code;
#else
  return std::nullopt;
#endif
}

int run_configured(Config& config, const Invocation& invocation, const Program& program, Console& console,
                   std::chrono::steady_clock::time_point started) {
  console.configure(console_options(config, invocation.environment, console.streams()));
  if (config.get("version", Layer::kCli) == std::optional(Json(true))) {
    console.raw(std::string(program.name == "npm" ? npm_version(config) : hoist_version()) + '\n');
    return 0;
  }
  tell(console, config.notices());
  auto words = config.positionals();
  if (config.get("versions", Layer::kCli) == std::optional(Json(true))) words = {"version"};
  if (words.empty() && !program.is_npx) {
    console.standard(overview(program, config.get_bool("long")));
    return config.get_bool("usage") ? 0 : 1;
  }
  std::string typed = program.is_npx ? "exec" : words.front();
  if (!program.is_npx) words.erase(words.begin());
  const Command* command = find_command(typed);
  if (command == nullptr) return unknown_command(typed, config, console, program);
  const SystemClock clock;
  Session session{config, console, clock, program, started, command->name};
  auto result = execute(*command, session, words);
  if (!result) return report(result.error(), &config, console);
  console.finish(std::nullopt);
  return *result;
}

}  // namespace

int run(const Invocation& invocation, Streams& streams) {
  const auto started = std::chrono::steady_clock::now();
  if (const auto code = run_embedded(invocation, streams)) return *code;
  Console console(streams);
  try {
    const Program program = program_of(invocation);
    auto config = Config::load(inputs_of(invocation, program, streams));
    if (!config) {
      ConsoleOptions options;
      options.heading = program.name;
      console.configure(options);
      return report(config.error(), nullptr, console);
    }
    return run_configured(*config, invocation, program, console, started);
  } catch (const std::exception& bug) {
    return report({"EBUG", bug.what(), "This is a bug in hoist; please report it with the command you ran.", {}, {}},
                  nullptr, console);
  }
}

}  // namespace hoist::cli
