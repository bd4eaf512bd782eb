#include "cli/install/project.hpp"

#include "cli/config/workspaces.hpp"
#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/validate.hpp"
#include "hoist/lockfile/write.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;
using lockfile::Lockfile;
using package::Manifest;
using package::StringMap;

bool same_map(StringMap a, StringMap b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

/// null and {} and [] say the same.
bool same_json(const Json& a, const Json& b) {
  const auto empty = [](const Json& value) {
    return value.is_null() || ((value.is_object() || value.is_array()) && value.empty());
  };
  return (empty(a) && empty(b)) || a == b;
}

bool same_list(std::vector<std::string> a, std::vector<std::string> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

/// Everything a lockfile copies of a package.json on disk. Fields whose written form differs (`license`, `funding`) may
/// differ here as well; that only costs a resolution that changes nothing.
bool same_manifest(const Manifest& disk, const Manifest& lock) {
  return disk.version == lock.version && same_map(disk.dependencies, lock.dependencies) &&
         same_map(disk.dev_dependencies, lock.dev_dependencies) &&
         same_map(disk.optional_dependencies, lock.optional_dependencies) &&
         same_map(disk.peer_dependencies, lock.peer_dependencies) &&
         same_json(disk.peer_dependencies_meta, lock.peer_dependencies_meta) &&
         same_list(disk.bundle_dependencies, lock.bundle_dependencies) && same_map(disk.bin, lock.bin) &&
         same_json(disk.engines, lock.engines) && same_json(disk.license, lock.license) &&
         same_json(disk.funding, lock.funding) && same_json(disk.workspaces, lock.workspaces) &&
         same_json(disk.accept_dependencies, lock.accept_dependencies) && disk.os == lock.os && disk.cpu == lock.cpu &&
         disk.libc == lock.libc && disk.has_install_script == lock.has_install_script;
}

bool has_unrecorded_rules(const Manifest& manifest) {
  return !manifest.overrides.is_null() || !manifest.package_extensions.is_null() ||
         !manifest.patched_dependencies.is_null();
}

/// What the lock owes to rules of an earlier package.json.
bool has_recorded_rules(const Lockfile& lock) {
  return std::ranges::any_of(lock.packages, [](const auto& pair) {
    const auto& entry = pair.second;
    return !entry.package_extensions_hash.empty() || !entry.package_extensions_applied.is_null() ||
           !entry.patched.is_null();
  });
}

/// Every dependency that must be there is there; what satisfied it when the lockfile was written still does, since the
/// specs are the same.
bool has_entries(const Lockfile& lock, std::string_view from, const Manifest& manifest) {
  const auto all_there = [&](const StringMap& map, bool peers) {
    return std::ranges::all_of(map, [&](const auto& dependency) {
      if (peers && manifest.is_optional_peer(dependency.first)) return true;
      const auto at = lockfile::find_dependency(lock, from, dependency.first);
      return at != lock.packages.end() && lockfile::link_target(lock, at->second) != nullptr;
    });
  };
  return all_there(manifest.dependencies, false) && all_there(manifest.dev_dependencies, false) &&
         all_there(manifest.peer_dependencies, true);
}

std::string relative_location(const fs::path& root, const fs::path& path) {
  return path.lexically_relative(root).generic_string();
}

bool is_workspace_current(const Project& project, const resolver::Workspace& workspace) {
  const auto& lock = *project.lock;
  const auto location = relative_location(project.root, workspace.path);
  const auto link = lock.packages.find("node_modules/" + workspace.name);
  const auto target = lock.packages.find(location);
  return link != lock.packages.end() && link->second.link && link->second.resolved == location &&
         target != lock.packages.end() && lockfile::package_name_of(location, target->second) == workspace.name &&
         same_manifest(workspace.manifest, target->second.manifest) && has_entries(lock, location, workspace.manifest);
}

/// Folders that are linked and are no workspaces: their package.json may have changed, or a workspace may have gone.
bool are_link_targets_current(const Project& project) {
  std::set<std::string> members;
  for (const auto& workspace : project.workspaces) members.insert(relative_location(project.root, workspace.path));
  for (const auto& [location, entry] : project.lock->packages) {
    if (entry.link && !members.contains(entry.resolved)) {
      // Whoever is still linked by a dependency is checked below; a workspace that is no member any more is not.
      const auto name = lockfile::name_of_location(location);
      const auto& manifest = project.manifest;
      const bool wanted = package::find(manifest.dependencies, name) != nullptr ||
                          package::find(manifest.dev_dependencies, name) != nullptr ||
                          package::find(manifest.optional_dependencies, name) != nullptr;
      if (!wanted && lockfile::parent_of(location) == std::string_view()) return false;
    }
    if (location.empty() || entry.link || lockfile::is_in_node_modules(location) || members.contains(location))
      continue;
    const auto disk = package::PackageJson::read(project.root / location);
    if (!disk) return false;
    const auto manifest = disk->manifest();
    if (!manifest || !same_manifest(*manifest, entry.manifest)) return false;
  }
  return true;
}

Result<std::vector<resolver::Workspace>> load_workspaces(const fs::path& root, const Json& patterns) {
  std::vector<resolver::Workspace> workspaces;
  HOIST_TRY(const auto folders, find_workspaces(root, patterns));
  for (const auto& folder : folders) {
    HOIST_TRY(const auto document, package::PackageJson::read(folder.path));
    HOIST_TRY(auto manifest, document.manifest());
    workspaces.push_back({folder.name, folder.path, std::move(manifest)});
  }
  return workspaces;
}

Result<void> load_lock(Project& project, const ProjectOptions& options) {
  auto lock = lockfile::read_lockfile(project.lock_file(), {&project.manifest});
  if (lock) {
    project.lock = *std::move(lock);
    return {};
  }
  if (!options.keep_lock_error) return std::unexpected(std::move(lock).error());
  project.lock_error = std::move(lock).error();
  return {};
}

/// One that cannot be read is worth a warning, which the caller gives; it stays where it is.
void load_foreign_lock(Project& project) {
  if (!project.lock) {
    const std::string* manager = find_string(project.package_json.document(), "packageManager");
    auto foreign = lockfile::read_foreign_lock(project.root, manager != nullptr ? *manager : "");
    if (foreign)
      project.foreign = *std::move(foreign);
    else
      project.foreign_error = std::move(foreign).error();
  }
  project.has_classic_yarn_lock = lockfile::has_classic_yarn_lock(project.root);
}

}  // namespace

Result<Project> load_project(const fs::path& root, const ProjectOptions& options) {
  Project project;
  std::error_code error;
  project.root = fs::canonical(root, error);
  if (error) project.root = root;
  auto document = package::PackageJson::read(project.root);
  project.has_package_json = document.has_value();
  if (!document) {
    if (document.error().code != "ENOENT") return std::unexpected(std::move(document).error());
    document = package::PackageJson::parse("{}", "package.json");
    if (!document) return std::unexpected(std::move(document).error());
  }
  project.package_json = *std::move(document);
  HOIST_TRY(project.manifest, project.package_json.manifest());
  if (options.workspaces) {
    HOIST_TRY(project.workspaces, load_workspaces(project.root, project.manifest.workspaces));
  }
  if (options.lock) HOIST_CHECK(load_lock(project, options));
  if (options.foreign) load_foreign_lock(project);
  return project;
}

std::string project_name(const Project& project) {
  return project.manifest.name.empty() ? project.root.filename().string() : project.manifest.name;
}

void refresh_link_targets(const fs::path& root, lockfile::Lockfile& tree) {
  for (auto& [location, entry] : tree.packages) {
    if (location.empty() || entry.link || lockfile::is_in_node_modules(location)) continue;
    const auto disk = package::PackageJson::read(root / location);
    if (!disk) continue;
    if (auto manifest = disk->manifest()) entry.manifest = *std::move(manifest);
  }
}

bool is_lock_current(const Project& project, bool legacy_peers) {
  if (!project.lock || has_unrecorded_rules(project.manifest)) return false;
  const auto& lock = *project.lock;
  if (lock.ancient || lock.had_conflicts || has_recorded_rules(lock) ||
      lockfile::written_version(lock) != lock.original_version)
    return false;
  const auto root = lock.packages.find("");
  if (root == lock.packages.end() || root->second.manifest.name != project.manifest.name) return false;
  if (!same_manifest(project.manifest, root->second.manifest) || !has_entries(lock, "", project.manifest)) return false;
  for (const auto& workspace : project.workspaces)
    if (!is_workspace_current(project, workspace)) return false;
  return are_link_targets_current(project) && lockfile::is_settled(lock, legacy_peers);
}

}  // namespace hoist::cli
