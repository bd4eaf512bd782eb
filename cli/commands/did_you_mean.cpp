#include <numeric>

#include "cli/commands/command.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// A word typed by mistake may be as long as the shell allows.
constexpr std::size_t kMaxWord = 200;

bool is_close(std::string_view typed, std::string_view name) {
  return typed.size() <= kMaxWord && name.size() <= kMaxWord &&
         static_cast<double>(edit_distance(typed, name)) < static_cast<double>(typed.size()) * 0.4;
}

/// Names of an object's members that are close.
std::vector<std::string> close_members(std::string_view typed, const Json& document, std::string_view field) {
  std::vector<std::string> names;
  const Json* object = document.is_object() ? find_member(document, field) : nullptr;
  if (object == nullptr || !object->is_object()) return names;
  for (const auto& [name, value] : object->items())
    if (is_close(typed, name)) names.push_back(printable(name));
  return names;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string did_you_mean(std::string_view typed, const Json& package_json, const Program& program) {
  std::vector<std::string> lines;
  for (const auto& command : commands())
    if (command.name != typed && is_close(typed, command.name))
      lines.push_back(fmt::format("  {} {} # {}", program.name, command.name, command.description));
  for (const auto& script : close_members(typed, package_json, "scripts")) {
    const bool has_command = script == "stop" || script == "start" || script == "test" || script == "restart";
    if (!has_command)
      lines.push_back(fmt::format("  {0} run {1} # run the \"{1}\" package script", program.name, script));
  }
  for (const auto& bin : close_members(typed, package_json, "bin"))
    lines.push_back(fmt::format("  {0} exec {1} # run the \"{1}\" command of the package", program.name, bin));
  if (lines.empty()) return {};
  const std::string question = lines.size() == 1 ? "Did you mean this?" : "Did you mean one of these?";
  if (lines.size() > 3) lines.resize(3);
  return "\n\n" + question + '\n' + join(lines, "\n");
}

}  // namespace hoist::cli
