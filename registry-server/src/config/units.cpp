#include <charconv>

#include "hoist/base/text.hpp"
#include "hoist/registry/config.hpp"

namespace hoist::registry {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

/// A decimal number and one of `units`; the result is bounded so that no later arithmetic on it overflows.
Result<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units, std::string_view what) {
  const std::string lower = to_lower(trim(text));
  double number = 0;
  const auto [stop, error] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
  const auto suffix = trim(std::string_view(stop, static_cast<std::size_t>(lower.data() + lower.size() - stop)));
  const auto unit = std::ranges::find(units, suffix, &Unit::name);
  constexpr double most = 1e15;
  if (error != std::errc() || unit == units.end() || !(number >= 0) ||
      number * static_cast<double>(unit->factor) > most) {
    return fail("ECONFIG", fmt::format("not a {}: \"{}\"", what, printable(text.substr(0, 64))));
  }
  return static_cast<std::uint64_t>(number * static_cast<double>(unit->factor));
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::array<Unit, 8> units{{{"", 1},
                                       {"b", 1},
                                       {"k", 1ULL << 10U},
                                       {"kb", 1ULL << 10U},
                                       {"m", 1ULL << 20U},
                                       {"mb", 1ULL << 20U},
                                       {"g", 1ULL << 30U},
                                       {"gb", 1ULL << 30U}}};
  return parse_quantity(text, units, "size");
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::array<Unit, 8> units{{{"", 1000},
                                       {"ms", 1},
                                       {"s", 1000},
                                       {"m", 60'000},
                                       {"h", 3'600'000},
                                       {"d", 86'400'000},
                                       {"w", 604'800'000},
                                       {"y", 31'536'000'000}}};
  HOIST_TRY(const std::uint64_t count, parse_quantity(text, units, "duration"));
  return std::chrono::milliseconds(count);
}

}  // namespace hoist::registry
