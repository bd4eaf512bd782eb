#pragma once
/// TLS configuration read into memory, once per client.

#include <string>

#include "hoist/base/reporter.hpp"
#include "hoist/fetcher/http_client.hpp"

namespace hoist::fetcher {

struct TlsMaterial {
  bool verify = true;
  bool replaces_system = false;  ///< authorities are only those in ca_pem
  std::string ca_pem;            ///< empty = libcurl's own default
  std::string cert_pem;
  std::string key_pem;
};

/// `default_bundle` is libcurl's own file of authorities, needed when others are added to it. A file that cannot be
/// read is reported and passed over, as npm and node do: verification can then only become stricter.
[[nodiscard]] TlsMaterial read_tls_material(const TlsOptions& options, const std::string& default_bundle,
                                            Reporter& reporter);

}  // namespace hoist::fetcher
