#pragma once
/// PUT of a package document: a publish when it brings a tarball, otherwise a change of metadata.

#include "hoist/registry/metadata_store.hpp"
#include "hosted/gate.hpp"
#include "publish/publish_plan.hpp"

namespace hoist::registry {

struct PublishLimits {
  std::uint64_t tarball_bytes = 100U << 20U;  ///< of the tarball itself, whatever base64 makes of it
  std::size_t document_bytes = 32U << 20U;    ///< of everything else; an old client sends whole packuments back
};

class PublishHandlers {
 public:
  PublishHandlers(PackageGate& gate, MetadataStore& store, BlobStore& blobs, const SigningKey& key,
                  PublishLimits limits)
      : gate_(gate), store_(store), blobs_(blobs), key_(key), limits_(limits) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> put(Exchange& exchange);
  boost::asio::awaitable<Result<std::string>> receive(Exchange& exchange, Upload& upload);
  boost::asio::awaitable<Response> change(const Exchange& exchange, const Json& document);
  Result<PublishResult> publish(const Json& document, const std::string& package, bool is_new, Upload& upload,
                                const std::string& user);

  PackageGate& gate_;
  MetadataStore& store_;
  BlobStore& blobs_;
  const SigningKey& key_;
  const PublishLimits limits_;
};

/// `{"ok":true,"success":true,"id":…,"rev":…}` with the package's present revision.
[[nodiscard]] Response changed_response(int status, PackageStore& packages, const std::string& name);

}  // namespace hoist::registry
