#pragma once
/// A project as it stands on disk: package.json, workspaces, lockfile.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hoist/lockfile/foreign.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/resolver/resolve.hpp"

namespace hoist::cli {

struct Project {
  std::filesystem::path root;         ///< absolute, links resolved
  package::PackageJson package_json;  ///< empty when there is no file
  package::Manifest manifest;
  bool has_package_json = false;
  std::vector<resolver::Workspace> workspaces;
  std::optional<lockfile::Lockfile> lock;
  /// Why there is no `lock` although there is a file; see ProjectOptions::keep_lock_error.
  std::optional<Error> lock_error;
  /// The lock of another client, read where there is no `lock` of ours.
  std::optional<lockfile::ForeignLock> foreign;
  std::optional<Error> foreign_error;  ///< why one could not be read
  bool has_classic_yarn_lock = false;  ///< npm keeps a yarn.lock of version 1 up to date

  [[nodiscard]] std::filesystem::path lock_file() const { return root / "package-lock.json"; }
};

struct ProjectOptions {
  bool workspaces = true;
  bool lock = true;  ///< read package-lock.json
  /// A lock that cannot be read is no failure but `lock_error`.
  bool keep_lock_error = false;
  bool foreign = false;  ///< look for locks of other clients
};

/// EJSONPARSE, EWORKSPACESCONFIG, EDUPLICATEWORKSPACE, and what reading the lockfile says.
[[nodiscard]] Result<Project> load_project(const std::filesystem::path& root, const ProjectOptions& options);

/// Folders that links lead to may have been edited since a lockfile was written: their entries get today's
/// package.json.
void refresh_link_targets(const std::filesystem::path& root, lockfile::Lockfile& tree);

/// Whether the lockfile was written for exactly these manifests and is complete, so that resolving could find no other
/// versions: the root and all workspaces are in it as they are now, linked folders too, and every dependency has an
/// entry that it accepts. Overrides and the like are not recorded in lockfiles, so with them the answer is no.
[[nodiscard]] bool is_lock_current(const Project& project, bool legacy_peers);

/// The name of the project's folder's package: its own, else the folder's.
[[nodiscard]] std::string project_name(const Project& project);

}  // namespace hoist::cli
