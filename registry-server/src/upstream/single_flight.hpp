#pragma once
/// One piece of work per key at a time; all who ask meanwhile get its outcome.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hoist::registry {

/// Thread safe. The work belongs to nobody who asked: a client that leaves does not stop it for the others.
template <class Value>
class SingleFlight {
 public:
  using Callback = std::move_only_function<void(const Value&)>;

  /// True when the caller has to do the work and to call finish(); his callback waits like the others'.
  [[nodiscard]] bool join(const std::string& key, Callback callback) {
    const std::lock_guard lock(mutex_);
    auto& waiting = flights_[key];
    waiting.push_back(std::move(callback));
    return waiting.size() == 1;
  }

  /// Runs all callbacks on this thread. Who joins from now on starts anew.
  void finish(const std::string& key, const Value& value) {
    std::vector<Callback> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (auto flight = flights_.extract(key)) waiting = std::move(flight.mapped());
    }
    for (Callback& callback : waiting) callback(value);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<Callback>> flights_;
};

}  // namespace hoist::registry
