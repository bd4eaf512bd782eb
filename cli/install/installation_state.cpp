/// When there is nothing to do, and what the next install needs to see that.
#include "cli/config/options.hpp"
#include "cli/install/installation.hpp"
#include "hoist/lockfile/location.hpp"

namespace hoist::cli {

namespace fs = std::filesystem;

bool Installation::may_be_current() const {
  const bool plain = request_.kind == InstallKind::kInstall && request_.add.empty() && !global_;
  return plain && !flag("dry-run") && !flag("package-lock-only") && session_.config.get_list("workspace").empty();
}

Result<InstallSummary> Installation::run_current(const InstallState& state) {
  InstallSummary summary;
  summary.funding = flag("fund") ? state.summary.value("funding", std::uint64_t{0}) : 0;
  return summary;
}

std::string Installation::settings() const {
  const auto& config = session_.config;
  Json list = Json::array(
      {std::string(hoist_version()), std::string(npm_version(config)), omit_list(config), install_strategy(config)});
  for (const std::string_view key : {"os",
                                     "cpu",
                                     "libc",
                                     "ignore-scripts",
                                     "bin-links",
                                     "legacy-peer-deps",
                                     "strict-peer-deps",
                                     "engine-strict",
                                     "force",
                                     "package-lock",
                                     "save",
                                     "lockfile-version",
                                     "install-links",
                                     "omit-lockfile-registry-resolved",
                                     "format-package-lock",
                                     "allow-scripts",
                                     "dangerously-allow-all-scripts",
                                     "strict-allow-scripts",
                                     "workspaces",
                                     "allow-git",
                                     "allow-remote",
                                     "allow-file",
                                     "allow-directory",
                                     "patches-dir",
                                     "before",
                                     "min-release-age"})
    list.push_back(config.get(key));
  // Another node may accept other engines; its file is looked at, it is not started.
  const auto node = take_identity(config.inputs().node.path);
  list.push_back(fmt::format("{} {} {} {}", node.path, node.inode, node.size, node.mtime));
  return json_text(list);
}

void Installation::remember() {
  if (global_ || !flag("package-lock") || !flag("save") || flag("package-lock-only")) return;
  // An install of some workspaces leaves the others as they were.
  if (!session_.config.is_default("workspaces") || !session_.config.get_list("workspace").empty()) return;
  // Such scripts run with every install, whether or not there is something to do.
  if (!flag("ignore-scripts") &&
      (has_root_script(installer::root_events_before()) || has_root_script(installer::root_events_after())))
    return;
  InstallState state;
  state.settings = settings();
  state.summary = {{"funding", count_funding()}};
  std::vector<std::string> paths{"package.json", "package-lock.json", "node_modules",
                                 "node_modules/.package-lock.json"};
  for (const auto& [location, entry] : outcome_.lock.packages) {
    if (!location.empty() && !lockfile::is_in_node_modules(location)) paths.push_back(location + "/package.json");
    if (entry.resolved.starts_with("file:")) paths.push_back(entry.resolved.substr(5));
  }
  // New members of `packages/*` show in the folder's time; below `**` they could be anywhere.
  for (const auto& workspace : project_.workspaces)
    paths.push_back(workspace.path.parent_path().lexically_relative(project_.root).generic_string());
  if (json_text(project_.manifest.workspaces).find("**") != std::string::npos) return;
  std::ranges::sort(paths);
  paths.erase(std::ranges::unique(paths).begin(), paths.end());
  for (auto& path : paths) state.files.push_back(take_fingerprint(project_.root, std::move(path)));
  write_state(state_path(), project_.root, state);
}

fs::path Installation::state_path() const { return state_file(session_.config.get_string("cache"), root_); }

}  // namespace hoist::cli
