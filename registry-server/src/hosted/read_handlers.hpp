#pragma once
/// GET of packuments, manifests and tarballs.

#include "hosted/gate.hpp"
#include "views/hot_blobs.hpp"

namespace hoist::registry {

/// Answers for names that are not here: an upstream. Asked only after the policy has allowed reading.
class ReadFallback {
 public:
  virtual ~ReadFallback() = default;
  /// The full or the abbreviated packument, as the request says.
  virtual boost::asio::awaitable<Response> packument(Exchange& exchange) = 0;
  virtual boost::asio::awaitable<Response> manifest(Exchange& exchange, const std::string& selector) = 0;
  virtual boost::asio::awaitable<Response> tarball(Exchange& exchange, const std::string& file_name) = 0;
  /// A bulk audit; names that are here must not go on.
  virtual boost::asio::awaitable<Response> audit(Exchange& exchange) = 0;
};

class ReadHandlers {
 public:
  /// `fallback` may be null: then what is not here does not exist.
  ReadHandlers(PackageGate& gate, PackageStore& packages, BlobStore& blobs, ReadFallback* fallback)
      : gate_(gate), packages_(packages), blobs_(blobs), fallback_(fallback) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<Response> packument(Exchange& exchange);
  boost::asio::awaitable<Response> manifest(Exchange& exchange);
  boost::asio::awaitable<Response> tarball(Exchange& exchange);
  boost::asio::awaitable<Response> attestations(Exchange& exchange);
  boost::asio::awaitable<Response> send_tarball(const Exchange& exchange, const TarballFacts& facts);

  PackageGate& gate_;
  PackageStore& packages_;
  BlobStore& blobs_;
  ReadFallback* fallback_;
  HotBlobs hot_{4U << 20U};
};

/// The tarball of a request: the selector, or for `/@s/n/-/@s/n-1.0.0.tgz` the last part of it.
[[nodiscard]] std::string requested_file(const Exchange& exchange);

}  // namespace hoist::registry
