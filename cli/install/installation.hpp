#pragma once
/// One change of a tree (install, ci, uninstall, update, dedupe, prune), from the request to the summary.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/commands/command.hpp"
#include "cli/install/network.hpp"
#include "cli/install/project.hpp"
#include "cli/install/scripts.hpp"
#include "cli/install/state.hpp"
#include "cli/output/install_summary.hpp"
#include "hoist/installer/install.hpp"

namespace hoist::cli {

enum class InstallKind { kInstall, kCi, kUninstall, kUpdate, kDedupe, kPrune };

struct InstallRequest {
  InstallKind kind = InstallKind::kInstall;
  std::vector<std::string> add;     ///< specs
  std::vector<std::string> remove;  ///< names
  std::vector<std::string> update;  ///< names
  bool update_all = false;
};

/// Does it all in npm's order: checks, root preinstall, resolve, plan, fetch and link, dependency scripts, save, root
/// scripts. Until packages are linked and their scripts have run, package.json and the lockfile stay as they are.
class Installation {
 public:
  Installation(Session& session, InstallRequest request);

  /// The work; the summary is for printing.
  [[nodiscard]] Result<InstallSummary> run();

 private:
  // Steps, in order.
  [[nodiscard]] bool may_be_current() const;
  [[nodiscard]] Result<InstallSummary> run_current(const InstallState& state);
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<void> judge_lock();
  [[nodiscard]] Result<void> check_ci_request() const;
  [[nodiscard]] Result<void> find_duplicates();
  [[nodiscard]] Result<void> want_global_packages();
  [[nodiscard]] Result<void> settle_tree();
  [[nodiscard]] Result<void> resolve();
  [[nodiscard]] Result<void> compare_with_lock() const;
  [[nodiscard]] Result<void> read_actual();
  [[nodiscard]] Result<void> make_plan();
  [[nodiscard]] Result<void> apply();
  [[nodiscard]] bool runs_root_scripts() const;
  [[nodiscard]] bool has_root_script(std::span<const std::string_view> events) const;
  [[nodiscard]] Result<void> run_root_scripts(std::span<const std::string_view> events);
  [[nodiscard]] Result<void> run_events(std::span<const std::string_view> events);
  [[nodiscard]] Result<void> review_scripts();
  [[nodiscard]] Result<void> run_dependency_scripts();
  [[nodiscard]] Result<void> save();
  void remember();

  // Small parts of them.
  /// Whether package.json may change.
  [[nodiscard]] bool saves_manifest() const;
  [[nodiscard]] bool changes_versions() const noexcept { return request_.update_all || !request_.update.empty(); }
  [[nodiscard]] Network& network();
  [[nodiscard]] const std::string& node_version();
  [[nodiscard]] std::string settings() const;
  [[nodiscard]] std::filesystem::path state_path() const;
  [[nodiscard]] Result<std::vector<std::string>> selected_workspaces() const;
  [[nodiscard]] Result<std::optional<std::set<std::string, std::less<>>>> workspace_filter() const;
  [[nodiscard]] Result<void> wipe_node_modules();
  void warn_engines() const;
  void warn_deprecated() const;
  [[nodiscard]] installer::InstallOptions install_options();
  [[nodiscard]] SummaryPackage describe(std::string_view location, const lockfile::LockPackage& entry) const;
  [[nodiscard]] InstallSummary summarize() const;
  [[nodiscard]] std::uint64_t count_funding() const;
  [[nodiscard]] bool flag(std::string_view key) const { return session_.config.get_bool(key); }

  Session& session_;
  InstallRequest request_;
  std::filesystem::path root_;
  bool global_;
  Project project_;
  std::optional<std::string> node_version_;
  std::unique_ptr<Network> network_;
  std::optional<installer::ActualTree> actual_;
  resolver::ResolveOutcome outcome_;
  bool resolved_ = false;  ///< false: the lockfile was used as it is
  installer::InstallPlan plan_;
  installer::InstallReport report_;
  installer::ScriptPolicy script_policy_;
  std::set<std::string, std::less<>>
      scripted_;  ///< locations whose install scripts will run: they get files of their own
  std::vector<BlockedPackage> blocked_;
};

/// Runs and prints.
[[nodiscard]] Result<int> install(Session& session, InstallRequest request);

}  // namespace hoist::cli
