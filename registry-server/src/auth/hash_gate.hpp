#pragma once
/// Password hashing costs tens of milliseconds and megabytes: a few at a time, so that logins cannot starve reads.

#include <condition_variable>
#include <mutex>
#include <optional>

#include "hoist/base/result.hpp"

namespace hoist::registry {

/// Thread safe. At most `running` callers hash at a time and `waiting` more wait for their turn; any further one is
/// refused at once, since it would hold a worker thread that reads need.
class HashGate {
 public:
  HashGate(unsigned running, unsigned waiting) : free_(running), may_wait_(waiting) {}

  class Turn {
   public:
    explicit Turn(HashGate& gate) : gate_(&gate) {}
    Turn(Turn&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    HashGate* gate_;
  };

  /// E429 (hint: seconds to wait) when too many wait already.
  [[nodiscard]] Result<Turn> enter() {
    std::unique_lock lock(mutex_);
    if (free_ == 0) {
      if (may_wait_ == 0) return fail("E429", "too many logins at once", "1");
      --may_wait_;
      turn_.wait(lock, [this] { return free_ > 0; });
      ++may_wait_;
    }
    --free_;
    return Turn(*this);
  }

 private:
  void leave() {
    const std::lock_guard lock(mutex_);
    ++free_;
    turn_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable turn_;
  unsigned free_;
  unsigned may_wait_;
};

}  // namespace hoist::registry
