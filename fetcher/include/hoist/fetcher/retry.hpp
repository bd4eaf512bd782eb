#pragma once
/// When a request is sent again, and after how long: pure functions of what happened.

#include <chrono>
#include <optional>
#include <string_view>

namespace hoist::fetcher {

/// npm's `fetch-retries`, `fetch-retry-factor`, `fetch-retry-mintimeout` and `fetch-retry-maxtimeout`.
struct RetryOptions {
  int retries = 2;
  double factor = 10;
  std::chrono::milliseconds min_timeout{10'000};
  std::chrono::milliseconds max_timeout{60'000};
};

/// What one attempt came to: an HTTP status, or an error code when there was no complete answer.
struct AttemptOutcome {
  int status = 0;               ///< 0 when the attempt failed
  std::string_view error_code;  ///< when status is 0
  /// `Retry-After` of a 429 or 503, counted from now.
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// The pause after failed attempt number `attempt` (from 1): min(min_timeout · factor^(attempt-1), max_timeout).
[[nodiscard]] std::chrono::milliseconds retry_delay(const RetryOptions& options, int attempt);

/// The pause before the next attempt, or nullopt when the outcome stands. As make-fetch-happen: never for POST;
/// statuses 408, 420, 429 and 5xx; connections lost or timed out. Names that do not resolve and certificates that do
/// not verify stay so. A server's Retry-After replaces the computed pause, up to max_timeout.
[[nodiscard]] std::optional<std::chrono::milliseconds> next_attempt(const RetryOptions& options, int attempt,
                                                                    std::string_view method,
                                                                    const AttemptOutcome& outcome);

/// `Retry-After`: seconds or an HTTP date; nullopt when it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         std::chrono::system_clock::time_point now);

/// `Sun, 06 Nov 1994 08:49:37 GMT`; nullopt for anything else.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

}  // namespace hoist::fetcher
