#include "apply.hpp"

#include <algorithm>
#include <future>
#include <latch>
#include <unordered_map>

#include "bin_links.hpp"
#include "install_state.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

/// Trouble of this machine, not of one package: no reason to go on without it.
bool is_systemic(const Error& error) {
  for (const char* code : {"ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE", "ENOMEM"})
    if (error.code == code) return true;
  return false;
}

/// What a git dependency is remembered by: its URL names a commit, so the content cannot change.
std::string alias_of(const lockfile::LockPackage& entry) {
  const std::size_t hash_mark = entry.resolved.rfind('#');
  if (!entry.integrity.empty() || !entry.resolved.starts_with("git") || hash_mark == std::string::npos) return {};
  const std::string_view commit = std::string_view(entry.resolved).substr(hash_mark + 1);
  const bool full = commit.size() >= 40 && commit.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return full ? entry.resolved : std::string();
}

/// Equal for placements of one tarball. A lockfile may say neither `integrity` nor `resolved`; then name and version
/// are what the tarball's address is made from.
std::string content_name(std::string_view location, const lockfile::LockPackage& entry) {
  if (!entry.integrity.empty()) return entry.integrity;
  if (!entry.resolved.empty()) return "resolved " + entry.resolved;
  return fmt::format("package {}@{}", lockfile::package_name_of(location, entry), entry.manifest.version);
}

/// `to` seen from the folder `from`, both relative to the project.
std::string relative_target(const fs::path& from, const fs::path& to) { return to.lexically_relative(from).string(); }

}  // namespace

Application::Application(const lockfile::Lockfile& wanted, const InstallPlan& plan, Store& store,
                         package::TarballSource& source, Reporter& reporter, const InstallOptions& options)
    : wanted_(wanted),
      plan_(plan),
      store_(store),
      source_(source),
      reporter_(reporter),
      options_(options),
      tree_(options.root, reporter),
      linker_(store.packages_fd()),
      stage_(store, source, pool_, reporter, options.max_in_flight),
      pool_(options.threads) {}

/// Nested placements follow their parents in the plan, so the parent's unit is known by then.
void Application::group() {
  std::unordered_map<std::string_view, std::size_t> unit_by_location;
  unit_of_.resize(plan_.packages.size());
  for (std::size_t i = 0; i < plan_.packages.size(); ++i) {
    const Placement& placement = plan_.packages[i];
    std::size_t unit = units_.size();
    for (std::string_view at = parent_location(placement.location); parse_location(at); at = parent_location(at))
      if (const auto found = unit_by_location.find(at); found != unit_by_location.end())
        unit = std::min(unit, found->second);
    if (unit == units_.size()) units_.push_back({.replace = placement.action == PlanAction::kChange});
    units_[unit].placements.push_back(i);
    unit_of_[i] = unit;
    unit_by_location.emplace(placement.location, unit);
  }
}

Result<TarballJob> Application::make_job(const Placement& placement) const {
  const lockfile::LockPackage& entry = *placement.entry;
  TarballJob job;
  job.alias = alias_of(entry);
  job.request.name = lockfile::package_name_of(placement.location, entry);
  job.request.version = entry.manifest.version;
  job.request.url = options_.tarball_url ? options_.tarball_url(placement.location, entry) : std::string();
  if (job.request.url.empty()) job.request.url = entry.resolved;
  if (job.request.url.starts_with("file:") && !job.request.url.starts_with("file:/"))
    job.request.url = "file:" + (options_.root / job.request.url.substr(5)).lexically_normal().string();
  if (options_.expected_size) job.request.expected_size = options_.expected_size(entry);
  if (job.request.url.empty())
    return fail("ELOCKFILE",
                fmt::format("the lockfile does not say where {}@{} comes from", job.request.name, job.request.version),
                "Delete its entry, or the lockfile, and install again.");
  if (!entry.integrity.empty()) {
    HOIST_TRY(job.request.integrity, Integrity::parse(entry.integrity));
  }
  return job;
}

