#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/installer/lifecycle.hpp"
#include "hoist/installer/plan.hpp"
#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/tarball_name.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::installer {
namespace {

namespace fs = std::filesystem;
using LocationSet = std::set<std::string, std::less<>>;

/// Links by which the root takes in its workspaces.
LocationSet workspace_links(const lockfile::Lockfile& lock) {
  LocationSet links;
  const auto root = lock.packages.find("");
  if (root == lock.packages.end()) return links;
  for (const lockfile::Edge& edge : lockfile::edges_out(lock, "", root->second))
    if (edge.kind == lockfile::Edge::Kind::kWorkspace && edge.to != nullptr) links.insert(*edge.to);
  return links;
}

/// Reads what an install runs of a package. Links (which are ours) also prepare themselves; a package's `prepare` ran
/// before it was packed.
package::StringMap install_scripts(const package::Manifest& manifest, const fs::path& folder, bool link) {
  package::StringMap scripts;
  const bool gyp = has_binding_gyp(folder);
  for (const char* event : {"preinstall", "install", "postinstall"})
    if (auto command = find_script(manifest, event, gyp)) scripts.emplace_back(event, *std::move(command));
  if (link)
    if (auto command = find_script(manifest, "prepare", false)) scripts.emplace_back("prepare", *std::move(command));
  return scripts;
}

UnreviewedScripts make_unreviewed(const ScriptPackage& package, const ScriptIdentity& identity,
                                  const package::Manifest& manifest) {
  UnreviewedScripts unreviewed;
  unreviewed.location = package.folder;
  unreviewed.own_name =
      manifest.name.empty() ? std::string(lockfile::name_of_location(package.location)) : manifest.name;
  unreviewed.own_version = manifest.version;
  const auto known = lockfile::name_version_of_tarball("", identity.resolved);
  unreviewed.name = known                               ? known->name
                    : !identity.dependents_name.empty() ? identity.dependents_name
                                                        : std::string(lockfile::name_of_location(package.location));
  unreviewed.version = known ? known->version : manifest.version;
  unreviewed.scripts = package.scripts;
  if (!package.link && runs_prepare(identity))
    if (const std::string* prepare = package::find(manifest.scripts, "prepare");
        prepare != nullptr && !prepare->empty())
      unreviewed.scripts.emplace_back("prepare", *prepare);
  return unreviewed;
}

}  // namespace

DependencyScripts collect_dependency_scripts(const lockfile::Lockfile& lock, std::span<const std::string> locations,
                                             const ScriptPolicy& policy, const DependencyScriptOptions& options) {
  DependencyScripts found;
  std::vector<std::pair<ScriptPackage, package::Manifest>> candidates;
  std::vector<std::string> candidate_locations;
  const LocationSet workspaces = workspace_links(lock);
  LocationSet linked;  // a link target runs once, through its link
  for (const std::string& location : locations)
    if (const auto entry = lock.packages.find(location); entry != lock.packages.end() && entry->second.link)
      linked.insert(entry->second.resolved);
  LocationSet folders;
  for (const std::string& location : locations) {
    const auto entry = lock.packages.find(location);
    if (entry == lock.packages.end() || location.empty() || (!entry->second.link && linked.contains(location)))
      continue;
    ScriptPackage package;
    package.location = location;
    package.link = entry->second.link;
    package.folder = package.link ? entry->second.resolved : location;
    package.entry = lockfile::link_target(lock, entry->second);
    package.workspace = workspaces.contains(location);
    if (package.entry == nullptr || package.folder.empty() || !folders.insert(package.folder).second) continue;
    const fs::path folder = (options.root / package.folder).lexically_normal();
    auto document = package::PackageJson::read(folder);
    if (!document) continue;
    auto manifest = document->manifest();
    if (!manifest) continue;
    package.scripts = install_scripts(*manifest, folder, package.link);
    package.package_json = std::move(document->document());
    candidate_locations.push_back(location);
    candidates.emplace_back(std::move(package), *std::move(manifest));
  }
  std::erase_if(candidates, [](const auto& candidate) { return candidate.first.scripts.empty(); });
  const auto identities = script_identities(lock, candidate_locations, options.root);
  for (auto& [package, manifest] : candidates) {
    const ScriptIdentity& identity = identities.find(package.location)->second;
    package.verdict = package.workspace ? ScriptVerdict::kAllowed : decide(identity, policy, options.root);
    if (package.workspace || options.allow_all || package.verdict == ScriptVerdict::kAllowed)
      found.packages.push_back(std::move(package));
    else if (package.verdict == ScriptVerdict::kUnreviewed && !identity.bundled)
      found.unreviewed.push_back(make_unreviewed(package, identity, manifest));
  }
  return found;
}

