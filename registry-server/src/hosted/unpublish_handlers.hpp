#pragma once
/// The `-rev` routes: unpublishing, and the owner changes that npm sends the same way.

#include "hoist/registry/metadata_store.hpp"
#include "hosted/gate.hpp"

namespace hoist::registry {

class UnpublishHandlers {
 public:
  UnpublishHandlers(PackageGate& gate, MetadataStore& store) : gate_(gate), store_(store) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> put(Exchange& exchange);
  boost::asio::awaitable<Response> remove_package(Exchange& exchange);
  boost::asio::awaitable<Response> remove_tarball(Exchange& exchange);
  Result<void> apply(const Json& document, const std::string& name, const std::string& rev, const Identity& who);

  PackageGate& gate_;
  MetadataStore& store_;
};

/// E404 for a name that is no user of this registry: nobody could ever act as that owner.
[[nodiscard]] Result<void> check_users(AccountStore& accounts, const std::vector<std::string>& names);

}  // namespace hoist::registry