/// Fills contents_; the jobs are those that the store lacks, the largest first where sizes are known.
Result<std::vector<TarballJob>> Application::find_contents() {
  std::unordered_map<std::string, std::size_t> by_name;
  content_of_.resize(plan_.packages.size());
  std::vector<std::pair<TarballJob, std::size_t>> jobs;
  for (std::size_t i = 0; i < plan_.packages.size(); ++i) {
    const lockfile::LockPackage& entry = *plan_.packages[i].entry;
    const auto [known, fresh] = by_name.emplace(content_name(plan_.packages[i].location, entry), contents_.size());
    content_of_[i] = known->second;
    if (!fresh) {
      contents_[known->second].placements.push_back(i);
      continue;
    }
    Content content{{i}, nullptr};
    if (!entry.integrity.empty()) {
      if (const auto integrity = Integrity::parse(entry.integrity)) content.package = store_.find(*integrity);
    } else if (const std::string alias = alias_of(entry); !alias.empty()) {
      content.package = store_.find_alias(alias);
    }
    if (content.package == nullptr) {
      HOIST_TRY(TarballJob job, make_job(plan_.packages[i]));
      jobs.emplace_back(std::move(job), contents_.size());
    }
    contents_.push_back(std::move(content));
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) {
    return a.first.request.expected_size > b.first.request.expected_size;
  });
  std::vector<TarballJob> ordered;
  for (auto& [job, content] : jobs) {
    ordered.push_back(std::move(job));
    job_content_.push_back(content);
  }
  for (Unit& unit : units_) {
    std::set<std::size_t> missing;
    for (const std::size_t placement : unit.placements)
      if (contents_[content_of_[placement]].package == nullptr) missing.insert(content_of_[placement]);
    unit.missing = missing.size();
  }
  return ordered;
}

std::vector<std::string> Application::uncertain_locations() const {
  std::vector<std::string> locations;
  for (const Placement& placement : plan_.packages) locations.push_back(placement.location);
  for (const Placement& placement : plan_.links) locations.push_back(placement.location);
  for (const Removal& removal : plan_.removals) locations.push_back(removal.location);
  return locations;
}

void Application::fail_with(Error error) {
  const std::scoped_lock guard(mutex_);
  if (!failure_) failure_ = std::move(error);
}

std::optional<Error> Application::failure() {
  const std::scoped_lock guard(mutex_);
  return failure_;
}

bool Application::is_dropped(std::size_t placement) {
  const std::scoped_lock guard(mutex_);
  return dropped_.contains(plan_.packages[placement].location);
}

/// With mutex_ held: the package, all that goes with it, and what is nested in those.
void Application::drop(std::size_t placement, const Error& error) {
  const std::string& location = plan_.packages[placement].location;
  if (!graph_) {
    graph_ = std::make_unique<DependencyGraph>(wanted_);
    for (const Skipped& skipped : plan_.skipped) inert_.insert(skipped.location);
  }
  for (const std::string& each : graph_->optional_set(location, inert_)) dropped_.try_emplace(each);
  dropped_[location] = error;
  for (const Placement& each : plan_.packages)
    for (std::string_view at = parent_location(each.location); parse_location(at); at = parent_location(at))
      if (dropped_.contains(std::string(at))) dropped_.try_emplace(each.location);
  for (const auto& [each, reason] : dropped_) inert_.insert(each);
  reporter_.log(LogLevel::kVerbose, "reify", fmt::format("failed optional dependency {}: {}", location, error.message));
}

bool Application::content_ended(std::size_t index, Result<const StoredPackage*> package) {
  std::vector<std::size_t> ready;
  {
    const std::scoped_lock guard(mutex_);
    Content& content = contents_[index];
    if (package) {
      content.package = *package;
    } else {
      for (const std::size_t placement : content.placements) {
        const Placement& at = plan_.packages[placement];
        Error error = package.error();
        error.context.push_back("installing " + at.location);
        if (at.entry->optional && !is_systemic(error)) {
          drop(placement, error);
        } else if (!failure_) {
          failure_ = std::move(error);
        }
      }
    }
    std::set<std::size_t> units;
    for (const std::size_t placement : content.placements) units.insert(unit_of_[placement]);
    for (const std::size_t unit : units)
      if (--units_[unit].missing == 0) ready.push_back(unit);
    if (failure_) return false;
  }
  if (overlap_)
    for (const std::size_t unit : ready) link_unit(unit);
  return true;
}

/// Units that threads take off a shared counter: each is too small for a queue.
struct Application::Linking {
  Linking(std::vector<std::size_t> list, std::size_t helpers)
      : units(std::move(list)), finished(static_cast<std::ptrdiff_t>(helpers)) {}
  const std::vector<std::size_t> units;
  std::atomic<std::size_t> next{0};
  std::latch finished;

  void work(Application& application) {
    for (std::size_t i = next.fetch_add(1); i < units.size(); i = next.fetch_add(1)) application.link_unit(units[i]);
  }
};

