#include "upstream/circuit_breaker.hpp"

#include <algorithm>

namespace hoist::registry {

std::optional<std::chrono::seconds> CircuitBreaker::blocked() {
  const std::lock_guard lock(mutex_);
  if (failures_ < options_.max_failures) return std::nullopt;
  const auto now = clock_.now();
  if (now >= next_probe_ && !probing_) {
    probing_ = true;
    return std::nullopt;
  }
  const auto rest = std::chrono::ceil<std::chrono::seconds>(next_probe_ - now);
  return std::max(rest, std::chrono::seconds(1));
}

void CircuitBreaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  probing_ = false;
}

void CircuitBreaker::failed() {
  const std::lock_guard lock(mutex_);
  probing_ = false;
  failures_ = std::min(failures_ + 1, options_.max_failures);
  if (failures_ < options_.max_failures) return;
  const auto base = options_.open_time.count();
  std::uniform_int_distribution<long long> jitter(base * 3 / 4, base * 5 / 4);
  next_probe_ = clock_.now() + std::chrono::milliseconds(jitter(random_));
}

void CircuitBreaker::abandoned() {
  const std::lock_guard lock(mutex_);
  probing_ = false;
}

bool CircuitBreaker::is_open() const {
  const std::lock_guard lock(mutex_);
  return failures_ >= options_.max_failures;
}

}  // namespace hoist::registry
