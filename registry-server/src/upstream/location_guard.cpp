#include "upstream/location_guard.hpp"

#include "auth/cidr.hpp"

namespace hoist::registry {
namespace {

bool is_private_literal(const Url& url) {
  std::string_view host = url.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const auto address = IpAddress::parse(host);
  return address && address->is_private();
}

bool is_own(const Url& own, const Url& url) { return own.host == url.host && own.port == url.port; }

bool is_listed(const UplinkOptions& uplink, const Url& url) {
  return std::ranges::any_of(uplink.hosts, [&url](const std::string& host) {
    return host == url.host || host == fmt::format("{}:{}", url.host, url.port);
  });
}

/// Nothing that an answer says may turn encryption off or reach into the network we stand in.
bool may_visit(const UplinkOptions& uplink, const Url& own, const Url& url) {
  if (own.scheme == "https" && url.scheme != "https") return false;
  if (is_own(own, url)) return true;
  return is_listed(uplink, url) && (uplink.allow_private || !is_private_literal(url));
}

}  // namespace

Result<Url> check_redirect(const UplinkOptions& uplink, const Url& from, std::string_view location) {
  HOIST_TRY(const Url own, Url::parse(uplink.url));
  HOIST_TRY(Url target, from.resolve(location));
  if (!target.username.empty() || !target.password.empty() || !may_visit(uplink, own, target)) {
    return fail("EUPSTREAM", fmt::format("uplink {} redirects to a host that is not allowed: {}", uplink.name,
                                         redact(target.origin())));
  }
  return target;
}

std::optional<Url> locate_tarball(const UplinkOptions& uplink, std::string_view dist_tarball) {
  const auto own = Url::parse(uplink.url);
  auto url = Url::parse(dist_tarball);
  if (!own || !url) return std::nullopt;
  url->fragment.clear();
  url->username.clear();
  url->password.clear();
  if (may_visit(uplink, *own, *url)) return *std::move(url);
  Url moved = *own;
  moved.path = url->path;
  moved.query = url->query;
  // A mirror below a path prefix has the paths of the registry it mirrors below that prefix.
  if (!moved.path.starts_with(own->path)) moved.path = own->path + moved.path.substr(1);
  return moved;
}

bool may_send_credential(const UplinkOptions& uplink, const Url& url) {
  const auto own = Url::parse(uplink.url);
  return own && is_own(*own, url) && own->scheme == url.scheme;
}

}  // namespace hoist::registry
