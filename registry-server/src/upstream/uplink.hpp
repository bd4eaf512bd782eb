#pragma once
/// One upstream registry: requests with its credential, its limits, its circuit.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hoist/base/clock.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/base/url.hpp"
#include "hoist/fetcher/http_client.hpp"
#include "hoist/registry/config.hpp"
#include "upstream/circuit_breaker.hpp"
#include "upstream/filters.hpp"

namespace hoist::registry {

/// What to ask an uplink for.
struct UplinkRequest {
  std::string method = "GET";
  Url url;
  fetcher::Headers headers;
  std::string body;
  std::uint64_t max_body = 0;
  std::optional<Integrity> expected;  ///< what a 2xx body must hash to
  bool is_tarball = false;            ///< no encoding is offered
};

/// Thread safe. Everything it is given must outlive it.
class Uplink {
 public:
  using Callback = std::move_only_function<void(Result<fetcher::HttpResponse>)>;

  Uplink(UplinkOptions options, VersionFilter filter, const Clock& clock, Reporter& reporter);

  /// Follows redirects that the location guard lets pass. An answer is any status but 408, 429 and 5xx, which are
  /// failures like a lost connection: E503 (hint: seconds to wait). E503 at once while the circuit is open. EINTEGRITY,
  /// EBADSIZE and EUPSTREAM for an answer that must not be used. A gzip body comes as it is: see fetcher::inflate_body.
  /// `done` runs on the client's I/O thread, or inside the call when the circuit is open, and must be quick.
  void send(UplinkRequest request, Callback done);
  /// Unfinished requests end with ECANCELED; returns when they have.
  void stop();

  [[nodiscard]] const UplinkOptions& options() const noexcept { return options_; }
  [[nodiscard]] const VersionFilter& filter() const noexcept { return filter_; }
  [[nodiscard]] const Url& url() const noexcept { return url_; }
  [[nodiscard]] bool is_down() const { return breaker_.is_open(); }

 private:
  void send_hop(UplinkRequest request, int hop, Callback done);
  [[nodiscard]] fetcher::HttpRequest to_http(const UplinkRequest& request) const;
  void finish(Result<fetcher::HttpResponse> response, Callback& done);

  const UplinkOptions options_;
  const VersionFilter filter_;
  Url url_;
  Reporter& reporter_;
  CircuitBreaker breaker_;
  std::mutex mutex_;  // held while a request is handed over, so that stop() cannot come in between
  std::unique_ptr<fetcher::HttpClient> http_;
};

}  // namespace hoist::registry
