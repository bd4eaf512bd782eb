#include "cli/commands/lock_commands.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/merge.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/validate.hpp"
#include "hoist/lockfile/write.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;
using lockfile::Lockfile;

/// The files git hands over, and where the result belongs.
struct Sides {
  fs::path base, ours, theirs;
  fs::path folder;  ///< of the project
};

/// A side as a lock; without content (the file is new on both sides) an empty one.
Result<Lockfile> read_side(const fs::path& path) {
  HOIST_TRY(auto lock, lockfile::read_lockfile(path));
  return lock ? *std::move(lock) : Lockfile{};
}

/// Leaves git's own result, with conflict markers, for a person to decide; `install` can read it.
Result<int> leave_conflict(const Sides& sides) {
  HOIST_TRY(const GitResult git, run_git(sides.folder, {"merge-file", "--", sides.ours.string(), sides.base.string(),
                                                        sides.theirs.string()}));
  return git.status == 0 ? 0 : 1;
}

Result<int> merge(Session& session, const Sides& sides) {
  Console& console = session.console;
  auto base = read_side(sides.base), ours = read_side(sides.ours), theirs = read_side(sides.theirs);
  for (const auto* side : {&base, &ours, &theirs}) {
    if (*side && !(*side)->ancient) continue;
    // Lines are all there is to go by.
    if (!*side) console.log(LogLevel::kWarn, "lock merge", side->error().message);
    if (*side && (*side)->packages.empty() && !(*side)->loaded_from_disk) continue;
    return leave_conflict(sides);
  }
  auto merged = lockfile::merge_lockfiles(*base, *ours, *theirs);
  if (!merged.conflicts.empty()) {
    for (const auto& conflict : merged.conflicts)
      console.log(LogLevel::kError, "lock merge",
                  "both sides changed " + printable(conflict) + "; package.json has to be decided first");
    HOIST_CHECK(leave_conflict(sides));
    return 1;
  }
  for (const auto& location : merged.decided)
    console.log(LogLevel::kNotice, "lock merge",
                fmt::format("{}: both sides changed it, the higher version is taken", printable(location)));
  HOIST_TRY(const std::string text, read_file(sides.ours));
  const lockfile::WriteOptions write{package::detect_json_style(text),
                                     session.config.get_bool("omit-lockfile-registry-resolved"), false,
                                     session.config.get_bool("format-package-lock")};
  auto settled = settle_lock(session, sides.folder, merged.lock);
  const bool good = settled.has_value();
  HOIST_CHECK(atomic_write(sides.ours, lockfile::write_lockfile(good ? *settled : merged.lock, write)));
  if (good) return 0;
  console.log(LogLevel::kWarn, "lock merge",
              fmt::format("merged, and not yet one tree: {}. Run `{} install` when package.json is merged.",
                          settled.error().message, session.program.name));
  return lockfile::is_settled(merged.lock, session.config.get_bool("legacy-peer-deps")) ? 0 : 1;
}

}  // namespace

Result<int> run_lock_merge(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.size() < 3 || arguments.size() > 4) return usage_error(session);
  std::error_code error;
  const fs::path cwd = fs::canonical(session.config.inputs().cwd, error);
  if (error) return std::unexpected(errno_error(error.value(), "enter", session.config.inputs().cwd));
  Sides sides{cwd / arguments[0], cwd / arguments[1], cwd / arguments[2], cwd};
  if (arguments.size() == 4) {
    // git runs a driver at the top of the working tree and names the file from there.
    const fs::path folder = (cwd / arguments[3]).parent_path().lexically_normal();
    if (fs::is_directory(folder, error)) sides.folder = folder;
  }
  return merge(session, sides);
}

}  // namespace hoist::cli
