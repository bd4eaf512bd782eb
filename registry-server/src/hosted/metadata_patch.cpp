#include "hosted/metadata_patch.hpp"

#include "hoist/package/version.hpp"
#include "publish/publish_document.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

/// What may be sent back, yet never in another form than it was published.
constexpr auto kImmutableMembers = std::to_array<std::string_view>(
    {"dependencies", "optionalDependencies", "devDependencies", "peerDependencies", "peerDependenciesMeta",
     "bundleDependencies", "bundledDependencies", "scripts", "bin", "engines", "os", "cpu", "libc", "name", "version"});

Result<void> check_identity(const Json& document, const PackageSnapshot& stored) {
  const std::string* name = find_string(document, "name");
  const std::string* id = find_string(document, "_id");
  const std::string* said = name != nullptr ? name : id;
  if (said == nullptr || *said != stored.package.name) {
    return fail("E400", "the name in the document is not the name in the URL");
  }
  const std::string* rev = find_string(document, "_rev");
  if (rev != nullptr && *rev != rev_of(stored.package)) {
    return fail("E409", fmt::format("{} has changed since it was read; read it again", stored.package.name));
  }
  return {};
}

bool is_same_dist(const Json& dist, const VersionRow& row) {
  const std::string* integrity = find_string(dist, "integrity");
  const std::string* shasum = find_string(dist, "shasum");
  const std::string* tarball = find_string(dist, "tarball");
  if (integrity != nullptr && *integrity != row.integrity) return false;
  if (shasum != nullptr && *shasum != row.shasum) return false;
  return tarball == nullptr || tarball->substr(tarball->rfind('/') + 1) == row.file_name;
}

Result<void> check_unchanged(const Json& manifest, const VersionRow& row) {
  const auto changed = [&](std::string_view member) {
    return fail("E409", fmt::format("{} of {} cannot be changed. You cannot publish over the previously published"
                                    " versions: {}.",
                                    member, row.version, row.version));
  };
  if (!manifest.is_object()) return fail("E400", "a manifest is not an object");
  const Json* dist = find_member(manifest, "dist");
  if (dist != nullptr && !is_same_dist(*dist, row)) return changed("dist");
  const auto published = parse_json(row.manifest, "stored manifest");
  if (!published) return std::unexpected(published.error());
  for (const auto member : kImmutableMembers) {
    const Json* sent = find_member(manifest, member);
    if (sent == nullptr) continue;
    const Json* kept = find_member(*published, member);
    const bool both_empty = kept == nullptr && (sent->empty() || sent->is_null());
    if (!both_empty && (kept == nullptr || *kept != *sent)) return changed(member);
  }
  return {};
}

const VersionRow* find_version(const PackageSnapshot& stored, const std::string& version) {
  const auto found = std::ranges::find(stored.versions, version, &VersionRow::version);
  return found == stored.versions.end() ? nullptr : &*found;
}

/// Checks every version of the document against what was published, and collects deprecations.
Result<void> read_versions(const Json& document, const PackageSnapshot& stored, PackagePatch& patch) {
  const Json* versions = find_member(document, "versions");
  if (versions == nullptr) return {};
  if (!versions->is_object()) return fail("E400", "versions is not an object");
  for (const auto& [version, manifest] : versions->items()) {
    const VersionRow* row = find_version(stored, version);
    if (row == nullptr) return fail("E400", fmt::format("version {} needs its tarball", version));
    HOIST_CHECK(check_unchanged(manifest, *row));
    const Json* deprecated = find_member(manifest, "deprecated");
    if (deprecated == nullptr) continue;
    const std::string text = deprecated->is_string() ? deprecated->get<std::string>() : std::string();
    if (text != row->deprecated) patch.deprecations.emplace(version, text);
  }
  return {};
}

Result<void> read_tags(const Json& document, const PackageSnapshot& stored, PackagePatch& patch) {
  const Json* tags = find_member(document, "dist-tags");
  if (tags == nullptr || !tags->is_object()) return {};
  for (const auto& [tag, version] : tags->items()) {
    const auto kept = stored.tags.find(tag);
    if (!version.is_string() || (kept != stored.tags.end() && version == kept->second)) continue;
    HOIST_CHECK(check_tag(tag));
    patch.set_tags.emplace(tag, version.get<std::string>());
  }
  return {};
}

void read_own_star(const Json& document, const PackageSnapshot& stored, const std::string& user, PackagePatch& patch) {
  const Json* users = find_member(document, "users");
  if (users == nullptr || !users->is_object() || user.empty()) return;
  const Json* mine = find_member(*users, user);
  const bool wanted = mine != nullptr && *mine == true;
  if (wanted == stored.stars.contains(user)) return;
  (wanted ? patch.add_stars : patch.remove_stars).push_back(user);
}

}  // namespace

std::string highest_stable(const std::vector<std::string>& versions) {
  std::optional<package::Version> best;
  std::string text;
  for (const std::string& candidate : versions) {
    auto parsed = package::Version::parse(candidate);
    if (!parsed) continue;
    const bool better = !best || (best->is_prerelease() && !parsed->is_prerelease()) ||
                        (best->is_prerelease() == parsed->is_prerelease() && *best < *parsed);
    if (!better) continue;
    best = *std::move(parsed);
    text = candidate;
  }
  return text;
}

Result<std::vector<std::string>> read_maintainers(const Json& document) {
  const Json* list = find_member(document, "maintainers");
  std::vector<std::string> names;
  if (list == nullptr || !list->is_array()) return fail("E400", "maintainers is not a list");
  for (const Json& item : *list) {
    const std::string* name = item.is_string() ? item.get_ptr<const std::string*>() : find_string(item, "name");
    if (name == nullptr || name->empty()) return fail("E400", "a maintainer has no name");
    names.push_back(*name);
  }
  if (names.empty()) return fail("E400", "a package needs at least one maintainer");
  return names;
}

Result<PackagePatch> read_metadata_patch(const Json& document, const PackageSnapshot& stored,
                                         const PatchRights& rights) {
  HOIST_CHECK(check_identity(document, stored));
  PackagePatch patch{.at_revision = stored.package.revision};
  HOIST_CHECK(read_versions(document, stored, patch));
  // Without a `_rev` the tags may be as old as the client's copy: then they say nothing.
  const bool is_current = find_string(document, "_rev") != nullptr;
  if (rights.may_tag && is_current) HOIST_CHECK(read_tags(document, stored, patch));
  if (is_current) read_own_star(document, stored, rights.user, patch);
  return patch;
}

Result<PackagePatch> read_unpublish_patch(const Json& document, const PackageSnapshot& stored) {
  HOIST_CHECK(check_identity(document, stored));
  PackagePatch patch{.at_revision = stored.package.revision};
  HOIST_CHECK(read_versions(document, stored, patch));
  const Json* versions = find_member(document, "versions");
  if (versions == nullptr) return fail("E400", "the document has no versions");
  std::vector<std::string> kept;
  for (const VersionRow& row : stored.versions) {
    if (versions->contains(row.version)) {
      kept.push_back(row.version);
    } else {
      patch.remove_versions.insert(row.version);
    }
  }
  for (const auto& [tag, version] : stored.tags) {
    if (tag == "latest" && patch.remove_versions.contains(version) && !kept.empty()) {
      patch.set_tags.emplace("latest", highest_stable(kept));
    }
  }
  return patch;
}

}  // namespace hoist::registry
