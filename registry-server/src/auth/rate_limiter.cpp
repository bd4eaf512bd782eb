#include "auth/rate_limiter.hpp"

#include <algorithm>

namespace hoist::registry {

std::optional<std::chrono::seconds> RateLimiter::take(std::string_view key) {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  auto found = windows_.find(key);
  if (found == windows_.end()) {
    if (windows_.size() >= kMaxKeys) make_room(now);
    found = windows_.emplace(std::string(key), Window{now, 0}).first;
  }
  Window& window = found->second;
  if (now - window.begin >= limit_.window) window = Window{now, 0};
  if (window.used >= limit_.attempts) {
    const auto rest = std::chrono::ceil<std::chrono::seconds>(window.begin + limit_.window - now);
    return std::max(rest, std::chrono::seconds(1));
  }
  ++window.used;
  return std::nullopt;
}

void RateLimiter::give_back(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = windows_.find(key);
  if (found == windows_.end()) return;
  if (found->second.used > 0) --found->second.used;
  if (found->second.used == 0) windows_.erase(found);
}

void RateLimiter::make_room(Clock::TimePoint now) {
  std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.begin >= limit_.window; });
  if (windows_.size() < kMaxKeys) return;
  const auto oldest = std::ranges::min_element(windows_, {}, [](const auto& entry) { return entry.second.begin; });
  windows_.erase(oldest);
}

}  // namespace hoist::registry
