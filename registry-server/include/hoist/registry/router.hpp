#pragma once
/// A request in, an answer out: the whole of the server that is not sockets.

#include <string>

#include "hoist/registry/message.hpp"
#include "hoist/registry/package_catalog.hpp"

namespace hoist::registry {

/// Who may read.
struct AccessOptions {
  std::string required_token;  ///< empty: everyone; otherwise `Authorization: Bearer <token>` is needed
};

/// Answers requests from a catalogue, which must outlive it. Safe from any thread.
class Router {
 public:
  Router(const PackageCatalog& catalog, AccessOptions access);
  /// Always an answer: 200, 206, 304, 400, 401, 404, 405, 414 or 416.
  [[nodiscard]] Response handle(const Request& request) const;

 private:
  [[nodiscard]] bool is_authorized(const Request& request) const;

  const PackageCatalog& catalog_;
  AccessOptions access_;
};

}  // namespace hoist::registry
