#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/targets.hpp"
#include "cli/output/redact.hpp"
#include "cli/packing/publishing.hpp"
#include "cli/packing/tarball_contents.hpp"
#include "cli/registry/credentials.hpp"
#include "cli/registry/registry_session.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/range.hpp"
#include "hoist/package/version.hpp"

namespace hoist::cli {
namespace {

using package::Version;

Error private_package() {
  return {"EPRIVATE",
          "This package has been marked as private\nRemove the 'private' field from the package.json to publish it.",
          {},
          {},
          {}};
}

bool is_private(const Json& manifest) {
  const Json* field = find_member(manifest, "private");
  return field != nullptr && !field->is_null() && *field != Json(false) && *field != Json("") && *field != Json(0);
}

/// Settings of the root alone must not reach a registry.
Result<void> check_extensions(const Json& manifest) {
  if (is_private(manifest) || find_member(manifest, "packageExtensions") == nullptr) return {};
  return fail("EPACKAGEEXTENSIONS", "packageExtensions is only honored at the project root and must not be published.");
}

/// The released versions that count for the tag `latest`: no prereleases, nothing deprecated.
std::vector<Version> released_versions(RegistrySession& registry, const std::string& name) {
  std::vector<Version> versions;
  const auto packument = registry.packument(name);
  const Json* map = packument ? find_member(*packument, "versions") : nullptr;
  if (map == nullptr || !map->is_object()) return versions;
  for (const auto& [key, manifest] : map->items()) {
    const auto version = Version::parse(key);
    const Json* deprecated = find_member(manifest, "deprecated");
    const bool gone =
        deprecated != nullptr && !deprecated->is_null() && *deprecated != Json("") && *deprecated != Json(false);
    if (version && version->prerelease().empty() && !gone) versions.push_back(*version);
  }
  return versions;
}

class Publication {
 public:
  Publication(Session& session, std::string argument, std::string workspace, PackOptions options)
      : session_(session),
        argument_(std::move(argument)),
        workspace_(std::move(workspace)),
        options_(std::move(options)),
        network_(session),
        dry_run_(session.config.get_bool("dry-run")),
        json_(session.config.get_bool("json")) {}

  Result<void> run() {
    const auto tag = session_.config.get_string("tag");
    if (package::Range::parse(tag))
      return fail("", "Tag name must not be a valid SemVer range: " + std::string(trim(tag)));
    HOIST_TRY(target_, open_pack_target(session_, network_, argument_));
    HOIST_CHECK(check_extensions(target_.document));
    HOIST_CHECK(run_script("prepublishOnly"));
    options_.foreground = packs_in_foreground(session_.config);
    HOIST_TRY(tarball_, make_tarball(session_, network_, target_, options_));
    HOIST_CHECK(read_manifest());
    HOIST_TRY(contents_, tarball_contents(name_, version_, tarball_));
    HOIST_CHECK(check_tag());
    if (!json_) log_tarball(session_.console, contents_, false, name_);
    HOIST_CHECK(put());
    if (json_) log_tarball(session_.console, contents_, true, name_);
    HOIST_CHECK(run_script("publish"));
    HOIST_CHECK(run_script("postpublish"));
    if (!session_.console.silent()) session_.console.standard(fmt::format("+ {}@{}", name_, version_));
    return {};
  }

 private:
  Result<void> run_script(const char* event) {
    if (target_.spec.type != package::SpecType::kDirectory || session_.config.get_bool("ignore-scripts")) return {};
    return run_package_script(session_, target_.spec.fetch_spec, event, true);
  }

  /// After the scripts, which may have changed it.
  Result<void> read_manifest() {
    HOIST_TRY(auto prepared, publish_manifest_of(target_, tarball_, session_.console));
    if (!prepared.changes.empty()) {
      session_.console.log(LogLevel::kWarn, "publish",
                           fmt::format("{} corrected some errors in your package.json when publishing.  Please run "
                                       "\"{} pkg fix\" to address these errors.",
                                       session_.program.name, session_.program.name));
      session_.console.log(LogLevel::kWarn, "publish", "errors corrected:\n" + join(prepared.changes, "\n"));
    }
    manifest_ = std::move(prepared.document);
    HOIST_CHECK(check_extensions(manifest_));
    name_ = manifest_["name"].get<std::string>();
    version_ = manifest_["version"].get<std::string>();
    settings_ = publish_settings(session_.config, manifest_);
    return {};
  }

