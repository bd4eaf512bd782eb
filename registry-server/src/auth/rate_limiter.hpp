#pragma once
/// Failed logins, counted per key (a user, an address), so that guessing is slow and nobody else notices.

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/clock.hpp"

namespace hoist::registry {

struct RateLimit {
  unsigned attempts = 10;            ///< that many within the window, then none
  std::chrono::seconds window{300};  ///< counted from the first
};

/// Thread safe. Bounded: beyond kMaxKeys the oldest windows are forgotten first.
class RateLimiter {
 public:
  static constexpr std::size_t kMaxKeys = 100'000;
  /// `clock` must outlive the limiter.
  RateLimiter(RateLimit limit, const Clock& clock) : limit_(limit), clock_(clock) {}

  /// Takes one attempt. The seconds to wait when none is left.
  [[nodiscard]] std::optional<std::chrono::seconds> take(std::string_view key);
  /// A success: gives the attempt back, so that only failures count.
  void give_back(std::string_view key);

 private:
  struct Window {
    Clock::TimePoint begin;
    unsigned used = 0;
  };
  void make_room(Clock::TimePoint now);

  const RateLimit limit_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace hoist::registry
