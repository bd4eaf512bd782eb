#include "cli/output/duration.hpp"

#include <cmath>

namespace hoist::cli {

std::string format_duration(std::chrono::milliseconds duration) {
  const auto milliseconds = static_cast<double>(duration.count());
  constexpr std::pair<double, std::string_view> kUnits[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
  for (const auto& [size, unit] : kUnits)
    if (milliseconds >= size) return fmt::format("{}{}", std::llround(milliseconds / size), unit);
  return fmt::format("{}ms", duration.count());
}

}  // namespace hoist::cli
