/// Which packages a command changes when the user names none.
#include <map>

#include "cli/install/installation.hpp"
#include "cli/install/workspace_filter.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/read.hpp"

namespace hoist::cli {

namespace fs = std::filesystem;

bool Installation::saves_manifest() const {
  switch (request_.kind) {
    case InstallKind::kCi:
    case InstallKind::kDedupe:
      return false;
    case InstallKind::kUpdate:
      // `save` is on by default, but not for update.
      return !session_.config.is_default("save") && flag("save");
    default:
      return flag("save");
  }
}

/// dedupe updates every name that is in the tree more than once: the project's own folder counts, and a workspace
/// and the link to it are two.
Result<void> Installation::find_duplicates() {
  std::optional<lockfile::Lockfile> lock = project_.lock;
  if (!lock) {
    HOIST_TRY(lock, lockfile::read_lockfile(project_.lock_file(), {&project_.manifest}));
  }
  if (!lock) HOIST_CHECK(read_actual());
  const auto& packages = lock ? lock->packages : actual_->tree.packages;
  std::map<std::string, int, std::less<>> seen;
  for (const auto& [location, entry] : packages) {
    auto name = location.empty() ? project_.root.filename().string()
                                 : std::string(lockfile::name_of_location(location));
    if (++seen[name] == 2) request_.update.push_back(std::move(name));
  }
  return {};
}

/// A global folder has no package.json: what is in it is what is wanted, at its latest version, and links stay links.
Result<void> Installation::want_global_packages() {
  HOIST_CHECK(read_actual());
  auto& wanted = project_.manifest.dependencies;
  for (const auto& [location, entry] : actual_->tree.packages) {
    if (lockfile::parent_of(location) != std::string_view()) continue;
    const std::string name(lockfile::name_of_location(location));
    if (!request_.update_all && std::ranges::find(request_.update, name) == request_.update.end()) continue;
    std::error_code error;
    const auto target = entry.link ? fs::canonical(project_.root / location, error) : fs::path();
    wanted.emplace_back(name, entry.link && !error ? "file:" + target.string() : std::string("*"));
  }
  return {};
}

/// With -w, -ws or --no-workspaces: the locations that may change. nullopt = all.
Result<std::optional<std::set<std::string, std::less<>>>> Installation::workspace_filter() const {
  const bool only_root = session_.config.get("workspaces") == Json(false);
  HOIST_TRY(auto names, selected_workspaces());
  if (global_ || (names.empty() && !only_root)) return std::nullopt;
  const bool root = only_root || flag("include-workspace-root");
  HOIST_TRY(auto locations, filtered_locations(project_, outcome_.lock, actual_->tree, {std::move(names), root},
                                               flag("legacy-peer-deps")));
  return std::optional(std::move(locations));
}

}  // namespace hoist::cli
