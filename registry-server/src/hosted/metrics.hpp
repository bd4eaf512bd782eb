#pragma once
/// Counters for Prometheus. No label holds a name, a user or a token.

#include <array>
#include <atomic>
#include <chrono>
#include <string>

namespace hoist::registry {

/// Thread safe.
class Metrics {
 public:
  void count_request(int status, std::chrono::nanoseconds duration, std::uint64_t bytes_sent);
  /// The text exposition format. `view_bytes`: memory that built documents hold.
  [[nodiscard]] std::string render(std::size_t view_bytes) const;

 private:
  static constexpr std::array<double, 8> kBounds = {0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0};
  std::array<std::atomic<std::uint64_t>, 6> by_class_{};  ///< index: hundreds of the status
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> nanoseconds_{0}, bytes_{0};
};

}  // namespace hoist::registry
