#include "hoist/fetcher/retry.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "hoist/base/text.hpp"

namespace hoist::fetcher {
namespace {

constexpr std::array<std::string_view, 12> kTransientErrors{
    "ECONNRESET",  "ECONNREFUSED", "EADDRINUSE",   "ETIMEDOUT", "ERR_SOCKET_TIMEOUT", "EHOSTUNREACH",
    "ENETUNREACH", "ENETDOWN",     "ECONNABORTED", "EPIPE",     "EAI_AGAIN",          "EPROTO"};

bool is_transient(const AttemptOutcome& outcome) {
  if (outcome.status == 0) return std::ranges::find(kTransientErrors, outcome.error_code) != kTransientErrors.end();
  return outcome.status == 408 || outcome.status == 420 || outcome.status == 429 || outcome.status >= 500;
}

bool parse_number(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::chrono::milliseconds retry_delay(const RetryOptions& options, int attempt) {
  const double first = std::max<double>(static_cast<double>(options.min_timeout.count()), 1.0);
  const double pause = std::round(first * std::pow(options.factor, std::max(attempt - 1, 0)));
  const auto limit = static_cast<double>(options.max_timeout.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(pause, 0.0, std::max(limit, 0.0))));
}

std::optional<std::chrono::milliseconds> next_attempt(const RetryOptions& options, int attempt, std::string_view method,
                                                      const AttemptOutcome& outcome) {
  if (method == "POST" || attempt > options.retries || !is_transient(outcome)) return std::nullopt;
  const bool asked = outcome.retry_after.has_value() && (outcome.status == 429 || outcome.status == 503);
  if (!asked) return retry_delay(options, attempt);
  return std::clamp(*outcome.retry_after, std::chrono::milliseconds(0), options.max_timeout);
}

std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  text = trim(text);
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" || text[19] != ':' ||
      text[22] != ':') {
    return std::nullopt;
  }
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (month == kMonths.end() || !parse_number(text.substr(5, 2), day) || !parse_number(text.substr(12, 4), year) ||
      !parse_number(text.substr(17, 2), hour) || !parse_number(text.substr(20, 2), minute) ||
      !parse_number(text.substr(23, 2), second)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(std::max(day, 0)))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now) {
  value = trim(value);
  int seconds = 0;
  if (parse_number(value, seconds)) return std::chrono::seconds(std::max(seconds, 0));
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*date - now), std::chrono::milliseconds(0));
}

}  // namespace hoist::fetcher
