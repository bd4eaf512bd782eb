#include <charconv>

#include "hoist/base/text.hpp"
#include "hoist/fetcher/retry.hpp"
#include "metadata_cache.hpp"

namespace hoist::fetcher {
namespace {

constexpr std::chrono::seconds kUnsaidLifetime{300};
constexpr std::chrono::seconds kLongestLifetime{365 * 24 * 3600};

struct CacheControl {
  bool present = false;
  bool no_store = false;
  bool no_cache = false;
  bool must_revalidate = false;
  std::optional<std::chrono::seconds> max_age;
};

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return kLongestLifetime;
  if (error != std::errc{} || end == text.data() || value < 0) return std::nullopt;
  return std::min(std::chrono::seconds(value), kLongestLifetime);
}

CacheControl parse_cache_control(const Headers& headers) {
  CacheControl control;
  const std::string text = to_lower(headers.joined("cache-control"));
  control.present = !trim(text).empty();
  for (const std::string_view part : split(text, ',')) {
    const std::string_view directive = trim(part);
    control.no_store |= directive == "no-store";
    control.no_cache |= directive == "no-cache" || directive.starts_with("no-cache=");
    control.must_revalidate |= directive == "must-revalidate";
    if (directive.starts_with("max-age=")) control.max_age = parse_seconds(directive.substr(8));
  }
  return control;
}

std::chrono::seconds lifetime_of(const CacheControl& control, const Headers& headers, Clock::TimePoint now) {
  using std::chrono::seconds;
  if (control.no_cache) return seconds(0);
  if (control.max_age) {
    const seconds age = parse_seconds(trim(headers.get("age"))).value_or(seconds(0));
    return std::max(*control.max_age - age, seconds(0));
  }
  if (const auto expires = parse_http_date(headers.get("expires"))) {
    const auto sent = parse_http_date(headers.get("date")).value_or(now);
    return std::clamp(std::chrono::duration_cast<seconds>(*expires - sent), seconds(0), kLongestLifetime);
  }
  if (headers.find("expires") != nullptr) return seconds(0);  // `0` and `-1` mean "already over"
  const bool said_nothing = !control.present && headers.find("etag") == nullptr;
  return said_nothing ? kUnsaidLifetime : seconds(0);
}

}  // namespace

std::optional<CacheInfo> cache_info(std::string_view url, const Headers& headers, Clock::TimePoint now) {
  const CacheControl control = parse_cache_control(headers);
  if (control.no_store) return std::nullopt;
  CacheInfo info;
  info.url = std::string(url);
  info.etag = std::string(headers.get("etag"));
  info.last_modified = std::string(headers.get("last-modified"));
  info.fetched_at = now;
  info.lifetime = lifetime_of(control, headers, now);
  info.must_revalidate = control.must_revalidate;
  return info;
}

CacheInfo revalidated(const CacheInfo& old, const Headers& headers, Clock::TimePoint now) {
  CacheInfo info = old;
  info.fetched_at = now;
  if (const std::string* etag = headers.find("etag")) info.etag = *etag;
  if (const std::string* modified = headers.find("last-modified")) info.last_modified = *modified;
  const CacheControl control = parse_cache_control(headers);
  if (control.present || headers.find("expires") != nullptr) {
    info.lifetime = lifetime_of(control, headers, now);
    info.must_revalidate = control.must_revalidate;
  }
  return info;
}

CacheUse cache_use(const CacheInfo& info, CacheMode mode, Clock::TimePoint now,
                   std::optional<Clock::TimePoint> sound_after) {
  if (mode == CacheMode::kOffline || mode == CacheMode::kPreferOffline) return CacheUse::kUse;
  if (mode == CacheMode::kPreferOnline || info.must_revalidate) return CacheUse::kRevalidate;
  if (info.fetched_at > now) return CacheUse::kRevalidate;  // the clock was turned back: the age is unknown
  if (sound_after && info.fetched_at > *sound_after) return CacheUse::kUse;
  return now - info.fetched_at < info.lifetime ? CacheUse::kUse : CacheUse::kRevalidate;
}

}  // namespace hoist::fetcher
