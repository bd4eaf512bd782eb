#pragma once
/// Making node_modules what a plan says.
///
///   lock = ProjectLock::acquire(root)
///   actual = read_actual_tree(root), plan = make_plan(wanted, actual, …)
///   report = apply_plan(…)          packages, links, bin links
///   … lifecycle scripts of report.placed …
///   finish_install(…)               the hidden lockfile; only now is the install complete
///
/// Between apply_plan and finish_install a marker in node_modules names what is being worked on. Killed at any moment,
/// the next install finds the marker, trusts none of those locations and puts them anew.
///
/// Files are hard links to the store where that is possible, so they share their content with every other project: a
/// package whose scripts will run, or that is patched, must be copied (`copy_files`).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/installer/plan.hpp"
#include "hoist/installer/store.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/lockfile/write.hpp"
#include "hoist/package/sources.hpp"

namespace hoist::installer {

/// One install at a time in a project: an exclusive flock on its directory, which leaves nothing behind. Children do
/// not inherit it; release it before running scripts that may install in the same project.
class ProjectLock {
 public:
  /// Waits for another install to end, after telling the reporter. Without `wait`: EINSTALLBUSY.
  static Result<ProjectLock> acquire(const std::filesystem::path& root, Reporter& reporter, bool wait = true);
  ProjectLock(ProjectLock&&) noexcept;
  ProjectLock& operator=(ProjectLock&&) noexcept;
  ~ProjectLock();
  void release() noexcept;

 private:
  explicit ProjectLock(int fd) noexcept : fd_(fd) {}
  int fd_;
};

struct InstallOptions {
  std::filesystem::path root;
  unsigned threads = 0;         ///< 0 = one per core; more are slower (measured: 3 on 2 cores cost 5 %)
  unsigned max_in_flight = 64;  ///< tarballs asked for at a time
  bool bin_links = true;
  /// `npm install --global`: root is `<prefix>/lib`, bins of its packages go to `global_bin`, where nothing foreign is
  /// replaced without `force` (EEXIST).
  bool global = false;
  std::filesystem::path global_bin;
  bool force = false;
  /// `omit-lockfile-registry-resolved`, which npm obeys in the hidden lockfile too.
  bool omit_registry_resolved = false;
  /// True for a package that needs files of its own. Empty: only patched ones.
  std::function<bool(std::string_view location, const lockfile::LockPackage&)> copy_files;
  /// The URL to fetch; empty = the entry's `resolved`, with `file:` made absolute.
  std::function<std::string(std::string_view location, const lockfile::LockPackage&)> tarball_url;
  /// Bytes of a tarball if known: the largest are fetched first.
  std::function<std::uint64_t(const lockfile::LockPackage&)> expected_size;
};

struct PlacedPackage {
  std::string location;
  PlanAction action = PlanAction::kAdd;
  bool has_install_script = false;  ///< as its package.json says, whatever the lockfile claims
  bool has_binding_gyp = false;
};

/// An optional package that could not be installed, or one that goes with it (then without an error).
struct DroppedPackage {
  std::string location;
  Error error;
};

struct InstallReport {
  std::vector<PlacedPackage> placed;    ///< in the plan's order
  std::vector<DroppedPackage> dropped;  ///< stay in the lockfile
  std::uint64_t fetched = 0, fetched_bytes = 0;
  std::uint64_t files = 0, copied_files = 0;
  std::uint64_t bins = 0;
};

/// Fetches what the store lacks, then links. On failure node_modules is put back as it was, as far as the disk allows.
/// Fails with the codes of the source, the store and the system; the context names the package.
[[nodiscard]] Result<InstallReport> apply_plan(const lockfile::Lockfile& wanted, const InstallPlan& plan, Store& store,
                                               package::TarballSource& source, Reporter& reporter,
                                               const InstallOptions& options);

/// Writes node_modules/.package-lock.json (not when `global`) and removes the marker.
[[nodiscard]] Result<void> finish_install(const lockfile::Lockfile& wanted, const InstallPlan& plan,
                                          const InstallReport& report, const InstallOptions& options,
                                          const package::JsonStyle& style);

}  // namespace hoist::installer
