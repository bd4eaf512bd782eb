#pragma once
/// Which credential goes to which URL: npm-registry-fetch's rules.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/base/url.hpp"
#include "hoist/fetcher/http_client.hpp"

namespace hoist::fetcher {

/// Configuration as .npmrc writes it: `//host/path/:_authToken` → value; also `:_auth`, `:username`, `:_password`,
/// `:certfile`,
/// `:keyfile`, and `:_keys` which is of no use here.
using CredentialMap = std::map<std::string, std::string, std::less<>>;

/// What a request shows to a server.
struct Credential {
  std::string authorization;  ///< the header's value; empty = none
  std::optional<ClientCertificate> certificate;
  std::string source;  ///< `//host/path/`: the key that matched, without the setting's name; empty = none
  /// Set when nothing matched this URL although the scope's registry has a credential: npm's "No auth for URI" warning.
  std::string scope_key;
};

/// `//host[:port]/path/`: the prefix of a URL's credential keys.
[[nodiscard]] std::string nerf_dart(const Url& url);

/// The credential for `url`: the longest key that is a prefix of its path, else the one of `registry` when that is on
/// the same host. Certificate files that do not exist are ignored. EINVALIDURL when `url` is none; errors of reading
/// certificates.
[[nodiscard]] Result<Credential> find_credential(std::string_view url, std::string_view registry,
                                                 std::string_view default_registry, const CredentialMap& credentials);

}  // namespace hoist::fetcher
