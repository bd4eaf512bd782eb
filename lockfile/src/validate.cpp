#include "hoist/lockfile/validate.hpp"

#include <algorithm>

#include "hoist/base/text.hpp"
#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/package/range.hpp"

namespace hoist::lockfile {
namespace {

bool same_map(package::StringMap a, package::StringMap b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

/// npm takes optional names out of `dependencies` before it compares.
package::StringMap without(package::StringMap map, const package::StringMap& names) {
  std::erase_if(map, [&](const auto& pair) { return package::find(names, pair.first) != nullptr; });
  return map;
}

bool same_dependencies(const package::Manifest& a, const package::Manifest& b) {
  if (!same_map(without(a.dependencies, a.optional_dependencies), without(b.dependencies, b.optional_dependencies)) ||
      !same_map(a.dev_dependencies, b.dev_dependencies) ||
      !same_map(a.optional_dependencies, b.optional_dependencies) ||
      !same_map(a.peer_dependencies, b.peer_dependencies) || a.workspaces != b.workspaces)
    return false;
  return std::all_of(a.peer_dependencies.begin(), a.peer_dependencies.end(), [&](const auto& pair) {
    return a.is_optional_peer(pair.first) == b.is_optional_peer(pair.first);
  });
}

std::string missing(std::string_view name, std::string_view version) {
  return printable(fmt::format("Missing: {}@{} from lock file", name, version));
}

std::string invalid(std::string_view name, std::string_view version, std::string_view wanted_name,
                    std::string_view wanted) {
  return printable(
      fmt::format("Invalid: lock file's {}@{} does not satisfy {}@{}", name, version, wanted_name, wanted));
}

using ParsedSpec = Result<package::PackageSpec>;

/// Versions and ranges, also behind an alias; everything else was checked when it was locked.
bool accepts(const ParsedSpec& spec, const LockPackage& target) {
  if (!spec) return true;
  const package::PackageSpec& wanted =
      spec->type == package::SpecType::kAlias && spec->sub_spec ? *spec->sub_spec : *spec;
  if (wanted.type != package::SpecType::kVersion && wanted.type != package::SpecType::kRange) return true;
  if (wanted.fetch_spec == "*" || target.manifest.version.empty()) return true;
  if (&wanted != &*spec && !target.manifest.name.empty() && target.manifest.name != wanted.name) return false;
  if (!wanted.range)
    return package::satisfies(target.manifest.version, wanted.fetch_spec, {.loose = true, .include_prerelease = false});
  const auto version = package::Version::parse(target.manifest.version, {.loose = true});
  return version && wanted.range->test(*version);
}

bool accepts(const Edge& edge, const LockPackage& target) {
  return accepts(package::resolve_spec(edge.name, edge.spec, "/"), target);
}

bool may_be_absent(Edge::Kind kind) noexcept {
  return kind == Edge::Kind::kOptional || kind == Edge::Kind::kPeerOptional;
}

}  // namespace

bool copies_manifests(const Lockfile& lockfile, const LocalManifests& manifests) {
  return std::all_of(manifests.begin(), manifests.end(), [&](const auto& local) {
    const auto entry = lockfile.packages.find(local.first);
    return entry != lockfile.packages.end() && same_dependencies(*local.second, entry->second.manifest);
  });
}

bool is_settled(const Lockfile& lockfile, bool legacy_peers) {
  std::map<std::string, ParsedSpec, std::less<>> specs;
  for (const auto& [location, entry] : lockfile.packages) {
    if (entry.extraneous) return false;
    for (const Edge& edge : edges_out(lockfile, location, entry)) {
      if (edge.is_peer() && legacy_peers) continue;
      if (edge.to == nullptr) {
        if (edge.kind != Edge::Kind::kPeerOptional) return false;
        continue;
      }
      const LockPackage* target = link_target(lockfile, lockfile.packages.find(*edge.to)->second);
      auto known = specs.find(edge.spec);
      if (known == specs.end()) known = specs.emplace(edge.spec, package::resolve_spec("", edge.spec, "/")).first;
      if (target == nullptr || !accepts(known->second, *target)) return false;
    }
  }
  return true;
}

std::vector<std::string> sync_problems(const Lockfile& lockfile, const LocalManifests& manifests, bool overridden) {
  std::vector<std::string> problems;
  for (const auto& [location, entry] : lockfile.packages) {
    if (entry.link || entry.extraneous || is_outside_project(location)) continue;
    LockPackage current;
    const auto local = manifests.find(location);
    if (local != manifests.end()) current.manifest = *local->second;
    for (const Edge& edge : edges_out(lockfile, location, local != manifests.end() ? current : entry)) {
      if (edge.to == nullptr) {
        if (!may_be_absent(edge.kind)) problems.push_back(missing(edge.name, edge.spec));
        continue;
      }
      const LockPackage* target = link_target(lockfile, lockfile.packages.find(*edge.to)->second);
      if (target == nullptr || (overridden && local == manifests.end()) || accepts(edge, *target)) continue;
      problems.push_back(invalid(edge.name, target->manifest.version, edge.name, edge.spec));
    }
  }
  for (const auto& [location, manifest] : manifests)
    if (!lockfile.packages.contains(location)) problems.push_back(missing(manifest->name, manifest->version));
  std::vector<std::string> unique;
  for (std::string& problem : problems)
    if (std::find(unique.begin(), unique.end(), problem) == unique.end()) unique.push_back(std::move(problem));
  return unique;
}

std::vector<std::string> version_problems(const Lockfile& locked, const Lockfile& ideal) {
  std::vector<std::string> problems;
  for (const auto& [location, entry] : ideal.packages) {
    const LockPackage* wanted = link_target(ideal, entry);
    const std::string_view name = name_of_location(location);
    const std::string_view version =
        wanted == nullptr ? std::string_view{} : std::string_view(wanted->manifest.version);
    const auto found = locked.packages.find(location);
    if (found == locked.packages.end()) {
      problems.push_back(missing(name, version));
      continue;
    }
    const LockPackage* target = link_target(locked, found->second);
    const std::string_view has = target == nullptr ? std::string_view{} : std::string_view(target->manifest.version);
    if (has != version) problems.push_back(invalid(name, has, name, version));
  }
  return problems;
}

}  // namespace hoist::lockfile
