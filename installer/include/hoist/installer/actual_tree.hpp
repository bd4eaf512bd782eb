#pragma once
/// What node_modules holds now.

#include <filesystem>
#include <set>
#include <string>

#include "hoist/base/result.hpp"
#include "hoist/lockfile/lockfile.hpp"

namespace hoist::installer {

struct ActualTree {
  /// By location, as a lockfile has it: packages below node_modules, links, link targets and what is below their
  /// node_modules. The root entry "" is there when the project has a package.json.
  lockfile::Lockfile tree;
  /// Taken from node_modules/.package-lock.json; else read off the disk.
  bool from_hidden_lockfile = false;
  /// Locations that a killed install was working on: whatever is there may be incomplete. "*" = every location.
  std::set<std::string, std::less<>> uncertain;

  [[nodiscard]] bool is_certain(std::string_view location) const {
    return uncertain.empty() || (!uncertain.contains("*") && !uncertain.contains(location));
  }
};

struct ActualTreeOptions {
  bool use_hidden_lockfile = true;
  /// The project's lockfile: lends `resolved` and `integrity` to packages found on the disk at the same location with
  /// the same version, as npm does. May be null.
  const lockfile::Lockfile* lock = nullptr;
  /// Read only the direct entries of the root's node_modules (global folders).
  bool top_level_only = false;
};

/// Never fails for what is wrong inside node_modules: a folder without a readable package.json becomes an entry without
/// a version. Links are followed to directories only, each target once.
[[nodiscard]] Result<ActualTree> read_actual_tree(const std::filesystem::path& root,
                                                  const ActualTreeOptions& options = {});

/// Whether node_modules/.package-lock.json still describes the disk (npm's assertNoNewer: no listed folder is newer
/// than it by more than 10 ms, nothing unlisted exists, nothing listed is missing; and folders are folders, links
/// links).
[[nodiscard]] bool is_hidden_lockfile_current(const std::filesystem::path& root, const lockfile::Lockfile& hidden);

}  // namespace hoist::installer
