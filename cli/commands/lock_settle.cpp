#include "cli/commands/lock_commands.hpp"
#include "cli/config/options.hpp"
#include "cli/config/runtime.hpp"
#include "cli/install/network.hpp"
#include "cli/install/patches.hpp"
#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/resolver/resolve.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;
using lockfile::Lockfile;
using lockfile::LockPackage;

package::Manifest named(std::string_view location, const LockPackage& entry) {
  package::Manifest manifest = entry.manifest;
  if (manifest.name.empty()) manifest.name = lockfile::name_of_location(location);
  return manifest;
}

/// Folders as the lock describes them: on disk they may still be as they were before the merge.
class LockedFolders final : public package::ManifestSource {
 public:
  LockedFolders(const Lockfile& lock, fs::path root, package::ManifestSource& others)
      : lock_(lock), root_(std::move(root)), others_(others) {}

  Result<package::ResolvedPackage> get(const package::PackageSpec& spec) override {
    if (spec.type == package::SpecType::kDirectory) {
      const std::string location = fs::path(spec.fetch_spec).lexically_relative(root_).generic_string();
      const auto found = lock_.packages.find(location == "." ? "" : location);
      if (found != lock_.packages.end() && !found->second.link)
        return package::ResolvedPackage{named(location, found->second), {}, {}};
    }
    return others_.get(spec);
  }

 private:
  const Lockfile& lock_;
  fs::path root_;
  package::ManifestSource& others_;
};

std::vector<resolver::Workspace> workspaces_of(const Lockfile& lock, const fs::path& root) {
  std::vector<resolver::Workspace> workspaces;
  const auto project = lock.packages.find("");
  if (project == lock.packages.end()) return workspaces;
  for (const auto& edge : lockfile::edges_out(lock, "", project->second)) {
    if (edge.kind != lockfile::Edge::Kind::kWorkspace || edge.to == nullptr) continue;
    const std::string& location = lock.packages.find(*edge.to)->second.resolved;
    const auto target = lock.packages.find(location);
    if (target == lock.packages.end()) continue;
    workspaces.push_back({std::string(edge.name), root / location, named(location, target->second)});
  }
  return workspaces;
}

}  // namespace

Result<Lockfile> settle_lock(Session& session, const fs::path& root, Lockfile merged) {
  resolver::ResolveRequest request;
  request.root = root;
  if (const auto entry = merged.packages.find(""); entry != merged.packages.end())
    request.manifest = entry->second.manifest;
  auto project = load_project(root, {.workspaces = false, .lock = false});
  if (project) {
    request.manifest.overrides = project->manifest.overrides;
    request.manifest.package_extensions = project->manifest.package_extensions;
    request.manifest.patched_dependencies = project->manifest.patched_dependencies;
    request.manifest.dev_engines = project->manifest.dev_engines;
    request.patches = read_patches(*project);
  }
  request.workspaces = workspaces_of(merged, root);
  merged.loaded_from_disk = true;
  merged.original_version = merged.lockfile_version;
  request.lock = merged;
  const auto node = node_version(session.config.inputs().node, session.config.get_string("cache"));
  auto options = resolve_options(session.config, node, session.clock.now());
  options.lockfile_version = std::nullopt;
  Network network(session.config, root, node, session.command, session.console, session.clock);
  LockedFolders folders(merged, root, network.manifests());
  const resolver::Sources sources{network.packuments(), folders, &network.bundles()};
  // What there is to warn about, the next install will say; git's output is no place for it.
  NullReporter quiet;
  HOIST_TRY(auto outcome, resolver::resolve(request, options, sources, quiet));
  return std::move(outcome.lock);
}

}  // namespace hoist::cli
