#include "hosted/metrics.hpp"

#include <unistd.h>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

/// Resident memory in bytes; 0 where the system does not tell.
std::uint64_t resident_bytes() {
  const auto text = read_file("/proc/self/statm");
  if (!text) return 0;
  const auto parts = split(*text, ' ');
  if (parts.size() < 2) return 0;
  return std::strtoull(std::string(parts[1]).c_str(), nullptr, 10) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void Metrics::count_request(int status, std::chrono::nanoseconds duration, std::uint64_t bytes_sent) {
  const auto group = static_cast<std::size_t>(status / 100);
  ++by_class_[group < by_class_.size() ? group : 0];
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto bucket = std::ranges::lower_bound(kBounds, seconds) - kBounds.begin();
  ++buckets_[static_cast<std::size_t>(bucket)];
  nanoseconds_ += static_cast<std::uint64_t>(duration.count());
  bytes_ += bytes_sent;
}

std::string Metrics::render(std::size_t view_bytes) const {
  std::string text = "# TYPE hoist_registry_requests_total counter\n";
  for (std::size_t group = 1; group < by_class_.size(); ++group) {
    text += fmt::format("hoist_registry_requests_total{{status=\"{}xx\"}} {}\n", group, by_class_[group].load());
  }
  text += "# TYPE hoist_registry_request_seconds histogram\n";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    total += buckets_[i];
    text += fmt::format("hoist_registry_request_seconds_bucket{{le=\"{}\"}} {}\n", kBounds[i], total);
  }
  total += buckets_[kBounds.size()];
  text += fmt::format("hoist_registry_request_seconds_bucket{{le=\"+Inf\"}} {}\n", total);
  text += fmt::format("hoist_registry_request_seconds_sum {}\n", static_cast<double>(nanoseconds_.load()) / 1e9);
  text += fmt::format("hoist_registry_request_seconds_count {}\n", total);
  text += fmt::format("# TYPE hoist_registry_sent_bytes_total counter\nhoist_registry_sent_bytes_total {}\n",
                      bytes_.load());
  text += fmt::format("# TYPE hoist_registry_view_bytes gauge\nhoist_registry_view_bytes {}\n", view_bytes);
  text +=
      fmt::format("# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {}\n", resident_bytes());
  return text;
}

}  // namespace hoist::registry
