#include "hoist/installer/install.hpp"

#include <sys/file.h>

#include "apply.hpp"
#include "install_state.hpp"
#include "posix.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

/// Itself, or nested (bundled) in what is.
bool is_gone(std::string_view location, const std::set<std::string, std::less<>>& gone) {
  if (gone.empty()) return false;
  for (; parse_location(location); location = parent_location(location))
    if (gone.contains(location)) return true;
  return false;
}

}  // namespace

ProjectLock::ProjectLock(ProjectLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

ProjectLock& ProjectLock::operator=(ProjectLock&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

ProjectLock::~ProjectLock() { release(); }

void ProjectLock::release() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<ProjectLock> ProjectLock::acquire(const fs::path& root, Reporter& reporter, bool wait) {
  HOIST_CHECK(make_directories(root));
  UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open", root);
  bool held = lock_fd(fd.get(), LOCK_EX | LOCK_NB);
  if (!held && errno == EWOULDBLOCK) {
    if (!wait)
      return fail("EINSTALLBUSY", fmt::format("another install is at work in {}", root.string()),
                  "Wait for it to end and try again.");
    reporter.log(LogLevel::kNotice, "", fmt::format("waiting for another install in {} to end", root.string()));
    held = lock_fd(fd.get(), LOCK_EX);
  }
  // Some network file systems lock no directories: then installs there are as unprotected as npm's.
  if (!held && errno != EBADF && errno != ENOLCK && errno != EINVAL && errno != EOPNOTSUPP)
    return fail_errno("cannot lock", root);
  return ProjectLock(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
}

Result<InstallReport> apply_plan(const lockfile::Lockfile& wanted, const InstallPlan& plan, Store& store,
                                 package::TarballSource& source, Reporter& reporter, const InstallOptions& options) {
  return Application(wanted, plan, store, source, reporter, options).run();
}

Result<void> finish_install(const lockfile::Lockfile& wanted, const InstallPlan& plan, const InstallReport& report,
                            const InstallOptions& options, const package::JsonStyle& style) {
  const fs::path node_modules = options.root / "node_modules";
  const fs::path hidden = node_modules / kHiddenLockfile;
  std::error_code ignored;
  // First the marker: removing it makes the folder newer than a lockfile written before.
  fs::remove(node_modules / kIncompleteMarker, ignored);
  if (options.global) return {};
  std::set<std::string, std::less<>> gone;
  for (const Skipped& skipped : plan.skipped) gone.insert(skipped.location);
  for (const DroppedPackage& dropped : report.dropped) gone.insert(dropped.location);
  lockfile::Lockfile on_disk;
  on_disk.name = wanted.name;
  on_disk.version = wanted.version;
  // The root's entry too: it is not written, but its specs tell what came from a registry.
  for (const auto& [location, entry] : wanted.packages)
    if (!is_gone(location, gone)) on_disk.packages.emplace_hint(on_disk.packages.end(), location, entry);
  for (const auto& [location, entry] : plan.left) on_disk.packages.insert_or_assign(location, entry);
  const lockfile::WriteOptions write{
      .style = style, .omit_registry_resolved = options.omit_registry_resolved, .hidden = true};
  HOIST_CHECK(atomic_write(hidden, lockfile::write_lockfile(on_disk, write)));
  // Its time must not be older than the folder's, which the rename has just touched.
  ::utimensat(AT_FDCWD, hidden.c_str(), nullptr, 0);
  return {};
}

}  // namespace hoist::installer
