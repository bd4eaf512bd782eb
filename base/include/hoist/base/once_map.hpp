#pragma once
/// Work that is done once per key, whoever asks first, and awaited by all who ask.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace hoist {

/// Thread safe. Keys are never forgotten: the map lives as long as the answers are wanted.
template <class Key, class Value>
class OnceMap {
 public:
  /// True for exactly one caller per key: that one starts the work and sees to it that complete() is called.
  [[nodiscard]] bool claim(const Key& key) {
    const std::lock_guard lock(mutex_);
    return slots_.try_emplace(key).second;
  }

  /// Publishes the answer. Called once per claimed key, from any thread.
  void complete(const Key& key, Value value) {
    // Notified under the lock: a waiter may destroy the map as soon as it has its answer.
    const std::lock_guard lock(mutex_);
    slots_[key].emplace(std::move(value));
    arrived_.notify_all();
  }

  /// A copy of the answer; blocks until it is there. The key must have been claimed.
  [[nodiscard]] Value get(const Key& key) {
    std::unique_lock lock(mutex_);
    const std::optional<Value>& slot = slots_[key];  // node based: the reference survives growth
    arrived_.wait(lock, [&slot] { return slot.has_value(); });
    return *slot;
  }

  [[nodiscard]] bool ready(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(key);
    return found != slots_.end() && found->second.has_value();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::unordered_map<Key, std::optional<Value>> slots_;
};

}  // namespace hoist
