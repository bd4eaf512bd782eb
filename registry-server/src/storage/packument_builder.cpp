#include "storage/packument_builder.hpp"

#include <fmt/chrono.h>

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "storage/gzip.hpp"

namespace hoist::registry {
namespace {

/// What npm's registry leaves in an abbreviated manifest.
constexpr std::array<std::string_view, 21> kAbbreviatedFields = {"name",
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
                                                                 "hasInstallScript"};

/// What a packument repeats of its latest version.
constexpr std::array<std::string_view, 8> kHoistedFields = {"description", "author",   "bugs",    "contributors",
                                                            "homepage",    "keywords", "license", "repository"};

std::string iso_time(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.000Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string tarball_file_name(std::string_view package, std::string_view version) {
  const auto slash = package.find('/');
  return fmt::format("{}-{}.tgz", slash == std::string_view::npos ? package : package.substr(slash + 1), version);
}

Representation make_representation(std::string bytes) {
  Representation made;
  made.etag = fmt::format("\"{}\"", hex_encode(hash(HashAlgorithm::kSha256, bytes)).substr(0, 32));
  made.bytes = std::make_shared<const std::string>(std::move(bytes));
  return made;
}

Document make_document(const Json& json) {
  std::string text = json.dump();
  std::string zipped = gzip(text);
  return {make_representation(std::move(text)), make_representation(std::move(zipped))};
}

bool has_install_script(const PublishedVersion& version) {
  if (version.has_native_build) return true;
  const Json* scripts = find_member(version.manifest, "scripts");
  return scripts != nullptr && std::ranges::any_of(std::array{"preinstall", "install", "postinstall"},
                                                   [&](const char* name) { return find_string(*scripts, name); });
}

Json make_dist(std::string_view package, const PublishedVersion& version, std::string_view public_url) {
  const std::string& bytes = *version.tarball;
  return Json{
      {"tarball", fmt::format("{}{}/-/{}", public_url, package, tarball_file_name(package, version.version))},
      {"shasum", hex_encode(hash(HashAlgorithm::kSha1, bytes))},
      {"integrity", Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes)).to_string()},
      {"fileCount", version.file_count},
      {"unpackedSize", version.unpacked_size}};
}

/// Everything the publisher sent stays as it was sent, fields unknown to us included; the registry's own are added.
Json make_manifest(std::string_view package, const PublishedVersion& version, std::string_view public_url) {
  Json manifest = version.manifest;
  manifest["_id"] = fmt::format("{}@{}", package, version.version);
  manifest["_hasShrinkwrap"] = false;
  if (has_install_script(version)) manifest["hasInstallScript"] = true;
  if (!version.deprecated.empty()) manifest["deprecated"] = version.deprecated;
  manifest["dist"] = make_dist(package, version, public_url);
  return manifest;
}

Json abbreviate(const Json& manifest) {
  Json out = Json::object();
  for (const auto field : kAbbreviatedFields) {
    if (const Json* value = find_member(manifest, field)) out[std::string(field)] = *value;
  }
  return out;
}

Json make_times(const PublishedPackage& package, std::chrono::sys_seconds modified) {
  Json times{{"created", iso_time(package.versions.front().time)}, {"modified", iso_time(modified)}};
  for (const PublishedVersion& version : package.versions) times[version.version] = iso_time(version.time);
  return times;
}

Json make_full(const PublishedPackage& package, const Json& tags, const Json& versions, const Json& times) {
  const std::string& latest = package.tags.at("latest");
  const Json& manifest = versions.at(latest);
  Json full{{"_id", package.name},         {"_rev", fmt::format("{}-0", package.versions.size())},
            {"name", package.name},        {"dist-tags", tags},
            {"versions", versions},        {"time", times},
            {"maintainers", Json::array()}};
  for (const auto field : kHoistedFields) {
    if (const Json* value = find_member(manifest, field)) full[std::string(field)] = *value;
  }
  const auto shown = std::ranges::find(package.versions, latest, &PublishedVersion::version);
  full["readme"] = shown->readme;
  full["readmeFilename"] = shown->readme.empty() ? "" : "README.md";
  return full;
}

}  // namespace

PackageEntry build_entry(const PublishedPackage& package, std::string_view public_url) {
  PackageEntry entry;
  entry.modified = std::ranges::max(package.versions, {}, &PublishedVersion::time).time;
  Json versions = Json::object(), short_versions = Json::object();
  for (const PublishedVersion& version : package.versions) {
    Json manifest = make_manifest(package.name, version, public_url);
    entry.manifests.emplace(version.version, make_document(manifest));
    entry.tarballs.emplace(
        tarball_file_name(package.name, version.version),
        Representation{version.tarball, fmt::format("\"{}\"", *find_string(manifest["dist"], "shasum"))});
    short_versions[version.version] = abbreviate(manifest);
    versions[version.version] = std::move(manifest);
  }
  const Json tags(package.tags);
  const Json times = make_times(package, entry.modified);
  entry.tags.insert(package.tags.begin(), package.tags.end());
  entry.dist_tags = make_document(tags);
  entry.full = make_document(make_full(package, tags, versions, times));
  // `time` is not in npm's abbreviated form; with it pnpm and bun can apply a minimum release age.
  entry.abbreviated = make_document(Json{{"name", package.name},
                                         {"modified", iso_time(entry.modified)},
                                         {"dist-tags", tags},
                                         {"versions", short_versions},
                                         {"time", times}});
  return entry;
}

}  // namespace hoist::registry
