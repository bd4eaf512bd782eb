#include <filesystem>

#include "cli/commands/commands.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/installer/store.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

fs::path cache_folder(const Session& session) { return session.config.get_string("cache"); }

/// `~/.npm` for what lies in the home folder.
std::string shown(const Session& session, const fs::path& path) {
  const auto& home = session.config.inputs().home;
  const auto text = path.string();
  return text.starts_with(home + '/') ? '~' + text.substr(home.size()) : text;
}

Result<int> clean(Session& session, const std::vector<std::string>& keys) {
  if (!keys.empty())
    return fail("ENOTSUPPORTED", "hoist cannot remove single packages from its store",
                fmt::format("`{} cache verify` removes what is damaged; `{} cache clean --force` removes everything.",
                            session.program.name, session.program.name));
  if (!session.config.get_bool("force"))
    return fail("", fmt::format("The cache repairs itself: whatever does not match its checksum is fetched again, so "
                                "removing it only makes the\n"
                                "next installs slower. To check it, run `{0} cache verify`; to try without it, `{0} "
                                "install --cache <folder>`.\n\n"
                                "To remove it all the same, repeat this command with --force.",
                                session.program.name));
  const auto folder = cache_folder(session);
  std::error_code error;
  if (fs::exists(folder / "_hoist" / "store-v1", error)) {
    HOIST_TRY(const auto store, installer::Store::open(folder, {.exclusive = true}));
    HOIST_CHECK(store->clean());
  }
  HOIST_CHECK(hoist::remove_all(folder / "_hoist"));
  return 0;
}

Result<int> verify(Session& session) {
  const auto started = std::chrono::steady_clock::now();
  const auto folder = cache_folder(session);
  HOIST_TRY(const auto store, installer::Store::open(folder, {.exclusive = true}));
  HOIST_TRY(const auto report, store->verify(true));
  auto& console = session.console;
  console.standard(fmt::format("Cache verified ({})", shown(session, folder / "_hoist")));
  console.standard(
      fmt::format("Content verified: {} packages, {} files ({} bytes)", report.packages, report.files, report.bytes));
  for (const auto& problem : report.problems)
    console.log(LogLevel::kWarn, "cache", fmt::format("{} {}: {}", problem.package, problem.path, problem.reason));
  if (report.removed > 0) console.standard(fmt::format("Corrupted content removed: {}", report.removed));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  console.standard(fmt::format("Finished in {:.3f}s", took.count()));
  return 0;
}

Result<int> list(Session& session, const std::vector<std::string>& names) {
  HOIST_TRY(const auto store, installer::Store::open(cache_folder(session)));
  HOIST_TRY(const auto entries, store->list());
  for (const auto& entry : entries) {
    const bool wanted = names.empty() || std::ranges::any_of(names, [&](const std::string& name) {
                          return name == entry.name || name == entry.name + '@' + entry.version;
                        });
    if (wanted)
      session.console.standard(
          printable(fmt::format("{}@{} {} files, {} bytes", entry.name, entry.version, entry.files, entry.size)));
  }
  return 0;
}

}  // namespace

Result<int> run_cache(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage_error(session);
  const std::string& action = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (action == "clean" || action == "rm" || action == "clear") return clean(session, rest);
  if (action == "verify" || action == "check") return verify(session);
  if (action == "ls") return list(session, rest);
  return usage_error(session);
}

}  // namespace hoist::cli
