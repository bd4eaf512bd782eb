#include "install_state.hpp"

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::installer {
namespace {

constexpr std::string_view kFirst = "hoist install in progress, version 1";
constexpr std::string_view kLast = "end";

}  // namespace

Result<void> write_marker(const std::filesystem::path& node_modules, const std::vector<std::string>& locations) {
  std::string text(kFirst);
  text += '\n';
  for (const std::string& location : locations) text.append(location).push_back('\n');
  text.append(kLast).push_back('\n');
  return atomic_write(node_modules / kIncompleteMarker, text);
}

std::set<std::string, std::less<>> read_marker(const std::filesystem::path& node_modules) {
  const auto text = read_file(node_modules / kIncompleteMarker);
  if (!text && text.error().code == "ENOENT") return {};
  std::vector<std::string_view> lines;
  if (text) lines = split(*text, '\n');
  // Never synced: after a power failure it may be short. Then nothing is certain.
  if (lines.size() < 3 || lines.front() != kFirst || lines[lines.size() - 2] != kLast || !lines.back().empty())
    return {"*"};
  std::set<std::string, std::less<>> locations;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) locations.emplace(lines[i]);
  return locations;
}

}  // namespace hoist::installer
