#pragma once
/// `/-/package/{pkg}/dist-tags`.

#include "hosted/gate.hpp"

namespace hoist::registry {

class TagHandlers {
 public:
  TagHandlers(PackageGate& gate, PackageStore& packages) : gate_(gate), packages_(packages) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> list(Exchange& exchange);
  boost::asio::awaitable<Response> set(Exchange& exchange);
  boost::asio::awaitable<Response> remove(Exchange& exchange);
  boost::asio::awaitable<Response> set_many(Exchange& exchange, bool replace);
  boost::asio::awaitable<Response> apply(const Exchange& exchange, PackagePatch patch);

  PackageGate& gate_;
  PackageStore& packages_;
};

}  // namespace hoist::registry
