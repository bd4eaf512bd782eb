#pragma once
/// What goes to a registry with a publish.

#include <filesystem>
#include <map>
#include <string>

#include "cli/packing/packing.hpp"
#include "hoist/package/publish_manifest.hpp"

namespace hoist::cli {

/// `publishConfig`, where the command line does not say otherwise, over the configuration.
struct PublishSettings {
  std::string registry;  ///< empty: as configured
  std::map<std::string, std::string, std::less<>> scope_registries;
  std::string tag;
  bool default_tag = true;  ///< nobody chose the tag
  std::string access;       ///< empty: the registry decides
};

[[nodiscard]] PublishSettings publish_settings(const Config& config, const Json& manifest);

/// The manifest of what is published: a folder's own, or that inside of a tarball.
[[nodiscard]] Result<package::PublishManifest> publish_manifest_of(const PackTarget& target, std::string_view tarball,
                                                                   Reporter& reporter);

/// The body of a publish request (libnpmpublish). EBADSEMVER for a version that is none.
[[nodiscard]] Result<Json> publish_document(Json manifest, std::string_view tarball, const PublishSettings& settings,
                                            const std::string& registry, std::string_view npm_version,
                                            std::string_view node_version);

/// Puts a finished provenance bundle (`provenance-file`) into the body. It must speak of this very tarball; its
/// signatures are for the registry to check.
[[nodiscard]] Result<void> attach_provenance(Json& document, const std::filesystem::path& file);

}  // namespace hoist::cli