std::shared_ptr<Application::Linking> Application::start_linking(std::vector<std::size_t> units, std::size_t helpers) {
  helpers = std::min(helpers, units.size());
  auto linking = std::make_shared<Linking>(std::move(units), helpers);
  for (std::size_t i = 0; i < helpers; ++i)
    pool_.post([this, linking] {
      linking->work(*this);
      linking->finished.count_down();
    });
  return linking;
}

void Application::link_all(std::vector<std::size_t> units) {
  const auto linking = start_linking(std::move(units), pool_.size() - 1);
  linking->work(*this);
  linking->finished.wait();
}

/// Units are disjoint folders, so any number may be linked at once.
void Application::link_unit(std::size_t index) {
  Unit& unit = units_[index];
  if (failure()) return;
  unit.linked = true;
  if (auto linked = link_placements(unit); !linked) fail_with(std::move(linked).error());
  const std::uint64_t done = placed_.fetch_add(unit.placements.size()) + unit.placements.size();
  reporter_.progress({Progress::Stage::kLink, done, plan_.packages.size(), 0});
}

Result<void> Application::link_placements(const Unit& unit) {
  const std::size_t first = unit.placements.front();
  if (is_dropped(first)) return {};
  HOIST_TRY(const TreeWriter::Building building, tree_.begin(plan_.packages[first].location, unit.replace));
  for (const std::size_t placement : unit.placements) {
    if (is_dropped(placement)) continue;
    if (auto linked = link_one(building, placement); !linked)
      return fail_from(std::move(linked).error(), "installing " + plan_.packages[placement].location);
  }
  return tree_.commit(building);
}

Result<void> Application::link_one(const TreeWriter::Building& building, std::size_t index) {
  const Placement& placement = plan_.packages[index];
  const StoredPackage& package = *contents_[content_of_[index]].package;
  const bool copy = !placement.entry->patched.is_null() ||
                    (options_.copy_files && options_.copy_files(placement.location, *placement.entry));
  const auto link = [&](int directory) -> Result<void> {
    auto linked = linker_.link(package, directory, copy);
    if (linked || linked.error().code != "ESTOREDAMAGED" || !restore(index)) return linked;
    return linker_.link(package, directory, copy);
  };
  if (placement.location == building.location) return link(building.directory.get());
  const std::string below = placement.location.substr(building.location.size() + 1);
  const std::size_t slash = below.rfind('/');
  HOIST_TRY(const UniqueFd parent, make_below(building.directory.get(), std::string_view(below).substr(0, slash)));
  const std::string folder = below.substr(slash + 1);
  // The tarball above may bundle another copy at this place; the lockfile decides.
  if (::mkdirat(parent.get(), folder.c_str(), 0777) != 0 &&
      (errno != EEXIST || !remove_tree_at(parent.get(), folder.c_str()) ||
       ::mkdirat(parent.get(), folder.c_str(), 0777) != 0))
    return fail_errno("cannot create", placement.location);
  const UniqueFd directory(::openat(parent.get(), folder.c_str(), kOpenDirectory | O_NOFOLLOW));
  if (!directory) return fail_errno("cannot open", placement.location);
  return link(directory.get());
}

/// The store lost a file of a package: it is fetched again, once.
Result<void> Application::restore(std::size_t placement) {
  const std::scoped_lock guard(restoring_);
  if (!restored_.insert(content_of_[placement]).second) return {};
  HOIST_TRY(TarballJob job, make_job(plan_.packages[placement]));
  reporter_.log(LogLevel::kWarn, "store",
                fmt::format("{}@{} is damaged in the store; fetching it again", job.request.name, job.request.version));
  // Shared: the callback may still be inside set_value when get returns.
  const auto promise = std::make_shared<std::promise<Result<package::Tarball>>>();
  source_.fetch(std::move(job.request),
                [promise](Result<package::Tarball> tarball) { promise->set_value(std::move(tarball)); });
  HOIST_TRY(const package::Tarball tarball, promise->get_future().get());
  HOIST_CHECK(Store::Writer(store_).restore(tarball));
  return {};
}

