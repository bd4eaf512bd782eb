#include "auth/forwarded.hpp"

#include "hoist/base/text.hpp"

namespace hoist::registry {

ClientOrigin resolve_client(const IpAddress& peer, bool peer_https, std::string_view forwarded_for,
                            std::string_view forwarded_proto, std::span<const Cidr> trusted) {
  ClientOrigin origin{.address = peer, .https = peer_https};
  if (!contains_address(trusted, peer)) return origin;
  const auto claims = split(forwarded_for, ',');
  for (auto claim = claims.rbegin(); claim != claims.rend(); ++claim) {
    const auto address = IpAddress::parse(trim(*claim));
    if (!address) break;
    origin.address = *address;
    if (!contains_address(trusted, *address)) break;
  }
  const auto proto = trim(forwarded_proto.substr(forwarded_proto.rfind(',') + 1));
  if (!proto.empty()) origin.https = proto == "https";
  return origin;
}

}  // namespace hoist::registry