  Result<void> check_tag() const {
    HOIST_TRY(const auto spec, package::resolve_spec(name_, settings_.tag, session_.config.inputs().cwd));
    const auto version = Version::parse(version_, {.loose = true});
    if (!session_.config.get_bool("force") && version && !version->prerelease().empty() && settings_.default_tag)
      return fail("", "You must specify a tag using --tag when publishing a prerelease version.");
    return {};
  }

  Result<void> check_login(const std::string& registry) const {
    if (credentials_of(session_.config, registry).any()) return {};
    const auto message = "This command requires you to be logged in to " + redact(registry);
    if (!dry_run_) return fail("ENEEDAUTH", message);
    session_.console.log(LogLevel::kWarn, "publish", message + " (dry-run)");
    return {};
  }

  Result<void> check_versions(RegistrySession& registry) const {
    if (session_.config.get_bool("force")) return {};
    const auto versions = released_versions(registry, name_);
    const auto own = Version::parse(version_, {.loose = true});
    if (!own) return {};
    const auto same = [&](const Version& one) { return one.to_string() == version_; };
    if (std::ranges::any_of(versions, same))
      return fail("", fmt::format("You cannot publish over the previously published versions: {}.", version_));
    const auto highest = std::ranges::max_element(versions, [](const auto& a, const auto& b) { return a < b; });
    if (highest != versions.end() && !(*highest < *own) && settings_.default_tag)
      return fail("",
                  fmt::format("Cannot implicitly apply the \"latest\" tag because previously published version {} is "
                              "higher than the new version {}. You must specify a tag using --tag.",
                              highest->to_string(), version_));
    return {};
  }

  Result<void> put() {
    RegistrySession registry(session_, settings_.registry, settings_.scope_registries);
    const auto url = registry.registry_for(name_);
    if (!workspace_.empty() && is_private(manifest_)) return std::unexpected(private_package());
    HOIST_CHECK(check_login(url));
    HOIST_CHECK(check_versions(registry));
    session_.console.log(
        LogLevel::kNotice, "",
        fmt::format("Publishing to {} with tag {} and {} access{}", redact(url), settings_.tag,
                    settings_.access.empty() ? "default" : settings_.access, dry_run_ ? " (dry-run)" : ""));
    if (dry_run_) return {};
    if (is_private(manifest_)) return std::unexpected(private_package());
    HOIST_TRY(auto document, make_document(url));
    HOIST_TRY(const auto answer, registry.send(json_call("PUT", escaped_name(name_), name_, document)));
    return {};
  }

  Result<Json> make_document(const std::string& registry) const {
    const auto& config = session_.config;
    if (!name_.starts_with('@') && settings_.access == "restricted")
      return fail("EUNSCOPED", "Can't restrict access to unscoped packages.");
    if (config.get_bool("provenance"))
      return fail("ENOTSUPPORTED", "hoist cannot make provenance statements yet",
                  "Make the statement with another tool and pass it with --provenance-file.");
    HOIST_TRY(auto document, publish_document(manifest_, tarball_, settings_, registry, npm_version(config),
                                              node_version(config.inputs().node, config.get_string("cache"))));
    if (const auto file = config.get_string("provenance-file"); !file.empty())
      HOIST_CHECK(attach_provenance(document, file));
    return document;
  }

  Session& session_;
  std::string argument_, workspace_;
  PackOptions options_;
  LazyNetwork network_;
  bool dry_run_, json_;
  PackTarget target_;
  std::string tarball_;
  Json manifest_, contents_;
  std::string name_, version_;
  PublishSettings settings_;
};

Result<int> publish_workspaces(Session& session) {
  HOIST_TRY(const auto chosen, chosen_workspaces(session));
  PackOptions options;
  for (const auto& workspace : chosen) options.workspaces.push_back(workspace.path);
  for (const auto& workspace : chosen) {
    const auto result = Publication(session, workspace.path.string(), workspace.name, options).run();
    if (result) continue;
    if (result.error().code != "EPRIVATE") return std::unexpected(result.error());
    session.console.log(LogLevel::kWarn, "publish",
                        fmt::format("Skipping workspace {}, marked as {}", workspace.name, "private"));
  }
  return 0;
}

}  // namespace

Result<int> run_publish(Session& session, const std::vector<std::string>& arguments) {
  if (wants_workspaces(session)) {
    if (arguments.empty() || std::ranges::find(arguments, ".") != arguments.end()) return publish_workspaces(session);
    session.console.log(LogLevel::kWarn, "", "Ignoring workspaces for specified package(s)");
  }
  if (arguments.size() > 1) return usage_error(session);
  HOIST_CHECK(Publication(session, arguments.empty() ? "." : arguments.front(), "", {}).run());
  return 0;
}

}  // namespace hoist::cli
