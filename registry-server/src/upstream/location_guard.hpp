#pragma once
/// Where a request to an upstream may go: what it answers must not choose our targets.

#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/url.hpp"
#include "hoist/registry/config.hpp"

namespace hoist::registry {

/// A redirect of `from` to `location`: to the uplink's own host and port or one of its listed hosts, never from https
/// down to http, never to a private address unless that is the uplink itself or allowed. EUPSTREAM otherwise.
[[nodiscard]] Result<Url> check_redirect(const UplinkOptions& uplink, const Url& from, std::string_view location);

/// The URL from which a tarball is fetched: `dist.tarball` where it lies on the uplink's or a listed host, else its
/// path on the uplink's host (mirrors keep the URLs of the registry they mirror). nullopt when there is no usable path.
[[nodiscard]] std::optional<Url> locate_tarball(const UplinkOptions& uplink, std::string_view dist_tarball);

/// Whether the uplink's credential may be sent there.
[[nodiscard]] bool may_send_credential(const UplinkOptions& uplink, const Url& url);

}  // namespace hoist::registry
