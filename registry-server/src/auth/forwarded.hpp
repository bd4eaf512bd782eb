#pragma once
/// Who the client is, and how it reached us, when a proxy stands before the server.

#include <span>
#include <string>
#include <string_view>

#include "auth/cidr.hpp"

namespace hoist::registry {

struct ClientOrigin {
  IpAddress address;
  bool https = false;
};

/// The peer itself unless it is a trusted proxy. Then `X-Forwarded-For` is read from the right: the first address that
/// is no trusted proxy is the client, since everything to its left is the client's own claim. A malformed entry ends
/// the walk at the last proxy that vouched. `X-Forwarded-Proto` counts from a trusted peer only.
[[nodiscard]] ClientOrigin resolve_client(const IpAddress& peer, bool peer_https, std::string_view forwarded_for,
                                          std::string_view forwarded_proto, std::span<const Cidr> trusted);

}  // namespace hoist::registry
