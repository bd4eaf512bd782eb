#pragma once
/// Names that the upstreams said they do not have, believed for a short while.

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "hoist/base/clock.hpp"

namespace hoist::registry {

/// Thread safe and bounded: made-up names cannot fill the memory.
class NegativeCache {
 public:
  static constexpr std::size_t kMaxNames = 50'000;
  explicit NegativeCache(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] bool contains(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = until_.find(name);
    if (found == until_.end()) return false;
    if (clock_.now() < found->second) return true;
    until_.erase(found);
    return false;
  }
  void add(std::string_view name, std::chrono::seconds age) {
    const std::lock_guard lock(mutex_);
    if (until_.size() >= kMaxNames) until_.clear();
    until_.insert_or_assign(std::string(name), clock_.now() + age);
  }
  void forget(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto found = until_.find(name); found != until_.end()) until_.erase(found);
  }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Clock::TimePoint, std::less<>> until_;
};

}  // namespace hoist::registry
