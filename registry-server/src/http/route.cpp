#include "hoist/registry/route.hpp"

#include <vector>

#include "hoist/base/text.hpp"
#include "hoist/registry/path.hpp"

namespace hoist::registry {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail("E400", fmt::format("bad request path: {}", why));
}
std::unexpected<Error> nowhere() { return fail("E404", "not found"); }

/// What stands behind `/-/`.
Result<Route> parse_service_route(std::span<const std::string> segments) {
  if (segments.size() == 1 && segments[0] == "ping") return Route{.kind = RouteKind::kPing};
  if (segments.empty() || segments[0] != "package") return nowhere();
  segments = segments.subspan(1);
  HOIST_TRY(std::string package, take_package(segments));
  if (segments.size() != 1 || segments[0] != "dist-tags") return nowhere();
  return Route{.kind = RouteKind::kDistTags, .package = std::move(package)};
}

Result<Route> parse_path(std::string_view path) {
  HOIST_TRY(const auto decoded, decode_path(path));
  std::span<const std::string> segments(decoded);
  if (segments.empty()) return nowhere();
  if (segments[0] == "-") return parse_service_route(segments.subspan(1));
  HOIST_TRY(std::string package, take_package(segments));
  if (segments.empty()) return Route{.kind = RouteKind::kPackument, .package = std::move(package)};
  if (std::ranges::any_of(segments, [](const std::string& s) { return !is_plain_segment(s); })) {
    return malformed("encoded slash outside a scoped name");
  }
  if (segments.size() == 1 && segments[0] != "-") {
    return Route{.kind = RouteKind::kManifest, .package = std::move(package), .selector = segments[0]};
  }
  if (segments.size() == 2 && segments[0] == "-") {
    return Route{.kind = RouteKind::kTarball, .package = std::move(package), .selector = segments[1]};
  }
  return nowhere();
}

bool asks_for_write(std::string_view query) {
  return std::ranges::any_of(split(query, '&'), [](std::string_view pair) { return pair == "write=true"; });
}

std::string encode_package(std::string_view package) {
  // `@` is kept because every client sends it bare.
  return package.starts_with('@') ? "@" + percent_encode_component(package.substr(1))
                                  : percent_encode_component(package);
}

}  // namespace

Result<Route> parse_route(std::string_view target) {
  if (target.size() > kMaxTargetLength) return fail("E414", "request path too long");
  if (target.contains('#')) return malformed("fragment");
  const auto question = target.find('?');
  HOIST_TRY(Route route, parse_path(target.substr(0, question)));
  if (question != std::string_view::npos) route.write = asks_for_write(target.substr(question + 1));
  return route;
}

std::string to_target(const Route& route) {
  const std::string package = encode_package(route.package);
  std::string target;
  switch (route.kind) {
    case RouteKind::kPing:
      target = "/-/ping";
      break;
    case RouteKind::kPackument:
      target = "/" + package;
      break;
    case RouteKind::kManifest:
      target = fmt::format("/{}/{}", package, percent_encode_component(route.selector));
      break;
    case RouteKind::kTarball:
      target = fmt::format("/{}/-/{}", package, percent_encode_component(route.selector));
      break;
    case RouteKind::kDistTags:
      target = fmt::format("/-/package/{}/dist-tags", package);
      break;
  }
  if (route.write) target += "?write=true";
  return target;
}

}  // namespace hoist::registry
