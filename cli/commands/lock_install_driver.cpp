#include "cli/commands/lock_commands.hpp"
#include "cli/config/runtime.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAttribute = "package-lock.json merge=hoist-lock";

/// As a word of the shell that git gives the driver to.
std::string shell_quoted(const std::string& word) { return "'" + replace_all(word, "'", "'\\''") + "'"; }

/// `hoist` where the shell finds this very program by that name, else its path.
std::string driver_program(const Session& session) {
  const std::string found = find_program("hoist", session.config.environment());
  std::error_code error;
  const bool same = !found.empty() && fs::equivalent(found, session.program.executable, error) && !error;
  return same ? "hoist" : shell_quoted(session.program.executable);
}

Result<void> set_config(const fs::path& top, std::string key, std::string value) {
  HOIST_TRY(const GitResult git, run_git(top, {"config", std::move(key), std::move(value)}));
  return git.status == 0 ? Result<void>() : fail("EGIT", "git config failed");
}

/// False when the line was there.
Result<bool> add_attribute(const fs::path& file) {
  auto text = read_file(file);
  if (!text && text.error().code != "ENOENT") return std::unexpected(std::move(text).error());
  std::string content = text ? *text : "";
  for (const std::string_view line : split(content, '\n'))
    if (trim(line) == kAttribute) return false;
  if (!content.empty() && !content.ends_with('\n')) content += '\n';
  content.append(kAttribute) += '\n';
  HOIST_CHECK(atomic_write(file, content));
  return true;
}

}  // namespace

Result<int> run_lock_install_driver(Session& session, const std::vector<std::string>& arguments) {
  if (!arguments.empty()) return usage_error(session);
  HOIST_TRY(const GitResult found, run_git(session.config.inputs().cwd, {"rev-parse", "--show-toplevel"}));
  if (found.status != 0) return fail("ENOREPO", "this is no git repository", "Run it inside one.");
  const fs::path top(trim(found.output));
  HOIST_CHECK(set_config(top, "merge.hoist-lock.name", "package-lock.json, merged by what it says"));
  HOIST_CHECK(set_config(top, "merge.hoist-lock.driver", driver_program(session) + " lock merge %O %A %B %P"));
  HOIST_TRY(const bool added, add_attribute(top / ".gitattributes"));
  session.console.standard("git merges package-lock.json with hoist in this clone.");
  session.console.standard(added ? ".gitattributes says so: commit it, and have others run this command as well."
                                 : ".gitattributes said so already.");
  return 0;
}

}  // namespace hoist::cli
