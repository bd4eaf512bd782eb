#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/targets.hpp"
#include "cli/packing/publishing.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/package/version.hpp"

namespace hoist::cli {
namespace {

constexpr std::string_view kWholeProject = "Refusing to delete entire project.\nRun with --force to do this.";
constexpr std::string_view kLastVersion =
    "Refusing to delete the last version of the package. It will block from republishing a new version for 24 "
    "hours.\nRun with --force to do this.";

std::string revision_of(const Json& packument) {
  const auto* revision = find_string(packument, "_rev");
  return revision != nullptr ? *revision : std::string();
}

/// The path of a tarball below its registry.
std::string tarball_path(const std::string& tarball, const std::string& registry) {
  const auto url = Url::parse(tarball), base = Url::parse(registry);
  if (!url || !base) return {};
  const auto& prefix = base->path;
  return url->path.starts_with(prefix) ? url->path.substr(prefix.size()) : url->path.substr(1);
}

std::string highest_of(const Json& versions) {
  std::optional<std::pair<package::Version, std::string>> highest;
  for (const auto& [key, manifest] : versions.items()) {
    const auto version = package::Version::parse(key, {.loose = true});
    if (version && (!highest || !(*version < highest->first))) highest.emplace(*version, key);
  }
  return highest ? highest->second : std::string();
}

Result<void> remove_package(RegistrySession& registry, const std::string& name, const Json& packument) {
  fetcher::RegistryCall call;
  call.method = "DELETE";
  call.path = fmt::format("{}/-rev/{}", escaped_name(name), revision_of(packument));
  call.package = name;
  HOIST_TRY(const auto answer, registry.send(std::move(call)));
  return {};
}

/// The packument without the version goes back, then the tarball is removed.
Result<void> remove_version(RegistrySession& registry, const std::string& name, const std::string& version,
                            Json packument) {
  const Json* dist = find_member(packument["versions"][version], "dist");
  const auto* address = dist != nullptr ? find_string(*dist, "tarball") : nullptr;
  const auto tarball = address != nullptr ? tarball_path(*address, registry.registry_for(name)) : std::string();
  packument["versions"].erase(version);
  Json tags = Json::object();
  bool was_latest = false;
  for (const auto& [tag, tagged] : packument["dist-tags"].items()) {
    if (tagged != Json(version))
      tags[tag] = tagged;
    else
      was_latest = was_latest || tag == "latest";
  }
  if (was_latest) tags["latest"] = highest_of(packument["versions"]);
  packument["dist-tags"] = std::move(tags);
  packument.erase("_revisions");
  packument.erase("_attachments");
  HOIST_TRY(const auto answer,
            registry.send(json_call("PUT", fmt::format("{}/-rev/{}", escaped_name(name), revision_of(packument)), name,
                                    packument)));
  if (tarball.empty()) return {};
  HOIST_TRY(const auto changed, registry.packument(name, true));
  fetcher::RegistryCall call;
  call.method = "DELETE";
  call.path = fmt::format("{}/-rev/{}", tarball, revision_of(changed));
  call.package = name;
  HOIST_TRY(const auto removed, registry.send(std::move(call)));
  return {};
}

/// libnpmpublish's unpublish: what is not there counts as removed.
Result<void> unpublish(RegistrySession& registry, const std::string& name, const std::string& version) {
  auto packument = registry.packument(name, true);
  auto result = [&]() -> Result<void> {
    if (!packument) return std::unexpected(packument.error());
    const Json* versions = find_member(*packument, "versions");
    const std::size_t count = versions != nullptr && versions->is_object() ? versions->size() : 0;
    const bool known = count > 0 && versions->contains(version);
    if (!version.empty() && count > 0 && !known) return {};
    if (version.empty() || count <= 1) return remove_package(registry, name, *packument);
    return remove_version(registry, name, version, *std::move(packument));
  }();
  if (!result && result.error().code == "E404") return {};
  return result;
}

Result<void> unpublish_at(Session& session, const std::vector<std::string>& arguments,
                          const std::filesystem::path& folder) {
  const auto& config = session.config;
  const bool force = config.get_bool("force");
  std::string name, version;
  if (!arguments.empty()) {
    HOIST_TRY(const auto spec, registry_spec(session, arguments.front()));
    if (spec.type != package::SpecType::kVersion && spec.raw_spec != "*")
      return usage_error(
          session, "Can only unpublish a single version, or the entire project.\nTags and ranges are not supported.");
    if (spec.raw_spec == "*" && !force) return usage_error(session, kWholeProject);
    name = spec.name;
    if (spec.type == package::SpecType::kVersion) version = spec.raw_spec;
  }
  const auto read = package::PackageJson::read(folder);
  if (!read && (read.error().code != "ENOENT" || arguments.empty()))
    return read.error().code == "ENOENT" ? Result<void>(usage_error(session)) : std::unexpected(read.error());
  const Json manifest = read ? read->document() : Json::object();
  const auto* own_name = find_string(manifest, "name");
  if (arguments.empty()) {
    const auto* own_version = find_string(manifest, "version");
    name = own_name != nullptr ? *own_name : std::string();
    version = own_version != nullptr ? *own_version : std::string();
    if (name.empty()) return usage_error(session);
    if (version.empty() && !force) return usage_error(session, kWholeProject);
  }
  const bool is_own = own_name != nullptr && *own_name == name;
  const auto settings = publish_settings(config, is_own ? manifest : Json::object());
  RegistrySession registry(session, settings.registry, settings.scope_registries);
  HOIST_TRY(const auto packument, registry.packument(name, true));
  const Json* versions = find_member(packument, "versions");
  const bool one_left = versions != nullptr && versions->size() == 1;
  if (one_left && versions->contains(version) && !force) return usage_error(session, kLastVersion);
  if (!config.get_bool("dry-run")) HOIST_CHECK(unpublish(registry, name, version));
  if (!session.console.silent())
    session.console.always(fmt::format("- {}{}", name, version.empty() || one_left ? "" : '@' + version));
  return {};
}

}  // namespace

Result<int> run_unpublish(Session& session, const std::vector<std::string>& arguments) {
  if (wants_workspaces(session)) {
    HOIST_TRY(const auto chosen, chosen_workspaces(session));
    for (const auto& workspace : chosen) HOIST_CHECK(unpublish_at(session, arguments, workspace.path));
    return 0;
  }
  if (arguments.size() > 1) return usage_error(session);
  HOIST_CHECK(unpublish_at(session, arguments, session.config.local_prefix()));
  return 0;
}

}  // namespace hoist::cli
