#pragma once
/// The account routes behind a server. Private: includes Asio.

#include "account/api.hpp"
#include "hosted/hosted_service.hpp"

namespace hoist::registry {

/// Runs the calls of an AccountApi on threads of its own: hashing must not wait for, or hold up, the workers that read
/// packages. More calls at a time than a bound are refused with 429.
class AccountFamily final : public RouteFamily {
 public:
  /// `base_url` (with a final slash) is where clients reach this server. The api outlives the family.
  AccountFamily(AccountApi& api, std::string base_url) : api_(api), base_url_(std::move(base_url)) {}

  [[nodiscard]] bool owns(std::span<const std::string> segments) const override { return AccountApi::owns(segments); }
  boost::asio::awaitable<Response> serve(const Request& request, BodyReader& body, std::vector<std::string> segments,
                                         std::string_view query) override;

 private:
  static constexpr unsigned kThreads = 8;
  static constexpr int kMaxWaiting = 256;

  AccountApi& api_;
  const std::string base_url_;
  std::atomic<int> waiting_{0};
  ThreadPool threads_{kThreads};  // joined before anything above goes
};

}  // namespace hoist::registry
