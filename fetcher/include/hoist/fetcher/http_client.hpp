#pragma once
/// HTTP requests: HTTP/2 over TLS, HTTP/1.1 with kept connections, redirects, retries, proxies, limits, deadlines.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/integrity.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"
#include "hoist/fetcher/headers.hpp"
#include "hoist/fetcher/retry.hpp"

namespace hoist::fetcher {

/// Which certificates are trusted, and which one is shown. Values come from configuration; nothing is read from the
/// environment here.
struct TlsOptions {
  bool strict_ssl = true;
  std::string cafile;           ///< replaces the system's authorities; a missing file is ignored, as npm does
  std::vector<std::string> ca;  ///< PEM texts, replace the system's authorities too
  std::string extra_ca_file;    ///< NODE_EXTRA_CA_CERTS: trusted besides the others
  std::string ssl_cert_file;    ///< SSL_CERT_FILE: the system's authorities, when neither cafile nor ca is given
  std::string cert;             ///< PEM, npm's `cert`
  std::string key;              ///< PEM, npm's `key`
};

/// `proxy`, `https-proxy` and `noproxy` of the configuration, and the environment's variables they stand before.
struct ProxyOptions {
  std::string proxy;
  std::string https_proxy;
  std::string no_proxy;         ///< comma-separated
  std::string env_https_proxy;  ///< HTTPS_PROXY
  std::string env_http_proxy;   ///< HTTP_PROXY
  std::string env_proxy;        ///< PROXY
  std::string env_no_proxy;     ///< NO_PROXY
};

/// The proxy for a URL as npm (@npmcli/agent) picks it; empty when the request goes straight.
[[nodiscard]] std::string choose_proxy(std::string_view url, const ProxyOptions& options);

struct HttpOptions {
  /// npm's `fetch-timeout`: the longest silence on a connection.
  std::chrono::milliseconds fetch_timeout{300'000};
  RetryOptions retry;
  TlsOptions tls;
  ProxyOptions proxy;
  std::string local_address;
  /// npm's `maxsockets`: requests at a time to one origin that speaks HTTP/1.1. 8 to 16 connections are the fastest
  /// (docs/performance.md); more only cost CPU time.
  unsigned max_sockets = 16;
  /// Streams at a time on an HTTP/2 connection.
  unsigned max_streams = 100;
  bool http2 = true;
  int max_redirects = 20;
  /// Upper bound of a pause that a server asks for comes from retry.max_timeout.
};

/// A certificate and key of one request, npm's `//host/:certfile` and `keyfile` read into PEM.
struct ClientCertificate {
  std::string cert;
  std::string key;
};

struct HttpResponse {
  int status = 0;
  std::string reason;  ///< `Not Found`; the standard phrase where HTTP/2 sends none
  Headers headers;
  std::string body;                    ///< empty when it was streamed; inflated unless HttpRequest::raw_body
  std::string url;                     ///< after redirects
  std::uint64_t body_size = 0;         ///< bytes received
  std::optional<Integrity> integrity;  ///< what HttpRequest::hash asked for, of a 2xx body as it came
  int attempts = 1;
  [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
};

/// Requests of a higher class are started first.
enum class Priority : std::uint8_t { kUrgent, kNormal, kBulk };

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  Priority priority = Priority::kNormal;
  /// From send() to the answer, pauses included; zero = none. fetch_timeout applies besides.
  std::chrono::milliseconds deadline{0};
  bool retry = true;
  bool follow_redirects = true;
  /// Offers gzip. Off for tarballs and for streaming.
  bool accept_gzip = true;
  /// Leaves a gzip body as it came, for the caller to inflate on a thread of his own (inflate_body).
  bool raw_body = false;
  std::uint64_t max_body = 512ULL << 20U;       ///< bytes on the wire; EBADSIZE beyond
  std::uint64_t max_inflated = 1024ULL << 20U;  ///< bytes after inflating; EBADSIZE beyond
  /// Digests to compute while a 2xx body arrives.
  std::vector<HashAlgorithm> hash;
  /// What a 2xx body must hash to; EINTEGRITY otherwise (after one more try, as npm). A streaming caller has seen the
  /// bytes.
  std::optional<Integrity> expected;
  std::optional<ClientCertificate> client_certificate;
  /// Streaming, on the I/O thread: the head of a final answer, then each piece of a 2xx body; false gives the request
  /// up (ECANCELED). on_restart: a retry begins, forget the pieces so far. Bodies of other statuses land in
  /// HttpResponse::body.
  std::function<void(const HttpResponse& head)> on_head;
  std::function<bool(std::string_view piece)> on_body;
  std::function<void()> on_restart;
};

/// Inflates a gzip body in place when `Content-Encoding` says so. EBADSIZE beyond `limit`, EBADENCODING when it is
/// damaged or an encoding nobody asked for.
[[nodiscard]] Result<void> inflate_body(HttpResponse& response, std::uint64_t limit);

/// Thread safe. Owns one I/O thread, started by the first request together with the HTTP library (7-10 ms, which a
/// command that needs no network does not pay).
class HttpClient {
 public:
  using RequestId = std::uint64_t;
  using Callback = std::move_only_function<void(Result<HttpResponse>)>;

  HttpClient(HttpOptions options, Reporter& reporter);
  /// Unfinished requests end with ECANCELED, then the thread is joined.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any HTTP status is an answer. Errors: ECONNREFUSED, ECONNRESET, ENOTFOUND, ETIMEDOUT, ERR_SOCKET_TIMEOUT,
  /// certificate codes as node names them, EINTEGRITY, EBADSIZE, EMAXREDIRECT, EINVALIDURL, …; messages name the URL
  /// without credentials. `done` runs exactly once, on the I/O thread (never inside send), and must be quick.
  RequestId send(HttpRequest request, Callback done);
  /// The request ends with ECANCELED unless it has ended.
  void cancel(RequestId id);
  /// Moves a waiting request to the front.
  void hurry(RequestId id);
  /// send() and wait. Not to be called on the I/O thread.
  [[nodiscard]] Result<HttpResponse> perform(HttpRequest request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hoist::fetcher
