#include <algorithm>

#include "hoist/installer/allow_scripts.hpp"
#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::installer {
namespace {

namespace fs = std::filesystem;

/// The location whose package is meant: a link stands for its target.
const std::string& home_of(const lockfile::Lockfile& lock, const std::string& location) {
  const auto entry = lock.packages.find(location);
  return entry != lock.packages.end() && entry->second.link ? entry->second.resolved : location;
}

fs::path folder_of(const fs::path& root, std::string_view location) { return (root / location).lexically_normal(); }

/// `file:` paths are locked relative to the project and matched as absolute ones.
std::string absolute_source(const std::string& resolved, const fs::path& root) {
  if (!resolved.starts_with("file:")) return resolved;
  return "file:" + (root / resolved.substr(5)).lexically_normal().generic_string();
}

/// A linked folder is known by the links that lead to it, as npm spells them (relative to the link), and by its path.
void add_link_sources(ScriptIdentity& identity, const lockfile::Lockfile& lock, const std::string& home,
                      const fs::path& root) {
  const fs::path folder = folder_of(root, home);
  for (const auto& [location, entry] : lock.packages) {
    if (!entry.link || entry.resolved != home) continue;
    identity.sources.push_back("file:" +
                               folder.lexically_relative(folder_of(root, location).parent_path()).generic_string());
  }
  if (!identity.sources.empty()) identity.sources.push_back(folder.generic_string());
}

void add_dependent(ScriptIdentity& identity, const lockfile::Edge& edge, const fs::path& root) {
  const auto spec = package::resolve_spec(edge.name, edge.spec, folder_of(root, edge.from));
  const bool registry = spec && spec->registry();
  identity.registry = registry && identity.registry.value_or(true);
  if (!registry || !identity.dependents_name.empty()) return;
  identity.dependents_name =
      spec->type == package::SpecType::kAlias && spec->sub_spec ? spec->sub_spec->name : spec->name;
}

}  // namespace

std::map<std::string, ScriptIdentity, std::less<>> script_identities(const lockfile::Lockfile& lock,
                                                                     std::span<const std::string> locations,
                                                                     const fs::path& root) {
  std::map<std::string, ScriptIdentity, std::less<>> by_home;
  for (const std::string& location : locations) {
    const std::string& home = home_of(lock, location);
    const auto entry = lock.packages.find(home);
    ScriptIdentity& identity = by_home[home];
    if (entry == lock.packages.end()) continue;
    identity = {};
    identity.resolved = absolute_source(entry->second.resolved, root);
    identity.has_version = !entry->second.manifest.version.empty();
    identity.bundled = entry->second.in_bundle;
    if (identity.resolved.empty())
      add_link_sources(identity, lock, home, root);
    else
      identity.sources.push_back(identity.resolved);
  }
  if (!by_home.empty())
    for (const auto& [location, entry] : lock.packages)
      for (const lockfile::Edge& edge : lockfile::edges_out(lock, location, entry)) {
        if (edge.to == nullptr) continue;
        if (const auto found = by_home.find(*edge.to); found != by_home.end()) add_dependent(found->second, edge, root);
      }
  std::map<std::string, ScriptIdentity, std::less<>> identities;
  for (const std::string& location : locations)
    identities.emplace(location, by_home.find(home_of(lock, location))->second);
  return identities;
}

}  // namespace hoist::installer
