#include "publish/publish_plan.hpp"

#include "hoist/base/text.hpp"
#include "hoist/package/tar_reader.hpp"
#include "hoist/package/version.hpp"
#include "publish/provenance.hpp"

namespace hoist::registry {
namespace {

std::unexpected<Error> unfit(std::string message) { return fail("E422", std::move(message)); }

/// What the server computes, or keeps elsewhere, whatever the client says.
constexpr auto kOwnMembers = std::to_array<std::string_view>(
    {"_id", "_npmUser", "_hasShrinkwrap", "hasInstallScript", "deprecated", "dist", "readme", "readmeFilename"});

/// Real packages have less; a bomb has more, and is refused before it costs anything.
constexpr package::TarLimits kTarLimits{.max_entries = 100'000, .max_path = 2048, .max_total = 2ULL << 30U};

Result<void> check_declared(const PublishDocument& document, const Upload& upload) {
  if (document.declared_size && *document.declared_size != upload.size()) {
    return fail("E400", fmt::format("the attachment has {} bytes and not the {} it declares", upload.size(),
                                    *document.declared_size));
  }
  const Json* dist = find_member(document.manifest, "dist");
  if (dist == nullptr) return {};
  if (const std::string* shasum = find_string(*dist, "shasum")) {
    if (to_lower(*shasum) != hex_encode(upload.sha1())) return fail("E400", "dist.shasum is not that of the tarball");
  }
  if (const std::string* text = find_string(*dist, "integrity")) {
    const auto declared = Integrity::parse(*text);
    const auto actual = Integrity::from_digest(HashAlgorithm::kSha512, upload.sha512());
    const bool is_sha1 = declared && declared->strongest() == HashAlgorithm::kSha1;
    if (!declared ||
        !declared->matches(is_sha1 ? Integrity::from_digest(HashAlgorithm::kSha1, upload.sha1()) : actual)) {
      return fail("E400", "dist.integrity is not that of the tarball");
    }
  }
  return {};
}

Result<void> check_tarball(const PublishDocument& document, const package::TarballSummary& summary) {
  if (summary.package_json.empty()) return unfit("the tarball has no package.json");
  const auto json = parse_json(summary.package_json, "package.json of the tarball");
  if (!json || !json->is_object()) return unfit("the package.json in the tarball is not a JSON object");
  const std::string* name = find_string(*json, "name");
  if (name == nullptr || trim(*name) != document.package) return unfit("the tarball is of another package");
  const std::string* version = find_string(*json, "version");
  if (version == nullptr || package::clean(*version, {.loose = true}) != document.version) {
    return unfit("the tarball is of another version");
  }
  return {};
}

bool runs_install_script(const Json& manifest, const package::TarballSummary& summary) {
  if (const Json* said = find_member(manifest, "hasInstallScript"); said != nullptr && *said == true) return true;
  const Json* scripts = find_member(manifest, "scripts");
  const auto has = [&](std::string_view name) { return scripts != nullptr && find_string(*scripts, name) != nullptr; };
  if (has("preinstall") || has("install") || has("postinstall")) return true;
  const Json* gypfile = find_member(manifest, "gypfile");
  return summary.has_binding_gyp && !(gypfile != nullptr && *gypfile == false);
}

/// The words a package is found by.
std::string search_text(const Json& manifest, const std::string& publisher) {
  std::string text = publisher;
  if (const std::string* description = find_string(manifest, "description")) text += ' ' + *description;
  if (const Json* keywords = find_member(manifest, "keywords"); keywords != nullptr && keywords->is_array()) {
    for (const Json& keyword : *keywords) {
      if (keyword.is_string()) text += ' ' + keyword.get<std::string>();
    }
  }
  if (const Json* author = find_member(manifest, "author")) {
    const std::string* name =
        author->is_string() ? author->get_ptr<const std::string*>() : find_string(*author, "name");
    if (name != nullptr) text += ' ' + *name;
  }
  return text;
}

std::string stored_manifest(const Json& manifest) {
  Json kept = Json::object();
  for (const auto& [key, value] : manifest.items()) {
    if (std::ranges::find(kOwnMembers, key) == kOwnMembers.end()) kept[key] = value;
  }
  return kept.dump();
}

}  // namespace

Result<PublishCommand> plan_publish(PublishDocument document, Upload& upload, const Publisher& publisher,
                                    const SigningKey& key, Time now) {
  HOIST_CHECK(check_declared(document, upload));
  HOIST_TRY(const std::string_view bytes, upload.bytes());
  const auto summary = package::inspect_tarball(bytes, kTarLimits);
  if (!summary) return unfit(fmt::format("the tarball cannot be used: {}", summary.error().message));
  HOIST_CHECK(check_tarball(document, *summary));

  PublishCommand command{.package = document.package, .now = now};
  VersionRow& row = command.version;
  row.version = document.version;
  row.manifest = stored_manifest(document.manifest);
  row.file_name = fmt::format("{}-{}.tgz", document.package.substr(document.package.find('/') + 1), document.version);
  row.blob = upload.key();
  row.integrity = Integrity::from_digest(HashAlgorithm::kSha512, upload.sha512()).to_string();
  row.shasum = hex_encode(upload.sha1());
  row.size = upload.size();
  row.file_count = summary->files;
  row.unpacked_size = summary->unpacked_size;
  row.has_install_script = runs_install_script(document.manifest, *summary);
  row.has_shrinkwrap = summary->has_shrinkwrap;
  row.publisher = publisher.name;
  row.publisher_email = publisher.email;
  row.published = now;
  row.readme = std::move(document.readme);
  row.readme_filename = std::move(document.readme_filename);
  if (const std::string* deprecated = find_string(document.manifest, "deprecated")) row.deprecated = *deprecated;
  HOIST_TRY(std::string signature, key.sign(fmt::format("{}@{}:{}", command.package, row.version, row.integrity)));
  row.signatures = {{key.keyid(), std::move(signature)}};
  if (!document.sigstore.empty()) {
    HOIST_TRY(Provenance provenance,
              read_provenance(document.sigstore, command.package, row.version, hex_encode(upload.sha512())));
    row.provenance_type = std::move(provenance.predicate_type);
    command.attestations = std::move(provenance.document);
  }
  command.tags = std::move(document.tags);
  command.visibility = document.visibility;
  command.search_text = search_text(document.manifest, publisher.name);
  return command;
}

}  // namespace hoist::registry
