#pragma once
/// Stops asking an upstream that does not answer, and finds out with single probes when it does again.

#include <chrono>
#include <mutex>
#include <optional>
#include <random>

#include "hoist/base/clock.hpp"

namespace hoist::registry {

/// Thread safe. `clock` must outlive it.
class CircuitBreaker {
 public:
  struct Options {
    unsigned max_failures = 2;              ///< in a row, then the circuit opens
    std::chrono::milliseconds open_time{};  ///< before a probe; drawn from three quarters to five quarters of it
    std::uint32_t seed = 0;
  };
  CircuitBreaker(Options options, const Clock& clock) : options_(options), clock_(clock), random_(options.seed) {}

  /// nullopt: ask, and report how it went. Otherwise the time after which asking may be worth it.
  [[nodiscard]] std::optional<std::chrono::seconds> blocked();
  void succeeded();
  void failed();
  /// The request that was let through will not report (it was given up).
  void abandoned();
  [[nodiscard]] bool is_open() const;

 private:
  const Options options_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::mt19937 random_;  // nodes that fail together must not probe together
  unsigned failures_ = 0;
  Clock::TimePoint next_probe_{};
  bool probing_ = false;
};

}  // namespace hoist::registry
