#pragma once
/// `/-/package/{pkg}/owners`: how pnpm manages owners. npm's way is in unpublish_handlers.

#include "hoist/registry/metadata_store.hpp"
#include "hosted/gate.hpp"

namespace hoist::registry {

class OwnerHandlers {
 public:
  OwnerHandlers(PackageGate& gate, MetadataStore& store) : gate_(gate), store_(store) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> list(Exchange& exchange);
  boost::asio::awaitable<Response> add(Exchange& exchange);
  boost::asio::awaitable<Response> remove(Exchange& exchange);
  boost::asio::awaitable<Response> apply(const Exchange& exchange, PackagePatch patch);

  PackageGate& gate_;
  MetadataStore& store_;
};

}  // namespace hoist::registry
