#pragma once
/// What a publish document claims, checked as far as that goes without the tarball. Pure functions.

#include "hoist/base/json.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// One version out of a document that is well-formed and agrees with itself.
struct PublishDocument {
  std::string package;
  std::string version;
  Json manifest;                                         ///< as sent
  std::map<std::string, std::string, std::less<>> tags;  ///< all to `version`
  std::optional<Visibility> visibility;
  std::string readme, readme_filename;
  std::string sigstore;                        ///< the bundle as JSON text; empty: none
  std::optional<std::uint64_t> declared_size;  ///< of the tarball
};

/// `document` is what PublishScanner collected; `package` is the name in the URL, `is_new` whether no such package
/// exists. E400 for what is malformed or contradicts itself, E422 for a manifest no client should ever see.
[[nodiscard]] Result<PublishDocument> read_publish_document(const Json& document, const std::string& package,
                                                            bool is_new);

/// True when the document brings a tarball or an attestation: a publish. Otherwise it is a change of metadata.
[[nodiscard]] bool has_attachments(const Json& document);

/// E400 for a tag that could be taken for a version or a range, or that no URL could hold.
[[nodiscard]] Result<void> check_tag(std::string_view tag);

/// The first 64 KiB, cut between characters.
[[nodiscard]] std::string clip_readme(const std::string& text);

}  // namespace hoist::registry
