#include "publish/publish_document.hpp"

#include "hoist/package/package_name.hpp"
#include "hoist/package/range.hpp"
#include "hoist/package/version.hpp"
#include "hoist/registry/path.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kLongestTag = 256;
constexpr std::size_t kReadmeLimit = 64U << 10U;

std::unexpected<Error> bad(std::string message) { return fail("E400", std::move(message)); }
std::unexpected<Error> unfit(std::string message) { return fail("E422", std::move(message)); }

Result<void> check_name(const Json& document, const std::string& package, bool is_new) {
  const std::string* name = find_string(document, "name");
  if (name == nullptr || *name != package) return bad("the name in the document is not the name in the URL");
  const std::string* id = find_string(document, "_id");
  if (id != nullptr && *id != package) return bad("the _id in the document is not the name in the URL");
  if (!is_new) return {};
  const auto validity = package::validate_package_name(package);
  if (validity.valid_for_new_packages) return {};
  const std::string reason = !validity.errors.empty()     ? validity.errors.front()
                             : !validity.warnings.empty() ? validity.warnings.front()
                                                          : "it is not allowed";
  return bad(fmt::format("invalid package name \"{}\": {}", package, reason));
}

/// The only version of the document, with its manifest.
Result<std::pair<std::string, const Json*>> only_version(const Json& document) {
  const Json* versions = find_member(document, "versions");
  if (versions == nullptr || !versions->is_object() || versions->size() != 1) {
    return bad("a publish has exactly one version");
  }
  const auto item = versions->begin();
  if (!item.value().is_object()) return bad("the manifest is not an object");
  return std::pair(item.key(), &item.value());
}

Result<void> check_version(const std::string& key, const Json& manifest, const std::string& package) {
  const std::string* name = find_string(manifest, "name");
  if (name == nullptr || *name != package) return unfit("the name in the manifest is not the name of the package");
  const std::string* version = find_string(manifest, "version");
  if (version == nullptr || *version != key)
    return unfit("the version in the manifest is not the version it stands under");
  const auto parsed = package::Version::parse(key);
  if (!parsed || parsed->to_string() != key) {
    return unfit(fmt::format("\"{}\" is not a semantic version in its normal form", key));
  }
  return {};
}

Result<std::map<std::string, std::string, std::less<>>> read_tags(const Json& document, const std::string& version) {
  std::map<std::string, std::string, std::less<>> tags;
  const Json* member = find_member(document, "dist-tags");
  if (member == nullptr || member->is_null()) return tags;
  if (!member->is_object()) return bad("dist-tags is not an object");
  for (const auto& [tag, target] : member->items()) {
    HOIST_CHECK(check_tag(tag));
    if (target != version) return bad(fmt::format("tag {} does not point to the version that is published", tag));
    tags.emplace(tag, version);
  }
  return tags;
}

Result<std::optional<Visibility>> read_visibility(const Json& document) {
  const Json* access = find_member(document, "access");
  if (access == nullptr || access->is_null()) return std::nullopt;
  if (*access == "public") return Visibility::kPublic;
  if (*access == "restricted") return Visibility::kRestricted;
  return bad("access must be null, \"public\" or \"restricted\"");
}

/// The tarball under its own name, whichever of the two a client uses, and at most one attestation.
Result<void> read_attachments(const Json& document, PublishDocument& out) {
  const Json* attachments = find_member(document, "_attachments");
  if (attachments == nullptr || !attachments->is_object()) return bad("_attachments is not an object");
  const std::string bare = out.package.substr(out.package.find('/') + 1);
  bool has_tarball = false;
  for (const auto& [name, attachment] : attachments->items()) {
    const std::string stem = name.substr(0, name.rfind('.'));
    const bool is_ours =
        std::ranges::any_of(std::array<std::string_view, 2>{out.package, bare},
                            [&](std::string_view base) { return stem == fmt::format("{}-{}", base, out.version); });
    const std::string* data = find_string(attachment, "data");
    const Json* length = find_member(attachment, "length");
    if (!is_ours || data == nullptr) return bad("an attachment does not belong to this version");
    if (name.ends_with(".sigstore") && out.sigstore.empty()) {
      out.sigstore = *data;
      continue;
    }
    // The scanner streamed the content away; text that is still here came under a key spelled with escapes.
    if (!name.ends_with(".tgz") || has_tarball || !data->empty()) return bad("a publish has exactly one tarball");
    has_tarball = true;
    if (length == nullptr) continue;
    if (!length->is_number_unsigned()) return bad("the length of the attachment is not a number");
    out.declared_size = length->get<std::uint64_t>();
  }
  if (!has_tarball) return bad("a version needs its tarball");
  return {};
}

}  // namespace

Result<void> check_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > kLongestTag || !is_plain_segment(tag) || tag.starts_with('-')) {
    return bad("not a possible dist-tag");
  }
  if (package::Range::parse(tag, {.loose = true})) {
    return bad(fmt::format("tag name must not be a valid SemVer range: {}", tag));
  }
  return {};
}

std::string clip_readme(const std::string& text) {
  if (text.size() <= kReadmeLimit) return text;
  std::size_t end = kReadmeLimit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool has_attachments(const Json& document) {
  const Json* attachments = find_member(document, "_attachments");
  return attachments != nullptr && attachments->is_object() && !attachments->empty();
}

Result<PublishDocument> read_publish_document(const Json& document, const std::string& package, bool is_new) {
  HOIST_CHECK(check_name(document, package, is_new));
  HOIST_TRY(const auto version, only_version(document));
  HOIST_CHECK(check_version(version.first, *version.second, package));
  PublishDocument out{.package = package, .version = version.first, .manifest = *version.second};
  HOIST_TRY(out.tags, read_tags(document, out.version));
  HOIST_TRY(out.visibility, read_visibility(document));
  HOIST_CHECK(read_attachments(document, out));
  const std::string* readme = find_string(out.manifest, "readme");
  if (readme == nullptr) readme = find_string(document, "readme");
  if (readme != nullptr) out.readme = clip_readme(*readme);
  const std::string* file = find_string(out.manifest, "readmeFilename");
  if (file != nullptr) out.readme_filename = *file;
  return out;
}

}  // namespace hoist::registry
