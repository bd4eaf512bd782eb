#pragma once
/// From a request to an answer: route, identity, handler, log.

#include <atomic>

#include "hoist/base/thread_pool.hpp"
#include "hosted/metrics.hpp"
#include "http/route_table.hpp"

namespace hoist::registry {

/// Routes that are looked up before the table: a family with an identity of its own, as logging in has.
class RouteFamily {
 public:
  virtual ~RouteFamily() = default;
  /// Whether the path (decoded, below `/-/`) is one of this family's.
  [[nodiscard]] virtual bool owns(std::span<const std::string> segments) const = 0;
  virtual boost::asio::awaitable<Response> serve(const Request& request, BodyReader& body,
                                                 std::vector<std::string> segments, std::string_view query) = 0;
};

/// Takes one line of JSON without its newline; called from every network thread.
using LogSink = std::function<void(const std::string& line)>;

/// A request target fit for a log: secrets that clients put into paths and queries become `***`.
[[nodiscard]] std::string redact_target(std::string_view target);

class HostedService final : public Service {
 public:
  /// `log` may be empty.
  HostedService(const RouteTable& routes, Authenticator& authenticator, ThreadPool& workers, Metrics& metrics,
                LogSink log)
      : routes_(routes), authenticator_(authenticator), workers_(workers), metrics_(metrics), log_(std::move(log)) {}
  /// Before the first request; `family` outlives the service.
  void add_family(RouteFamily& family) { families_.push_back(&family); }

  boost::asio::awaitable<Response> serve(const Request& request, BodyReader& body) override;

 private:
  boost::asio::awaitable<Response> answer(const Request& request, BodyReader& body, std::string& user);
  boost::asio::awaitable<Result<Identity>> identify(const Request& request);
  RouteFamily* find_family(std::string_view path, std::vector<std::string>& segments) const;
  void write_log(const Request& request, const Response& response, const std::string& user,
                 std::chrono::nanoseconds duration) const;

  const RouteTable& routes_;
  Authenticator& authenticator_;
  ThreadPool& workers_;
  Metrics& metrics_;
  LogSink log_;
  std::vector<RouteFamily*> families_;
  std::atomic<std::uint64_t> next_request_{0};
};

}  // namespace hoist::registry