/// In a fresh tree packages are linked while others are on their way. A tree that loses or replaces packages is not
/// touched before everything has arrived: a failed download then leaves it as it was.
Result<void> Application::fetch_and_link(const std::vector<TarballJob>& jobs) {
  overlap_ = plan_.removals.empty() &&
             std::none_of(units_.begin(), units_.end(), [](const Unit& unit) { return unit.replace; });
  std::vector<std::size_t> now;
  for (std::size_t i = 0; i < units_.size(); ++i)
    if (units_[i].missing == 0 && overlap_ && !jobs.empty()) now.push_back(i);
  if (!jobs.empty()) {
    const auto linking = start_linking(std::move(now), pool_.size());
    stage_.run(jobs, [&](std::size_t job, Result<const StoredPackage*> package) {
      return content_ended(job_content_[job], std::move(package));
    });
    linking->finished.wait();
  }
  if (auto error = failure()) return std::unexpected(*std::move(error));
  for (const Removal& removal : plan_.removals) HOIST_CHECK(tree_.retire(removal.location));
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < units_.size(); ++i)
    if (!units_[i].linked) rest.push_back(i);
  link_all(std::move(rest));
  if (auto error = failure()) return std::unexpected(*std::move(error));
  return {};
}

/// What was linked before the failure that drops it was known, and what an older install had put there.
Result<void> Application::remove_dropped() {
  for (const auto& [location, error] : dropped_) {
    bool above = false;
    for (std::string_view at = parent_location(location); parse_location(at); at = parent_location(at))
      above = above || dropped_.contains(std::string(at));
    if (above) continue;
    HOIST_CHECK(tree_.retire(location));
    tree_.remove_empty_parents(location);
  }
  return {};
}

Result<void> Application::link_bins() {
  BinLinker bins(wanted_, tree_, reporter_, options_);
  HOIST_CHECK(bins.remove(plan_.removals));
  HOIST_CHECK(bins.remove(plan_.replaced));
  for (const Removal& removal : plan_.removals) tree_.remove_empty_parents(removal.location);
  if (!options_.bin_links) return {};
  std::vector<std::string> locations = plan_.kept;
  locations.insert(locations.end(), plan_.bundled.begin(), plan_.bundled.end());
  for (const auto* list : {&plan_.packages, &plan_.links})
    for (const Placement& placement : *list) locations.push_back(placement.location);
  std::erase_if(locations, [&](const std::string& location) { return dropped_.contains(location); });
  HOIST_TRY(bins_, bins.link(std::move(locations)));
  return {};
}

Result<void> Application::change_tree() {
  group();
  HOIST_TRY(const std::vector<TarballJob> jobs, find_contents());
  HOIST_CHECK(fetch_and_link(jobs));
  for (const Placement& placement : plan_.links) {
    const fs::path folder = fs::path(placement.location).parent_path();
    HOIST_CHECK(tree_.link(placement.location, relative_target(folder, placement.entry->resolved)));
  }
  HOIST_CHECK(remove_dropped());
  return link_bins();
}

InstallReport Application::report() const {
  InstallReport report;
  for (std::size_t i = 0; i < plan_.packages.size(); ++i) {
    const Placement& placement = plan_.packages[i];
    if (dropped_.contains(placement.location)) continue;
    const StoredPackage& package = *contents_[content_of_[i]].package;
    report.placed.push_back(
        {placement.location, placement.action, package.has_install_script, package.has_binding_gyp});
  }
  for (const auto& [location, error] : dropped_) report.dropped.push_back({location, error});
  report.fetched = stage_.fetched();
  report.fetched_bytes = stage_.fetched_bytes();
  report.files = linker_.files();
  report.copied_files = linker_.copied();
  report.bins = bins_;
  return report;
}

Result<InstallReport> Application::run() {
  const bool interrupted = !read_marker(tree_.node_modules()).empty();
  if (options_.global) {
    BinLinker bins(wanted_, tree_, reporter_, options_);
    std::vector<std::string> locations;
    for (const Placement& placement : plan_.packages) locations.push_back(placement.location);
    HOIST_CHECK(bins.check_global(locations));
  }
  HOIST_CHECK(tree_.open(interrupted));
  HOIST_CHECK(write_marker(tree_.node_modules(), uncertain_locations()));
  std::error_code ignored;
  fs::remove(tree_.node_modules() / kHiddenLockfile, ignored);
  if (auto changed = change_tree(); !changed) {
    // Whatever an earlier, killed install left uncertain stays so.
    if (tree_.roll_back() && !interrupted) fs::remove(tree_.node_modules() / kIncompleteMarker, ignored);
    tree_.clean_up();
    ::rmdir(tree_.node_modules().c_str());  // if nothing was there before
    return std::unexpected(std::move(changed).error());
  }
  tree_.clean_up();
  return report();
}

}  // namespace hoist::installer
