#include "cli/output/relative_date.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <ctime>

namespace hoist::cli {
namespace {

using TimePoint = std::chrono::system_clock::time_point;

constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour, kWeek = 7 * kDay, kMonth = 30 * kDay,
                       kYear = 365 * kDay;

std::int64_t delta_of(TimePoint when, TimePoint now) {
  const std::chrono::duration<double> difference = now - when;
  return std::llround(std::fabs(difference.count()));
}

/// The midnight before, local time: days are counted by the calendar.
TimePoint midnight(TimePoint when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm local{};
  localtime_r(&seconds, &local);
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(std::mktime(&local));
}

}  // namespace

std::string relative_date(TimePoint when, TimePoint now) {
  std::int64_t delta = delta_of(when, now);
  if (delta > kDay && delta < kWeek) {
    when = midnight(when);
    delta = delta_of(when, now);
  }
  const bool past = now >= when;
  const char* direction = past ? "ago" : "from now";
  const auto one = [&](const char* unit) { return fmt::format("{} {}", unit, direction); };
  const auto many = [&](std::int64_t unit, const char* name) {
    return fmt::format("{} {} {}", delta / unit, name, direction);
  };
  if (delta < 30) return "just now";
  if (delta < kMinute) return many(1, "seconds");
  if (delta < 2 * kMinute) return one("a minute");
  if (delta < kHour) return many(kMinute, "minutes");
  if (delta / kHour == 1) return one("an hour");
  if (delta < kDay) return many(kHour, "hours");
  if (delta < 2 * kDay) return past ? "yesterday" : "tomorrow";
  if (delta < kWeek) return many(kDay, "days");
  if (delta / kWeek == 1) return one("a week");
  if (delta < kMonth) return many(kWeek, "weeks");
  if (delta / kMonth == 1) return one("a month");
  if (delta < kYear) return many(kMonth, "months");
  if (delta / kYear == 1) return one("a year");
  return one("over a year");
}

}  // namespace hoist::cli
