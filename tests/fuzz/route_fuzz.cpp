// Any request target: a parsed route is safe to look up, and printing it gives a target that parses to the same route.
#include <cstdlib>

#include "hoist/registry/route.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_safe(std::string_view text) {
  const bool clean = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return clean && text != "." && text != "..";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hoist::registry;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const auto route = parse_route(target);
  if (!route) {
    require(route.error().code == "E400" || route.error().code == "E404" || route.error().code == "E414");
    return 0;
  }
  require(is_safe(route->package) && is_safe(route->selector));
  require(route->selector.find('/') == std::string::npos);
  require(route->package.empty() == (route->kind == RouteKind::kPing));
  const auto slashes = std::ranges::count(route->package, '/');
  require(slashes == (route->package.starts_with('@') ? 1 : 0));
  const std::string printed = to_target(*route);
  if (printed.size() > kMaxTargetLength) return 0;  // escapes are longer than the bytes they stand for
  const auto again = parse_route(printed);
  require(again && *again == *route);
  return 0;
}
