#pragma once
/// One application of a plan: what has to be fetched, which folders are linked together, what was dropped.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "dependency_graph.hpp"
#include "hoist/base/thread_pool.hpp"
#include "hoist/installer/install.hpp"
#include "package_linker.hpp"
#include "tarball_stage.hpp"
#include "tree_writer.hpp"

namespace hoist::installer {

class Application {
 public:
  Application(const lockfile::Lockfile& wanted, const InstallPlan& plan, Store& store, package::TarballSource& source,
              Reporter& reporter, const InstallOptions& options);

  Result<InstallReport> run();

 private:
  /// One tarball, needed at one place or more.
  struct Content {
    std::vector<std::size_t> placements;
    const StoredPackage* package = nullptr;
  };
  /// A placement that is not nested in another, with those nested in it: one task, so that parents exist.
  struct Unit {
    std::vector<std::size_t> placements;
    std::size_t missing = 0;  ///< contents that are not in the store yet
    bool replace = false;
    bool linked = false;
  };

  void group();
  Result<std::vector<TarballJob>> find_contents();
  Result<TarballJob> make_job(const Placement& placement) const;
  Result<void> change_tree();
  Result<void> fetch_and_link(const std::vector<TarballJob>& jobs);
  bool content_ended(std::size_t content, Result<const StoredPackage*> package);
  void drop(std::size_t placement, const Error& error);
  struct Linking;
  std::shared_ptr<Linking> start_linking(std::vector<std::size_t> units, std::size_t helpers);
  void link_all(std::vector<std::size_t> units);
  void link_unit(std::size_t unit);
  Result<void> link_placements(const Unit& unit);
  Result<void> link_one(const TreeWriter::Building& building, std::size_t placement);
  Result<void> restore(std::size_t placement);
  Result<void> remove_dropped();
  Result<void> link_bins();
  void fail_with(Error error);
  [[nodiscard]] bool is_dropped(std::size_t placement);
  [[nodiscard]] std::optional<Error> failure();
  [[nodiscard]] std::vector<std::string> uncertain_locations() const;
  [[nodiscard]] InstallReport report() const;

  const lockfile::Lockfile& wanted_;
  const InstallPlan& plan_;
  Store& store_;
  package::TarballSource& source_;
  Reporter& reporter_;
  const InstallOptions& options_;
  TreeWriter tree_;
  PackageLinker linker_;
  TarballStage stage_;
  ThreadPool pool_;  ///< after what its jobs use: it is joined first

  std::vector<Content> contents_;
  std::vector<std::size_t> content_of_;   ///< by placement
  std::vector<std::size_t> job_content_;  ///< by job
  std::vector<Unit> units_;
  std::vector<std::size_t> unit_of_;  ///< by placement
  bool overlap_ = false;              ///< link while others are still being fetched

  std::mutex restoring_;
  std::set<std::size_t> restored_;  ///< contents; guarded by restoring_

  std::mutex mutex_;  ///< guards what follows
  std::map<std::string, Error> dropped_;
  std::set<std::string, std::less<>> inert_;
  std::unique_ptr<DependencyGraph> graph_;
  std::optional<Error> failure_;
  std::atomic<std::uint64_t> placed_{0};
  std::uint64_t bins_ = 0;
};

}  // namespace hoist::installer
