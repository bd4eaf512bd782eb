#include "views/packument_text.hpp"

#include <fmt/chrono.h>

#include "hoist/base/json.hpp"
#include "hoist/base/text.hpp"
#include "views/json_text.hpp"

namespace hoist::registry {
namespace {

/// What npm's registry leaves in an abbreviated manifest.
constexpr auto kAbbreviatedMembers = std::to_array<std::string_view>({"name",
                                                                      "version",
                                                                      "dependencies",
                                                                      "optionalDependencies",
                                                                      "devDependencies",
                                                                      "bundleDependencies",
                                                                      "bundledDependencies",
                                                                      "peerDependencies",
                                                                      "peerDependenciesMeta",
                                                                      "acceptDependencies",
                                                                      "bin",
                                                                      "directories",
                                                                      "dist",
                                                                      "engines",
                                                                      "os",
                                                                      "cpu",
                                                                      "libc",
                                                                      "funding",
                                                                      "deprecated",
                                                                      "_hasShrinkwrap",
                                                                      "hasInstallScript"});

/// What a packument repeats of its latest version.
constexpr auto kHoistedMembers = std::to_array<std::string_view>(
    {"description", "author", "bugs", "contributors", "homepage", "keywords", "license", "repository"});

std::string make_dist(const PackageSnapshot& package, const VersionRow& version, std::string_view public_url) {
  const std::string& name = package.package.name;
  std::string dist = "{";
  append_member(dist, "integrity", quote(version.integrity));
  append_member(dist, "shasum", quote(version.shasum));
  append_member(dist, "tarball", quote(tarball_url(public_url, name, version.file_name)));
  append_member(dist, "fileCount", std::to_string(version.file_count));
  append_member(dist, "unpackedSize", std::to_string(version.unpacked_size));
  if (!version.provenance_type.empty()) {
    const std::string url = fmt::format("{}-/npm/v1/attestations/{}@{}", public_url, replace_all(name, "/", "%2f"),
                                        percent_encode_component(version.version));
    append_member(
        dist, "attestations",
        fmt::format(R"({{"url":{},"provenance":{{"predicateType":{}}}}})", quote(url), quote(version.provenance_type)));
  }
  if (!version.signatures.empty()) {
    std::string list = "[";
    for (const SignatureRow& signature : version.signatures) {
      if (list.size() > 1) list += ',';
      list += fmt::format(R"({{"keyid":{},"sig":{}}})", quote(signature.keyid), quote(signature.sig));
    }
    append_member(dist, "signatures", list + "]");
  }
  return dist + "}";
}

/// The members that the registry adds to a manifest.
template <class Append>
void append_registry_members(const PackageSnapshot& package, const VersionRow& version, std::string_view public_url,
                             const Append& append) {
  append("_id", quote(fmt::format("{}@{}", package.package.name, version.version)));
  append("_npmUser",
         fmt::format(R"({{"name":{},"email":{}}})", quote(version.publisher), quote(version.publisher_email)));
  append("_hasShrinkwrap", version.has_shrinkwrap ? "true" : "false");
  if (version.has_install_script) append("hasInstallScript", "true");
  if (!version.deprecated.empty()) append("deprecated", quote(version.deprecated));
  append("dist", make_dist(package, version, public_url));
}

std::string short_manifest(const PackageSnapshot& package, const VersionRow& version, std::string_view public_url) {
  std::string text = "{";
  const auto append = [&](std::string_view key, const std::string& value) {
    if (std::ranges::find(kAbbreviatedMembers, key) != kAbbreviatedMembers.end()) append_member(text, key, value);
  };
  each_member(version.manifest, [&](std::string_view key, std::string_view value) {
    if (std::ranges::find(kAbbreviatedMembers, key) != kAbbreviatedMembers.end()) append_member(text, key, value);
  });
  append_registry_members(package, version, public_url, append);
  return text + "}";
}

template <class MakeManifest>
std::string versions_text(const PackageSnapshot& package, const MakeManifest& make_manifest) {
  std::string versions = "{";
  for (const VersionRow& version : package.versions) {
    if (versions.size() > 1) versions += ',';
    versions += quote(version.version);
    versions += ':';
    versions += make_manifest(version);
  }
  return versions + "}";
}

std::string tags_text(const PackageSnapshot& package) { return Json(package.tags).dump(); }

std::string times_text(const PackageSnapshot& package) {
  std::string times = "{";
  append_member(times, "created", quote(to_iso_time(package.package.created)));
  append_member(times, "modified", quote(to_iso_time(package.package.modified)));
  for (const VersionRow& version : package.versions) {
    times += fmt::format(",{}:{}", quote(version.version), quote(to_iso_time(version.published)));
  }
  return times + "}";
}

std::string people_text(const PackageSnapshot& package) {
  Json people = Json::array();
  for (const MaintainerRow& person : package.maintainers) {
    people.push_back(Json{{"name", person.name}, {"email", person.email}});
  }
  return people.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const VersionRow* find_latest(const PackageSnapshot& package) {
  const auto tag = package.tags.find("latest");
  if (tag == package.tags.end()) return nullptr;
  const auto found = std::ranges::find(package.versions, tag->second, &VersionRow::version);
  return found == package.versions.end() ? nullptr : &*found;
}

}  // namespace

std::string to_iso_time(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (time - seconds).count());
}

std::string rev_of(const PackageRow& package) {
  return fmt::format("{}-{:x}", package.revision, package.modified.time_since_epoch().count());
}

std::string tarball_url(std::string_view public_url, std::string_view package, std::string_view file_name) {
  return fmt::format("{}{}/-/{}", public_url, package, file_name);
}

std::string manifest_text(const PackageSnapshot& package, const VersionRow& version, std::string_view public_url) {
  std::string text = version.manifest;
  text.pop_back();  // the closing brace
  append_registry_members(package, version, public_url,
                          [&](std::string_view key, const std::string& value) { append_member(text, key, value); });
  return text + "}";
}

std::string full_text(const PackageSnapshot& package, std::string_view public_url) {
  std::string text = "{";
  append_member(text, "_id", quote(package.package.name));
  append_member(text, "_rev", quote(rev_of(package.package)));
  append_member(text, "name", quote(package.package.name));
  const VersionRow* latest = find_latest(package);
  if (latest != nullptr) {
    for (const auto member : kHoistedMembers) {
      const std::string_view value = find_member_text(latest->manifest, member);
      if (!value.empty()) append_member(text, member, value);
    }
  }
  append_member(text, "dist-tags", tags_text(package));
  append_member(text, "versions", versions_text(package, [&](const VersionRow& version) {
                  return manifest_text(package, version, public_url);
                }));
  append_member(text, "time", times_text(package));
  append_member(text, "maintainers", people_text(package));
  std::string stars = "{";
  for (const std::string& user : package.stars) {
    if (stars.size() > 1) stars += ',';
    stars += quote(user) + ":true";
  }
  append_member(text, "users", stars + "}");
  append_member(text, "readme", quote(latest == nullptr ? "" : latest->readme));
  append_member(text, "readmeFilename", quote(latest == nullptr ? "" : latest->readme_filename));
  append_member(text, "_attachments", "{}");
  return text + "}";
}

std::string abbreviated_text(const PackageSnapshot& package, std::string_view public_url) {
  std::string text = "{";
  append_member(text, "name", quote(package.package.name));
  append_member(text, "modified", quote(to_iso_time(package.package.modified)));
  append_member(text, "dist-tags", tags_text(package));
  append_member(text, "versions", versions_text(package, [&](const VersionRow& version) {
                  return short_manifest(package, version, public_url);
                }));
  append_member(text, "time", times_text(package));
  return text + "}";
}

}  // namespace hoist::registry
