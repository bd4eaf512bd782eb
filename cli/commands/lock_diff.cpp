#include "cli/commands/lock_commands.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/diff.hpp"
#include "hoist/lockfile/read.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;
using lockfile::LockChange;
using lockfile::LockDiff;
using lockfile::Lockfile;

constexpr std::string_view kLockFile = "package-lock.json";
constexpr std::size_t kShownRequesters = 3;

/// A file, a folder with a lockfile, or what git has under `revision` or `revision:path`.
Result<Lockfile> read_side(const Session& session, const std::string& side) {
  const fs::path cwd = session.config.inputs().cwd;
  fs::path path = cwd / side;
  std::error_code error;
  if (fs::is_directory(path, error)) path /= kLockFile;
  if (fs::exists(path, error)) {
    HOIST_TRY(auto lock, lockfile::read_lockfile(path));
    return lock ? Result<Lockfile>(*std::move(lock)) : Result<Lockfile>(Lockfile{});
  }
  if (side.starts_with('-')) return fail("ENOENT", "no such lockfile: " + printable(side));
  const std::string object = side.find(':') == std::string::npos ? side + ":./" + std::string(kLockFile) : side;
  HOIST_TRY(const GitResult git, run_git(cwd, {"show", object}));
  if (git.status != 0)
    return fail("ENOENT", fmt::format("{} is no lockfile and no revision that has one", printable(side)));
  return lockfile::parse_lockfile(git.output, object);
}

std::string describe(const LockChange& change) {
  switch (change.kind) {
    case LockChange::Kind::kAdded:
      return fmt::format("+ {} {}", change.name, change.after);
    case LockChange::Kind::kRemoved:
      return fmt::format("- {} {}", change.name, change.before);
    case LockChange::Kind::kFlags:
      return fmt::format("  {} {}", change.name, change.after);
    default:
      return fmt::format("~ {} {} -> {}", change.name, change.before, change.after);
  }
}

std::string requesters_text(const LockChange& change) {
  std::vector<std::string> who;
  for (std::size_t i = 0; i < change.requesters.size() && i < kShownRequesters; ++i)
    who.push_back(fmt::format("{} ({})", change.requesters[i].name, change.requesters[i].spec));
  if (change.requesters.size() > kShownRequesters)
    who.push_back(fmt::format("{} more", change.requesters.size() - kShownRequesters));
  return who.empty() ? "nobody" : join(who, ", ");
}

std::string_view heading(LockChange::Kind kind) {
  switch (kind) {
    case LockChange::Kind::kAdded:
      return "added";
    case LockChange::Kind::kRemoved:
      return "removed";
    case LockChange::Kind::kVersion:
      return "changed";
    case LockChange::Kind::kContent:
      return "same version, other content or source";
    case LockChange::Kind::kFlags:
      return "only flags (dev, optional, peer)";
  }
  return "";
}

void print(const LockDiff& diff, Console& console) {
  if (diff.empty()) return console.standard("no difference");
  std::optional<LockChange::Kind> section;
  for (const LockChange& change : diff.changes) {
    if (section != change.kind) {
      if (section) console.standard("");
      console.standard(std::string(heading(change.kind)) + ":");
      section = change.kind;
    }
    const bool quiet = change.kind == LockChange::Kind::kFlags;
    const std::string places = change.locations.size() > 1 ? fmt::format(", {} places", change.locations.size()) : "";
    console.standard(printable(quiet ? describe(change)
                                     : fmt::format("{}  [{}{}]", describe(change), requesters_text(change), places)));
  }
  if (!diff.install_scripts.empty())
    console.standard("\nnew install scripts: " + printable(join(diff.install_scripts, ", ")));
  if (!diff.hosts.empty()) console.standard("\nnew hosts: " + printable(join(diff.hosts, ", ")));
}

Json to_json(const LockDiff& diff) {
  Json document = {{"added", Json::array()},   {"removed", Json::array()}, {"changed", Json::array()},
                   {"content", Json::array()}, {"flags", Json::array()},   {"installScripts", diff.install_scripts},
                   {"hosts", diff.hosts}};
  for (const LockChange& change : diff.changes) {
    Json entry = {{"name", change.name}};
    if (change.kind != LockChange::Kind::kAdded) entry["before"] = change.before;
    if (change.kind != LockChange::Kind::kRemoved) entry["after"] = change.after;
    entry["locations"] = change.locations;
    entry["requestedBy"] = Json::array();
    for (const auto& requester : change.requesters)
      entry["requestedBy"].push_back(
          {{"name", requester.name}, {"spec", requester.spec}, {"direct", requester.direct}});
    document[std::string(to_string(change.kind))].push_back(std::move(entry));
  }
  return document;
}

}  // namespace

Result<int> run_lock_diff(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.size() > 2) return usage_error(session);
  HOIST_TRY(const Lockfile before, read_side(session, arguments.empty() ? "HEAD" : arguments[0]));
  HOIST_TRY(const Lockfile after, read_side(session, arguments.size() < 2 ? std::string(kLockFile) : arguments[1]));
  const LockDiff diff = lockfile::diff_lockfiles(before, after);
  if (session.config.get_bool("json"))
    session.console.buffer_json(to_json(diff));
  else
    print(diff, session.console);
  return 0;
}

}  // namespace hoist::cli
