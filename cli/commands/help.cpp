#include "cli/commands/commands.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

constexpr std::size_t kWidth = 80;

/// `[flag] [flag] …` in lines of at most kWidth.
std::string flag_lines(const std::vector<const Definition*>& flags) {
  std::string text, line;
  std::set<std::string_view> shown;
  for (const auto* flag : flags) {
    if (shown.contains(flag->name)) continue;
    std::string usage = usage_of(*flag);
    for (const auto other : split(flag->exclusive, ' ')) {
      const auto* definition = find_definition(other);
      if (definition == nullptr || !shown.insert(other).second) continue;
      usage += '|' + usage_of(*definition);
    }
    usage = '[' + usage + ']';
    if (!line.empty() && line.size() + usage.size() > kWidth) {
      text += line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + usage;
  }
  return text + line;
}

std::vector<const Definition*> flags_of(const Command& command) {
  std::vector<const Definition*> flags;
  for (const auto name : split(command.flags, ' '))
    if (const auto* definition = find_definition(name)) flags.push_back(definition);
  return flags;
}

std::string names_of_commands() {
  std::string text, line;
  for (const auto& command : commands()) {
    if (command.run == nullptr) continue;
    const std::string word = (line.empty() ? "" : ", ") + std::string(command.name);
    if (line.size() + word.size() > 60) {
      text += "    " + line + ",\n";
      line = command.name;
    } else {
      line += word;
    }
  }
  return text + "    " + line;
}

}  // namespace

std::string command_usage(const Command& command, const Program& program) {
  std::string text(command.description);
  text += "\n\nUsage:\n";
  for (const auto form : split(command.usage, '\n'))
    text += fmt::format("{} {}{}{}\n", program.name, command.name, form.empty() ? "" : " ", form);
  const auto flags = flags_of(command);
  if (!flags.empty()) {
    text += "\nOptions:\n" + flag_lines(flags) + "\n\n";
    for (const auto* flag : flags) {
      const std::string short_flag = flag->shorts.empty() ? "" : fmt::format("-{}|", flag->shorts.front());
      text += fmt::format("  {}--{}\n    {}\n", short_flag, flag->name, flag->description);
    }
  }
  std::vector<std::string> aliases;
  for (const auto& alias : command_aliases())
    if (alias.command == command.name) aliases.emplace_back(alias.alias);
  if (!aliases.empty()) text += fmt::format("\nalias{}: {}\n", aliases.size() == 1 ? "" : "es", join(aliases, ", "));
  return text + fmt::format("\nRun \"{} help {}\" for more info", program.name, command.name);
}

std::string overview(const Program& program, bool with_usage) {
  const auto& name = program.name;
  std::string text = fmt::format(
      "{0} <command>\n\n"
      "Usage:\n\n"
      "{0} install        install what package.json asks for\n"
      "{0} install <foo>  install <foo> and add it to package.json\n"
      "{0} test           run the test script\n"
      "{0} run <foo>      run the script <foo>\n"
      "{0} <command> -h   how to use a command\n"
      "{0} -l             how to use all commands\n"
      "{0} help <term>    help about a command or a setting\n\n"
      "All commands:\n\n",
      name);
  if (with_usage) {
    for (const auto& command : commands())
      if (command.run != nullptr) text += command_usage(command, program) + "\n\n";
  } else {
    text += names_of_commands() + "\n\n";
  }
  text += fmt::format(
      "Settings are flags (--key=value), environment (npm_config_key) or lines of .npmrc: {} help config\n\n", name);
  return text + fmt::format("hoist@{} (npm {} compatible)", hoist_version(), "12.2.0");
}

Result<int> run_help(Session& session, const std::vector<std::string>& arguments) {
  auto& console = session.console;
  if (arguments.empty()) {
    console.standard(overview(session.program, session.config.get_bool("long")));
    return 0;
  }
  std::string topic = arguments.front();
  if (arguments.size() > 1 && !topic.empty() && topic.find_first_not_of("0123456789") == std::string::npos)
    topic = arguments[1];
  if (const auto* command = find_command(topic)) {
    console.standard(command_usage(*command, session.program));
    if (command->name != "config") return 0;
    console.standard("\nAll settings:\n");
    for (const auto& definition : definitions())
      console.standard(fmt::format("  {}\n    {}\n    Type: {}", definition.name, definition.description,
                                   describe_type(definition)));
    return 0;
  }
  if (const auto* definition = find_definition(topic)) {
    console.standard(fmt::format("{}\n\n{}\n\n* Type: {}\n* Default: {}", definition->name, definition->description,
                                 describe_type(*definition),
                                 json_text(session.config.get(topic, Layer::kDefault).value_or(Json()))));
    return 0;
  }
  if (topic == "npmrc") {
    console.standard(
        ".npmrc files hold settings, one `key = value` per line; `;` and `#` start comments, `key[]` adds to a list, "
        "${VAR} is\n"
        "replaced from the environment. Read, the first winning: command line, npm_config_* variables, the project's "
        ".npmrc,\n"
        "~/.npmrc, <prefix>/etc/npmrc. Credentials belong to a registry: //host/path/:_authToken = ...");
    return 0;
  }
  return fail("", fmt::format("No help for \"{}\"{}", topic, did_you_mean(topic, Json(), session.program)));
}

std::unexpected<Error> usage_error(const Session& session, std::string_view message) {
  const auto* command = find_command(session.command);
  std::string text = "\n";
  if (!message.empty()) text += std::string(message) + "\n\n";
  if (command != nullptr) text += command_usage(*command, session.program);
  return fail("EUSAGE", text);
}

}  // namespace hoist::cli
