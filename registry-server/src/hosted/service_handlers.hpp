#pragma once
/// What is about the server and not about a package: health, keys, audit, metrics.

#include "hoist/base/signing.hpp"
#include "hoist/registry/metadata_store.hpp"
#include "hosted/gate.hpp"
#include "hosted/metrics.hpp"

namespace hoist::registry {

class ServiceHandlers {
 public:
  ServiceHandlers(PackageGate& gate, MetadataStore& store, BlobStore& blobs, const SigningKey& key,
                  const Metrics& metrics)
      : gate_(gate), store_(store), blobs_(blobs), key_(key), metrics_(metrics) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> ready(Exchange& exchange);
  boost::asio::awaitable<Response> keys(Exchange& exchange);
  boost::asio::awaitable<Response> root(Exchange& exchange);
  boost::asio::awaitable<Response> metrics(Exchange& exchange);
  boost::asio::awaitable<Response> audit(Exchange& exchange);
  boost::asio::awaitable<Response> old_audit(Exchange& exchange);

  PackageGate& gate_;
  MetadataStore& store_;
  BlobStore& blobs_;
  const SigningKey& key_;
  const Metrics& metrics_;
};

}  // namespace hoist::registry