std::vector<UnreviewedScripts> find_unreviewed_in_lock(const lockfile::Lockfile& lock,
                                                       std::span<const std::string> locations,
                                                       const ScriptPolicy& policy, const fs::path& root) {
  std::vector<std::string> candidates;
  for (const std::string& location : locations) {
    const auto entry = lock.packages.find(location);
    if (entry == lock.packages.end() || entry->second.link || entry->second.in_bundle ||
        !lockfile::is_in_node_modules(location))
      continue;
    if (entry->second.manifest.has_install_script) candidates.push_back(location);
  }
  std::vector<UnreviewedScripts> unreviewed;
  for (const auto& [location, identity] : script_identities(lock, candidates, root)) {
    if (decide(identity, policy, root) != ScriptVerdict::kUnreviewed) continue;
    ScriptPackage package;
    package.location = package.folder = location;
    package.scripts = {{"install", "(install scripts present)"}};
    unreviewed.push_back(make_unreviewed(package, identity, lock.packages.find(location)->second.manifest));
  }
  return unreviewed;
}

namespace {

std::string mark(bool set) { return set ? "1" : ""; }

package::StringMap job_environment(const lockfile::LockPackage& entry) {
  package::StringMap environment = {
      {"npm_package_optional", mark(entry.optional)},
      {"npm_package_dev", mark(entry.dev)},
      {"npm_package_peer", mark(entry.peer)},
      {"npm_package_dev_optional", mark(entry.dev_optional && !entry.dev && !entry.optional)}};
  if (!entry.resolved.empty()) environment.emplace_back("npm_package_resolved", entry.resolved);
  if (!entry.integrity.empty()) environment.emplace_back("npm_package_integrity", entry.integrity);
  return environment;
}

/// One run of all batches. The mutex guards what the workers share: everything below it.
class BatchRun {
 public:
  BatchRun(const LifecycleRunner& runner, const lockfile::Lockfile& lock, const DependencyScriptOptions& options,
           Reporter& reporter)
      : runner_(runner), lock_(lock), options_(options), reporter_(reporter) {}

  void run(const std::vector<ScriptJob>& batch) {
    next_ = 0;
    std::size_t workers =
        options_.concurrency != 0 ? options_.concurrency : std::max(1U, std::thread::hardware_concurrency());
    workers = std::min(options_.foreground ? std::size_t{1} : workers, batch.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers; ++i) threads.emplace_back([&] { work(batch); });
    work(batch);
  }

  [[nodiscard]] bool failed() const { return failure_.has_value(); }
  Result<DependencyScriptReport> finish() {
    if (failure_) return std::unexpected(*std::move(failure_));
    report_.removed.assign(dropped_.begin(), dropped_.end());
    return std::move(report_);
  }

 private:
  void work(const std::vector<ScriptJob>& batch) {
    while (const ScriptJob* job = take(batch)) {
      auto outcome = run(*job);
      const std::scoped_lock lock(mutex_);
      ++report_.ran;
      if (outcome && outcome->ok()) continue;
      Error error = outcome ? script_error(*outcome) : std::move(outcome).error();
      const bool interrupted = outcome && outcome->interrupted != 0;
      if (job->package->entry->optional && !interrupted)
        drop(*job, error);
      else if (!failure_)
        failure_ = std::move(error);
    }
  }

  const ScriptJob* take(const std::vector<ScriptJob>& batch) {
    const std::scoped_lock lock(mutex_);
    while (next_ < batch.size() && !failure_) {
      const ScriptJob& job = batch[next_++];
      if (!dropped_.contains(job.package->location)) return &job;
    }
    return nullptr;
  }

  Result<ScriptOutcome> run(const ScriptJob& job) {
    ScriptRequest request;
    request.directory = (options_.root / job.package->folder).lexically_normal();
    request.package_json = &job.package->package_json;
    request.event = job.event;
    request.command = *package::find(job.package->scripts, job.event);
    request.environment = job_environment(*job.package->entry);
    request.foreground = options_.foreground;
    return runner_.run(request);
  }

  /// npm takes the package away with everything that was there only for it, and goes on.
  void drop(const ScriptJob& job, const Error& error) {
    const LocationSet before = dropped_;
    for (const std::string& location : optional_set(lock_, job.package->location, before)) dropped_.insert(location);
    dropped_.insert(job.package->location);
    reporter_.log(
        LogLevel::kWarn, "optional",
        printable(fmt::format("{} was left out: its {} script failed ({})", job.package->location, job.event,
                              error.code == "ELIFECYCLE" ? std::string("killed by a signal") : "code " + error.code)));
    for (const std::string& location : dropped_) {
      if (before.contains(location) || !lockfile::is_in_node_modules(location) ||
          lockfile::is_outside_project(location))
        continue;
      if (auto removed = hoist::remove_all(options_.root / location); !removed)
        reporter_.log(LogLevel::kWarn, "cleanup", printable(removed.error().message));
    }
  }

  const LifecycleRunner& runner_;
  const lockfile::Lockfile& lock_;
  const DependencyScriptOptions& options_;
  Reporter& reporter_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  LocationSet dropped_;
  std::optional<Error> failure_;
  DependencyScriptReport report_;
};

}  // namespace

Result<DependencyScriptReport> run_dependency_scripts(const LifecycleRunner& runner, const lockfile::Lockfile& lock,
                                                      std::span<const ScriptPackage> packages,
                                                      const DependencyScriptOptions& options, Reporter& reporter) {
  BatchRun run(runner, lock, options, reporter);
  for (const auto& batch : order_scripts(packages)) {
    run.run(batch);
    if (run.failed()) break;
  }
  return run.finish();
}

}  // namespace hoist::installer
