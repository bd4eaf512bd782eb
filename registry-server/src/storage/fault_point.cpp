#include "storage/fault_point.hpp"

#include "storage/power_loss.hpp"

#ifdef HOIST_FAULT_POINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace hoist::registry {
namespace {

std::atomic<unsigned long> reached{0};

std::atomic<unsigned long>& crash_at() {
  static std::atomic<unsigned long> count = [] {
    const char* text = std::getenv("HOIST_CRASH_AT");
    return text == nullptr ? 0UL : std::strtoul(text, nullptr, 10);
  }();
  return count;
}

}  // namespace

void fault_point(const char* /*name*/) {
  const unsigned long count = crash_at();
  // SIGKILL: no destructor, no handler, no flush gets to run, as when the kernel ends a process.
  if (count == 0 || ++reached != count) return;
  power_loss::cut();
  ::kill(::getpid(), SIGKILL);
}

void plan_crash(unsigned long count) {
  crash_at() = count;
  reached = 0;
}

}  // namespace hoist::registry

#endif
