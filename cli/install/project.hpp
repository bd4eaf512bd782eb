#pragma once
/// A project as it stands on disk: package.json, workspaces, lockfile.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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

  [[nodiscard]] std::filesystem::path lock_file() const { return root / "package-lock.json"; }
};

struct ProjectOptions {
  bool workspaces = true;
  bool lock = true;  ///< read package-lock.json
};

/// EJSONPARSE, EWORKSPACESCONFIG, EDUPLICATEWORKSPACE, and what reading the lockfile says.
[[nodiscard]] Result<Project> load_project(const std::filesystem::path& root, const ProjectOptions& options);

/// Folders that links lead to may have been edited since a lockfile was written: their entries get today's
/// package.json.
void refresh_link_targets(const std::filesystem::path& root, lockfile::Lockfile& tree);

/// Whether the lockfile was written for exactly these manifests, so that resolving could not change it: the root and
/// all workspaces are in it as they are now, linked folders too, and every direct dependency has an entry. Overrides
/// and the like are not recorded in lockfiles, so with them the answer is no.
[[nodiscard]] bool is_lock_current(const Project& project);

/// The name of the project's folder's package: its own, else the folder's.
[[nodiscard]] std::string project_name(const Project& project);

}  // namespace hoist::cli
