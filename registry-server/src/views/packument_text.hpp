#pragma once
/// From rows to the documents that clients read.

#include <string>
#include <string_view>

#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// `2024-01-01T00:00:00.000Z`.
[[nodiscard]] std::string to_iso_time(Time time);

/// The `_rev` of a package: `<revision>-<mark>`. Clients hand it back unchanged.
[[nodiscard]] std::string rev_of(const PackageRow& package);

/// `https://registry/@acme/ui/-/ui-1.0.0.tgz`, from this server's own address and never from what a request says.
[[nodiscard]] std::string tarball_url(std::string_view public_url, std::string_view package,
                                      std::string_view file_name);

/// One version: what the publisher sent, and the registry's own members after it.
[[nodiscard]] std::string manifest_text(const PackageSnapshot& package, const VersionRow& version,
                                        std::string_view public_url);
/// Every version with everything; `readme` is that of `latest`.
[[nodiscard]] std::string full_text(const PackageSnapshot& package, std::string_view public_url);
/// What an install needs. Holds `time` as well, so that a minimum release age can be applied without the full document.
[[nodiscard]] std::string abbreviated_text(const PackageSnapshot& package, std::string_view public_url);

}  // namespace hoist::registry
