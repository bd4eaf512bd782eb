#pragma once
/// What a command is, and the table of all of them.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/config.hpp"
#include "cli/output/console.hpp"
#include "hoist/base/clock.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// The npm whose behaviour, lockfile and `engines.npm` answers hoist stands in for.
[[nodiscard]] std::string_view npm_version(const Config& config) noexcept;
[[nodiscard]] std::string_view hoist_version() noexcept;

/// How the program was called, which decides the words it uses for itself.
struct Program {
  std::string name = "hoist";  ///< hoist or npm, as it stands in messages
  bool is_npx = false;
  std::string executable;  ///< absolute path of this binary, for child processes
};

/// What the commands of one run work with. Built by the application, outlives the command.
struct Session {
  Config& config;
  Console& console;
  const Clock& clock;
  const Program& program;
  std::chrono::steady_clock::time_point started;
  std::string_view command;  ///< canonical name of the running command
};

/// The exit code; an Error is reported by the caller and exits with 1.
using CommandFunction = Result<int> (*)(Session& session, const std::vector<std::string>& arguments);

enum CommandTrait : unsigned {
  kTakesWorkspaces = 1U << 0U,        ///< -w and -ws mean something
  kUsesImplicitWorkspace = 1U << 1U,  ///< standing in a workspace selects it
  kChecksDevEngines = 1U << 2U,
  kSkipsConfigChecks = 1U << 3U,  ///< works with a broken .npmrc
};

struct Command {
  std::string_view name;
  std::string_view description;
  std::string_view usage;  ///< one line per form, separated by newlines; each without the program and command
  std::string_view flags;  ///< names of definitions, separated by spaces
  unsigned traits = 0;
  CommandFunction run = nullptr;  ///< nullptr: npm has this command, hoist does not yet

  [[nodiscard]] bool has(CommandTrait trait) const noexcept { return (traits & trait) != 0; }
};

/// Sorted by name.
[[nodiscard]] std::span<const Command> commands() noexcept;

struct CommandAlias {
  std::string_view alias;
  std::string_view command;
};
[[nodiscard]] std::span<const CommandAlias> command_aliases() noexcept;

/// By name, alias, camelCase spelling or unambiguous beginning of either, as npm finds it; nullptr when it is none.
[[nodiscard]] const Command* find_command(std::string_view typed);

/// The usage text of a command, or the overview.
[[nodiscard]] std::string command_usage(const Command& command, const Program& program);
[[nodiscard]] std::string overview(const Program& program, bool with_usage);

/// EUSAGE with the command's usage.
[[nodiscard]] std::unexpected<Error> usage_error(const Session& session, std::string_view message = {});

/// "\n\nDid you mean …" for a mistyped command or script; empty when nothing is close. `package_json` may be null.
[[nodiscard]] std::string did_you_mean(std::string_view typed, const Json& package_json, const Program& program);

/// Levenshtein's distance in bytes.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace hoist::cli
