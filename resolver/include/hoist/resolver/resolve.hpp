#pragma once
/// From package.json, lockfile and requests to the ideal tree.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/lockfile/pins.hpp"
#include "hoist/package/sources.hpp"
#include "hoist/resolver/options.hpp"

namespace hoist::resolver {

/// A member of the root's `workspaces`, in the order of discovery.
struct Workspace {
  std::string name;
  std::filesystem::path path;  ///< absolute
  package::Manifest manifest;
};

/// Everything resolution starts from. Nothing is read from disk except through the sources.
struct ResolveRequest {
  std::filesystem::path root;  ///< absolute, without symbolic links
  package::Manifest manifest;  ///< the root's
  std::vector<Workspace> workspaces;
  std::optional<lockfile::Lockfile> lock;    ///< package-lock.json, unless `--no-package-lock`
  std::optional<lockfile::Lockfile> actual;  ///< what is in node_modules, used when there is no lock
  /// Another client's lock, asked where there is no package-lock.json. Lives as long as the request.
  const lockfile::Pins* pins = nullptr;
  /// sha512 of the files that `patchedDependencies` names, by path as written; an Error for one that cannot be read.
  std::map<std::string, Result<std::string>, std::less<>> patches;
  std::vector<std::string> add;     ///< specs as typed
  std::vector<std::string> remove;  ///< names
  std::vector<std::string> update;  ///< names
  bool update_all = false;
  bool prune = false;  ///< remove what nothing asks for, even when nothing else changes
  SaveType save_type = SaveType::kInfer;
  bool save_bundle = false;
  std::vector<std::string> selected_workspaces;  ///< names; requests apply to them instead of the root
  bool include_workspace_root = false;
};

/// Dependency maps of a package.json after the requests; whoever saves decides by `--save`.
struct ManifestChange {
  std::string location;  ///< "" for the root, else the workspace's
  package::StringMap dependencies, dev_dependencies, optional_dependencies, peer_dependencies;
  Json peer_dependencies_meta;
  std::vector<std::string> bundle_dependencies;
};

/// What became of the versions of an imported lock.
struct ImportReport {
  struct Lost {
    std::string what;    ///< `name@version`, or what the lock calls it
    std::string reason;  ///< for people
  };
  std::size_t total = 0;
  std::size_t kept = 0;
  std::vector<Lost> lost;
};

struct ResolveOutcome {
  std::optional<ImportReport> import;
  lockfile::Lockfile lock;
  std::vector<ManifestChange> manifests;
  /// Locations of optional packages that cannot be installed here (platform, engine, failed to load). They stay in the
  /// lockfile and are not put on disk.
  std::set<std::string, std::less<>> inert;
  /// False when the lockfile already described exactly this tree.
  bool changed = true;
};

/// The doors to the outside. `bundles` may be null: then bundled dependencies are not looked into.
struct Sources {
  package::PackumentSource& packuments;
  package::ManifestSource& manifests;
  package::BundleSource* bundles = nullptr;
};

/// Builds npm's ideal tree. Deterministic: the same request and the same packuments give the same outcome.
/// ERESOLVE, ETARGET, E404, EBADENGINE (engine-strict), EBADPLATFORM, EOVERRIDE, EALLOWGIT/-REMOTE/-FILE/-DIRECTORY,
/// EUPDATEARGS, ERMARGS, EINVALIDTAGNAME and what the sources fail with.
[[nodiscard]] Result<ResolveOutcome> resolve(const ResolveRequest& request, const ResolveOptions& options,
                                             Sources sources, Reporter& reporter);

}  // namespace hoist::resolver
