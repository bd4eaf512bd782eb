#include "cli/install/installation.hpp"

#include "cli/config/options.hpp"
#include "cli/config/runtime.hpp"
#include "cli/config/workspaces.hpp"
#include "cli/install/ci_check.hpp"
#include "cli/install/import.hpp"
#include "cli/install/patches.hpp"
#include "cli/install/saving.hpp"
#include "cli/install/source_policy.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/location.hpp"

namespace hoist::cli {

namespace fs = std::filesystem;

namespace {

/// The root's scripts that run after node_modules has changed, whatever the command.
constexpr std::string_view kChangeEvents[] = {"predependencies", "dependencies", "postdependencies"};

}  // namespace

Installation::Installation(Session& session, InstallRequest request)
    : session_(session),
      request_(std::move(request)),
      root_(session.config.global() ? fs::path(session.config.global_prefix()) / "lib"
                                    : fs::path(session.config.local_prefix())),
      global_(session.config.global()) {}

Result<InstallSummary> Installation::run() {
  if (may_be_current())
    if (const auto state = find_current_state(state_path(), root_, settings())) return run_current(*state);
  const bool dry_run = flag("dry-run");
  if (global_) HOIST_CHECK(make_directories(root_));
  HOIST_CHECK(load());
  HOIST_CHECK(check_ci_request());
  std::optional<installer::ProjectLock> project_lock;
  if (!dry_run) {
    HOIST_TRY(project_lock, installer::ProjectLock::acquire(project_.root, session_.console));
  }
  const bool ci = request_.kind == InstallKind::kCi;
  if (!ci) HOIST_CHECK(run_root_scripts(installer::root_events_before()));
  HOIST_CHECK(settle_tree());
  if (ci) HOIST_CHECK(run_root_scripts(installer::root_events_before()));
  if (!flag("package-lock-only")) {
    HOIST_CHECK(read_actual());
    HOIST_CHECK(make_plan());
  }
  if (!dry_run) {
    remove_state(state_path());
    if (!flag("package-lock-only")) HOIST_CHECK(apply());
    HOIST_CHECK(save());
    remember();
    // A script of the root may install in this very project.
    if (project_lock) project_lock->release();
    if (!plan_.empty() && !global_ && !flag("ignore-scripts")) HOIST_CHECK(run_events(kChangeEvents));
    HOIST_CHECK(run_root_scripts(installer::root_events_after()));
  }
  return summarize();
}

Result<void> Installation::load() {
  ProjectOptions options;
  options.workspaces = !global_;
  options.lock = !global_ && (flag("package-lock") || flag("package-lock-only") || request_.kind == InstallKind::kCi);
  options.keep_lock_error = true;
  options.foreign = options.lock && request_.kind != InstallKind::kCi;
  HOIST_TRY(project_, load_project(root_, options));
  HOIST_CHECK(judge_lock());
  if (global_ && request_.kind == InstallKind::kUpdate) HOIST_CHECK(want_global_packages());
  if (request_.kind == InstallKind::kDedupe) HOIST_CHECK(find_duplicates());
  if (install_strategy(session_.config) == "linked")
    return fail("ENOTSUPPORTED", "hoist does not have the linked layout yet", "Use --install-strategy=hoisted.");
  return {};
}

/// npm 12 goes on without a lock whose text it cannot parse, and writes a new one. Anything else that is wrong with it
/// stops an install.
Result<void> Installation::judge_lock() {
  if (project_.foreign_error)
    session_.console.log(LogLevel::kWarn, "import",
                         project_.foreign_error->message + ". The versions it chose are not kept.");
  if (!project_.lock_error) return {};
  if (request_.kind == InstallKind::kCi)
    return usage_error(session_, fmt::format("`{} ci` needs a package-lock.json that it can read.\n{}",
                                             session_.program.name, project_.lock_error->message));
  if (project_.lock_error->code != "EJSONPARSE") return std::unexpected(*project_.lock_error);
  session_.console.log(LogLevel::kWarn, "lockfile",
                       project_.lock_error->message + ". It is ignored, and a new one is made.");
  return {};
}

Result<void> Installation::check_ci_request() const {
  if (request_.kind != InstallKind::kCi) return {};
  if (global_)
    return fail("ECIGLOBAL", fmt::format("`{} ci` does not work for global packages", session_.program.name));
  for (const std::string_view key : {"allow-unused-patches", "ignore-patch-failures"})
    if (session_.config.find(key) == Layer::kCli)
      return fail("ECIPATCHFLAG",
                  fmt::format("The --{} flag is not allowed with `{} ci`.", key, session_.program.name));
  if (!project_.lock || project_.lock->original_version < 1)
    return usage_error(
        session_,
        fmt::format("`{0} ci` installs what package-lock.json says, and there is none with a lockfileVersion of 1 "
                    "or more.\nRun `{0} install` to make one, then try again.",
                    session_.program.name));
  return {};
}

Result<void> Installation::settle_tree() {
  const bool asks_nothing =
      request_.add.empty() && request_.remove.empty() && !changes_versions() && request_.kind != InstallKind::kPrune;
  if (asks_nothing && is_lock_current(project_, flag("legacy-peer-deps"))) {
    HOIST_CHECK(check_sources(project_, *project_.lock,
                              resolve_options(session_.config, node_version(), session_.clock.now()),
                              network().registry().options()));
    // Everybody but ci goes on: npm writes flags anew and drops what nothing needs even from a lockfile of its own. All
    // that is needed for it is in the lockfile, so nobody is asked.
    if (request_.kind == InstallKind::kCi) {
      outcome_.lock = *project_.lock;
      outcome_.changed = false;
      return {};
    }
  }
  HOIST_CHECK(resolve());
  return request_.kind == InstallKind::kCi ? compare_with_lock() : Result<void>();
}

Result<void> Installation::resolve() {
  resolver::ResolveRequest request;
  request.root = project_.root;
  request.manifest = project_.manifest;
  request.workspaces = project_.workspaces;
  request.lock = project_.lock;
  if (!request.lock) {
    HOIST_CHECK(read_actual());
    // What a killed install left does not say where it came from; building on it would write a lockfile without
    // sources.
    const bool usable = actual_->tree.packages.size() > 1 && actual_->uncertain.empty();
    // A tree of symbolic links, as other clients make it, says less than their lock.
    const bool better_lock = project_.foreign && project_.foreign->kind != lockfile::ForeignKind::kYarnClassic;
    if ((usable && !better_lock) || global_) request.actual = actual_->tree;
  }
  // As for npm, what is in node_modules counts more.
  if (project_.foreign && !request.actual) request.pins = &project_.foreign->pins;
  request.patches = read_patches(project_);
  request.add = request_.add;
  request.remove = request_.remove;
  if (!global_) {
    request.update = request_.update;
    request.update_all = request_.update_all;
  }
  request.prune = request_.kind == InstallKind::kPrune;
  request.save_type = save_type(session_.config);
  request.save_bundle = flag("save-bundle") && !flag("save-peer");
  HOIST_TRY(request.selected_workspaces, selected_workspaces());
  request.include_workspace_root = flag("include-workspace-root");
  auto options = resolve_options(session_.config, node_version(), session_.clock.now());
  if (request_.kind == InstallKind::kDedupe) options.prefer_dedupe = true;
  options.save = saves_manifest();
  options.suggest_fix = request_.kind != InstallKind::kCi;
  options.program = session_.program.name;
  const resolver::Sources sources{network().packuments(), network().manifests(), &network().bundles()};
  HOIST_TRY(outcome_, resolver::resolve(request, options, sources, session_.console));
  resolved_ = true;
  if (outcome_.import) report_import(project_.foreign->file, *outcome_.import, session_.console);
  return {};
}

Result<std::vector<std::string>> Installation::selected_workspaces() const {
  const auto filters = session_.config.get_list("workspace");
  std::vector<std::string> names;
  if (filters.empty() && !flag("workspaces")) return names;
  std::vector<WorkspaceFolder> all;
  for (const auto& workspace : project_.workspaces) all.push_back({workspace.name, workspace.path});
  HOIST_TRY(const auto chosen, select_workspaces(all, filters, project_.root, session_.config.inputs().cwd));
  for (const auto& workspace : chosen) names.push_back(workspace.name);
  return names;
}

/// npm ci: the tree that package.json asks for must be the one in the lockfile, version by version.
Result<void> Installation::compare_with_lock() const {
  const auto problems = ci_problems(*project_.lock, outcome_.lock);
  if (problems.empty()) return {};
  return usage_error(
      session_,
      fmt::format("`{0} ci` can only install packages when your package.json and package-lock.json are in sync. "
                  "Please update your lock file with `{0} install` before continuing.\n\n{1}",
                  session_.program.name, join(problems, "\n")));
}

Result<void> Installation::read_actual() {
  if (actual_) return {};
  if (request_.kind == InstallKind::kCi && !flag("dry-run")) {
    HOIST_CHECK(wipe_node_modules());
    actual_.emplace();
    return {};
  }
  installer::ActualTreeOptions options;
  options.lock = project_.lock ? &*project_.lock : nullptr;
  options.top_level_only = global_;
  HOIST_TRY(actual_, installer::read_actual_tree(project_.root, options));
  return {};
}

Result<void> Installation::wipe_node_modules() {
  std::vector<fs::path> folders{project_.root};
  for (const auto& workspace : project_.workspaces) folders.push_back(workspace.path);
  for (const auto& folder : folders) {
    std::error_code error;
    // The folder itself may be a mount point; only what is in it goes.
    for (fs::directory_iterator entry(folder / "node_modules", error), end; !error && entry != end;
         entry.increment(error))
      HOIST_CHECK(hoist::remove_all(entry->path()));
  }
  return {};
}

Result<void> Installation::make_plan() {
  const auto& config = session_.config;
  installer::PlanOptions options;
  for (const auto& kind : omit_list(config)) {
    options.omit_dev = options.omit_dev || kind == "dev";
    options.omit_optional = options.omit_optional || kind == "optional";
    options.omit_peer = options.omit_peer || kind == "peer";
  }
  options.platform = installer::Platform::current();
  if (const auto os = config.get_string("os"); !os.empty()) options.platform.os = os;
  if (const auto cpu = config.get_string("cpu"); !cpu.empty()) options.platform.cpu = cpu;
  if (const auto libc = config.get_string("libc"); !libc.empty()) options.platform.libc = libc;
  options.engines = {node_version(), std::string(npm_version(config))};
  options.engine_strict = flag("engine-strict");
  options.force = flag("force");
  options.keep_extraneous = global_ && request_.kind != InstallKind::kUninstall;
  HOIST_TRY(const auto filter, workspace_filter());
  // In a global folder every package stands for itself: only what was named goes.
  if (global_ && request_.kind == InstallKind::kUninstall)
    options.filter = [this](std::string_view location) {
      return std::ranges::any_of(request_.remove, [location](const std::string& name) {
        const auto at = lockfile::child_location("", name);
        return location == at || location.starts_with(at + '/');
      });
    };
  if (filter) options.filter = [&filter](std::string_view location) { return filter->contains(location); };
  HOIST_TRY(plan_, installer::make_plan(outcome_.lock, *actual_, options));
  warn_engines();
  warn_deprecated();
  return {};
}

/// The resolver has warned already when it ran.
void Installation::warn_engines() const {
  if (resolved_) return;
  for (const auto& warning : plan_.engine_warnings)
    session_.console.log(
        LogLevel::kWarn, "EBADENGINE",
        fmt::format(
            "Unsupported engine {{\n  package: '{}',\n  required: {},\n  current: {{ node: 'v{}', npm: '{}' }}\n}}",
            warning.package, warning.required, node_version_.value_or(""), npm_version(session_.config)));
}

void Installation::warn_deprecated() const {
  for (const auto& placement : plan_.packages) {
    const auto& manifest = placement.entry->manifest;
    if (!manifest.deprecated || manifest.deprecated->empty()) continue;
    session_.console.log(LogLevel::kWarn, "deprecated",
                         fmt::format("{}@{}: {}", lockfile::package_name_of(placement.location, *placement.entry),
                                     manifest.version, *manifest.deprecated));
  }
}

installer::InstallOptions Installation::install_options() {
  installer::InstallOptions options;
  options.root = project_.root;
  options.bin_links = flag("bin-links");
  options.global = global_;
  if (global_) options.global_bin = fs::path(session_.config.global_prefix()) / "bin";
  options.force = flag("force");
  options.omit_registry_resolved = flag("omit-lockfile-registry-resolved");
  options.copy_files = [this](std::string_view location, const lockfile::LockPackage& entry) {
    return scripted_.contains(location) || !entry.patched.is_null();
  };
  options.tarball_url = [this](std::string_view location, const lockfile::LockPackage& entry) {
    return tarball_url_of(location, entry, network().registry(), project_.root);
  };
  return options;
}

Result<void> Installation::apply() {
  const bool complete = plan_.empty() && actual_->uncertain.empty() && actual_->from_hidden_lockfile;
  if (complete) return {};
  HOIST_CHECK(refuse_patches(plan_));
  HOIST_CHECK(review_scripts());
  const auto options = install_options();
  HOIST_TRY(const auto store, installer::Store::open(session_.config.get_string("cache")));
  HOIST_TRY(report_,
            installer::apply_plan(outcome_.lock, plan_, *store, network().tarballs(), session_.console, options));
  HOIST_CHECK(run_dependency_scripts());
  return installer::finish_install(outcome_.lock, plan_, report_, options, project_.package_json.style());
}

/// npm runs them only for an install without arguments, in a project.
bool Installation::runs_root_scripts() const {
  const bool may = request_.kind == InstallKind::kInstall || request_.kind == InstallKind::kCi;
  return may && request_.add.empty() && !global_ && !flag("ignore-scripts") && !flag("dry-run");
}

bool Installation::has_root_script(std::span<const std::string_view> events) const {
  const Json* scripts = project_.has_package_json ? find_member(project_.package_json.document(), "scripts") : nullptr;
  return scripts != nullptr && scripts->is_object() &&
         std::ranges::any_of(events, [&](std::string_view event) { return scripts->contains(event); });
}

Result<void> Installation::run_root_scripts(std::span<const std::string_view> events) {
  return runs_root_scripts() ? run_events(events) : Result<void>();
}

Result<void> Installation::run_events(std::span<const std::string_view> events) {
  if (!has_root_script(events)) return {};
  session_.console.end_progress();
  const installer::LifecycleRunner runner(script_settings(session_), session_.console);
  return installer::run_root_events(runner, project_.root, events);
}

/// Which of the packages to come may run scripts, before anything is on disk.
Result<void> Installation::review_scripts() {
  if (flag("ignore-scripts")) return {};
  HOIST_TRY(script_policy_, script_policy(session_, project_.package_json.document()));
  std::vector<std::string> locations;
  for (const auto& placement : plan_.packages)
    if (placement.entry->manifest.has_install_script) locations.push_back(placement.location);
  if (locations.empty()) return {};
  const bool all = allows_all_scripts(session_.config);
  for (const auto& [location, identity] : installer::script_identities(outcome_.lock, locations, project_.root))
    if (all || installer::decide(identity, script_policy_, project_.root) == installer::ScriptVerdict::kAllowed)
      scripted_.insert(location);
  if (all || !flag("strict-allow-scripts")) return {};
  const auto unreviewed = installer::find_unreviewed_in_lock(outcome_.lock, locations, script_policy_, project_.root);
  if (unreviewed.empty()) return {};
  return std::unexpected(installer::strict_scripts_error(unreviewed, global_));
}

Result<void> Installation::run_dependency_scripts() {
  if (flag("ignore-scripts")) return {};
  std::vector<std::string> locations;
  for (const auto& placed : report_.placed) locations.push_back(placed.location);
  for (const auto& link : plan_.links) locations.push_back(link.location);
  if (locations.empty()) return {};
  installer::DependencyScriptOptions options;
  options.root = project_.root;
  options.allow_all = allows_all_scripts(session_.config);
  options.foreground = flag("foreground-scripts");
  const auto found = installer::collect_dependency_scripts(outcome_.lock, locations, script_policy_, options);
  for (const auto& package : found.unreviewed)
    blocked_.push_back({package.name, package.version, (project_.root / package.location).string(), package.scripts});
  if (found.packages.empty()) return {};
  session_.console.end_progress();
  const installer::LifecycleRunner runner(script_settings(session_), session_.console);
  HOIST_TRY(const auto ran,
            installer::run_dependency_scripts(runner, outcome_.lock, found.packages, options, session_.console));
  for (const auto& location : ran.removed)
    report_.dropped.push_back({location, Error{"EOPTIONALSCRIPT", "an install script failed", {}, {}, {}}});
  return {};
}

Result<void> Installation::save() {
  // A lock that is current is still written as npm 12 would write it.
  if (request_.kind == InstallKind::kCi || global_) return {};
  SaveOptions options;
  options.package_json = saves_manifest();
  // Changing versions is all that these commands are for, so the lockfile follows even where package.json does not.
  options.lock = (saves_manifest() || changes_versions()) && (flag("package-lock") || flag("package-lock-only"));
  options.yarn_lock = flag("package-lock") || flag("package-lock-only");
  options.omit_registry_resolved = flag("omit-lockfile-registry-resolved");
  options.legacy_peer_deps = flag("legacy-peer-deps");
  options.format_lock = flag("format-package-lock");
  HOIST_TRY(const auto pending, PendingSave::prepare(project_, outcome_, options));
  return pending.write();
}

Network& Installation::network() {
  if (!network_)
    network_ = std::make_unique<Network>(session_.config, project_.root, node_version(), session_.command,
                                         session_.console, session_.clock);
  return *network_;
}

const std::string& Installation::node_version() {
  if (!node_version_)
    node_version_ = cli::node_version(session_.config.inputs().node, session_.config.get_string("cache"));
  return *node_version_;
}

SummaryPackage Installation::describe(std::string_view location, const lockfile::LockPackage& entry) const {
  const auto* target = lockfile::link_target(outcome_.lock, entry);
  return {std::string(lockfile::name_of_location(location)),
          (target != nullptr ? *target : entry).manifest.version,
          (project_.root / location).string(),
          {}};
}

InstallSummary Installation::summarize() const {
  InstallSummary summary;
  std::set<std::string_view> placed;
  for (const auto* list : {&plan_.packages, &plan_.links})
    for (const auto& placement : *list) {
      auto package = describe(placement.location, *placement.entry);
      package.previous_version = placement.previous_version;
      (placement.action == installer::PlanAction::kAdd ? summary.added : summary.changed).push_back(std::move(package));
      placed.insert(placement.location);
    }
  for (const auto& location : plan_.bundled) {
    const auto parent = installer::parent_location(location);
    const auto entry = outcome_.lock.packages.find(location);
    if (!placed.contains(parent) || entry == outcome_.lock.packages.end()) continue;
    summary.added.push_back(describe(location, entry->second));
    placed.insert(location);
  }
  for (const auto& removal : plan_.removals) {
    const std::string below = removal.location + "/node_modules/";
    const auto& packages = actual_->tree.packages;
    SummaryPackage removed{removal.name, removal.version, (project_.root / removal.location).string(), {}};
    if (const auto link = packages.find(removal.location); removal.link && link != packages.end())
      if (const auto* target = lockfile::link_target(actual_->tree, link->second))
        removed.version = target->manifest.version;
    summary.removed.push_back(std::move(removed));
    for (auto at = packages.lower_bound(below); at != packages.end() && at->first.starts_with(below); ++at)
      summary.removed.push_back(describe(at->first, at->second));
  }
  summary.funding = flag("fund") ? count_funding() : 0;
  summary.blocked = blocked_;
  return summary;
}

std::uint64_t Installation::count_funding() const {
  std::set<std::string_view> skipped;
  for (const auto& one : plan_.skipped) skipped.insert(one.location);
  std::set<std::string> seen;
  std::uint64_t count = 0;
  for (const auto& [location, entry] : outcome_.lock.packages) {
    if (location.empty() || entry.link || skipped.contains(location)) continue;
    if (!seen.insert(fmt::format("{}@{}", lockfile::package_name_of(location, entry), entry.manifest.version)).second)
      continue;
    if (asks_for_funding(entry.manifest.funding)) ++count;
  }
  return count;
}

Result<int> install(Session& session, InstallRequest request) {
  Installation installation(session, std::move(request));
  auto summary = installation.run();
  session.console.end_progress();
  if (!summary) return std::unexpected(std::move(summary).error());
  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - session.started);
  const auto& config = session.config;
  print_summary(*summary, duration, {config.get_bool("dry-run") || config.get_bool("long"), config.global()},
                session.console);
  return 0;
}

}  // namespace hoist::cli
