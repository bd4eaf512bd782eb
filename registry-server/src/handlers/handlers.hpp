#pragma once
/// One function per route family. Each gets a package that exists and answers from it.

#include "hoist/registry/message.hpp"
#include "hoist/registry/package_catalog.hpp"
#include "hoist/registry/route.hpp"

namespace hoist::registry {

[[nodiscard]] Response handle_ping();
/// The full or the abbreviated packument, as Accept says.
[[nodiscard]] Response handle_packument(const Request& request, const Route& route, const PackageEntry& package);
/// One version's manifest, by version or by tag.
[[nodiscard]] Response handle_manifest(const Request& request, const Route& route, const PackageEntry& package);
[[nodiscard]] Response handle_dist_tags(const Request& request, const PackageEntry& package);
/// A tarball, whole or in part.
[[nodiscard]] Response handle_tarball(const Request& request, const Route& route, const PackageEntry& package);

/// A JSON document: content negotiation, validators and 304.
[[nodiscard]] Response document_response(const Request& request, const Document& document,
                                         std::string_view content_type, std::chrono::sys_seconds modified);

}  // namespace hoist::registry
