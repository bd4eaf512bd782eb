#include "cli/install/source_policy.hpp"

#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hoist/lockfile/location.hpp"

namespace hoist::cli {
namespace {

using resolver::Allow;

struct Kind {
  std::string_view code, what;
  Allow allow = Allow::kAll;
};

std::string host_of(const std::string& url) {
  const auto parsed = Url::parse(url);
  return parsed ? parsed->host_and_port() : std::string();
}

std::set<std::string> registry_hosts(const fetcher::RegistryOptions& registry) {
  std::set<std::string> hosts{host_of(registry.registry), "registry.npmjs.org"};
  for (const auto& [scope, url] : registry.scoped_registries) hosts.insert(host_of(url));
  hosts.erase("");
  return hosts;
}

/// nullopt for registry packages and workspaces.
std::optional<Kind> kind_of(const lockfile::LockPackage& entry, const std::set<std::string>& hosts,
                            const resolver::ResolveOptions& options) {
  const auto& resolved = entry.resolved;
  if (entry.link) return Kind{"EALLOWDIRECTORY", "directory", options.allow_directory};
  if (resolved.starts_with("git")) return Kind{"EALLOWGIT", "git", options.allow_git};
  if (resolved.starts_with("file:")) return Kind{"EALLOWFILE", "file", options.allow_file};
  if (!resolved.starts_with("http:") && !resolved.starts_with("https:")) return std::nullopt;
  if (hosts.contains(host_of(resolved))) return std::nullopt;
  return Kind{"EALLOWREMOTE", "remote", options.allow_remote};
}

bool named_by_project(const Project& project, std::string_view location) {
  const auto name = lockfile::name_of_location(location);
  const auto names = [name](const package::Manifest& manifest) {
    return package::find(manifest.dependencies, name) != nullptr ||
           package::find(manifest.dev_dependencies, name) != nullptr ||
           package::find(manifest.optional_dependencies, name) != nullptr ||
           package::find(manifest.peer_dependencies, name) != nullptr;
  };
  if (names(project.manifest)) return true;
  return std::ranges::any_of(project.workspaces, [&](const auto& workspace) { return names(workspace.manifest); });
}

}  // namespace

Result<void> check_sources(const Project& project, const lockfile::Lockfile& lock,
                           const resolver::ResolveOptions& options, const fetcher::RegistryOptions& registry) {
  const auto hosts = registry_hosts(registry);
  std::set<std::string> members;
  for (const auto& workspace : project.workspaces)
    members.insert(workspace.path.lexically_relative(project.root).generic_string());
  for (const auto& [location, entry] : lock.packages) {
    if (location.empty() || entry.in_bundle || (entry.link && members.contains(entry.resolved))) continue;
    const auto kind = kind_of(entry, hosts, options);
    if (!kind || kind->allow == Allow::kAll) continue;
    if (kind->allow == Allow::kRoot && named_by_project(project, location)) continue;
    return fail(std::string(kind->code), fmt::format("Fetching packages of type \"{}\" have been disabled", kind->what),
                fmt::format("Refusing to fetch \"{}\" ({}). Allow it with --allow-{}=all, or in .npmrc.",
                            lockfile::package_name_of(location, entry), redact(entry.resolved), kind->what));
  }
  return {};
}

}  // namespace hoist::cli
