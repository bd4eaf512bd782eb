#pragma once
/// Answers for packages that are not here but upstream. Private: handlers are coroutines.

#include "hosted/read_handlers.hpp"
#include "upstream/upstream.hpp"

namespace hoist::registry {

/// A name that was ever published here stays ours: after an unpublish, nobody else's package may take its place.
class UpstreamFallback final : public ReadFallback {
 public:
  UpstreamFallback(Upstream& upstream, PackageStore& store, ThreadPool& workers)
      : upstream_(upstream), store_(store), workers_(workers) {}

  boost::asio::awaitable<Response> packument(Exchange& exchange) override;
  boost::asio::awaitable<Response> manifest(Exchange& exchange, const std::string& selector) override;
  boost::asio::awaitable<Response> tarball(Exchange& exchange, const std::string& file_name) override;

  /// `POST /-/npm/v1/security/advisories/bulk`: answered by the audit uplink, which hears of no name that is ours.
  boost::asio::awaitable<Response> audit(Exchange& exchange) override;

 private:
  /// E404 for a name that is not asked upstream.
  boost::asio::awaitable<Result<void>> check_routed(std::string name);
  boost::asio::awaitable<Upstream::PackageAnswer> find(std::string name);
  [[nodiscard]] Result<std::string> without_own_names(const std::string& body);

  Upstream& upstream_;
  PackageStore& store_;
  ThreadPool& workers_;
};

}  // namespace hoist::registry
