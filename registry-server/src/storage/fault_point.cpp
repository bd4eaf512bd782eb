#include "storage/fault_point.hpp"

#ifdef HOIST_FAULT_POINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace hoist::registry {
namespace {

struct Plan {
  std::string name;  // empty: any
  unsigned long count = 0;
};

Plan read_plan() {
  const char* text = std::getenv("HOIST_CRASH_AT");
  if (text == nullptr) return {};
  const std::string value(text);
  const auto colon = value.rfind(':');
  if (colon == std::string::npos) return {"", std::strtoul(value.c_str(), nullptr, 10)};
  return {value.substr(0, colon), std::strtoul(value.c_str() + colon + 1, nullptr, 10)};
}

}  // namespace

void fault_point(const char* name) {
  static const Plan plan = read_plan();
  static std::atomic<unsigned long> reached{0};
  if (plan.count == 0 || (!plan.name.empty() && plan.name != name)) return;
  // SIGKILL: no destructor, no handler, no flush gets to run, as when the kernel ends a process.
  if (++reached == plan.count) ::kill(::getpid(), SIGKILL);
}

}  // namespace hoist::registry

#endif
