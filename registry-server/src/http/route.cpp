#include "hoist/registry/route.hpp"

#include <vector>

#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail("E400", fmt::format("bad request path: {}", why));
}
std::unexpected<Error> nowhere() { return fail("E404", "not found"); }

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

/// A decoded name that may stand alone: not empty, no slash of either kind, no control character, no dot segment.
bool is_plain_segment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find_first_of("/\\") == std::string_view::npos &&
         !has_control_character(text);
}

/// `@scope/name`, with exactly one slash.
bool is_scoped_name(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !text.starts_with('@')) return false;
  return is_plain_segment(text.substr(1, slash - 1)) && is_plain_segment(text.substr(slash + 1));
}

/// Splits on raw slashes, then decodes. One trailing slash is forgiven, as npm's own registry does.
Result<std::vector<std::string>> decode_segments(std::string_view path) {
  if (!path.starts_with('/')) return malformed("it must begin with a slash");
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string> segments;
  if (path.empty()) return segments;
  for (const auto raw : split(path, '/')) {
    std::string decoded;
    if (!percent_decode(raw, decoded)) return malformed("malformed percent escape");
    if (decoded.empty()) return malformed("empty segment");
    if (has_control_character(decoded)) return malformed("control character");
    if (decoded == "." || decoded == "..") return malformed("dot segment");
    segments.push_back(std::move(decoded));
  }
  return segments;
}

/// Takes a package name from the front of `segments`, whichever way it is spelled.
Result<std::string> take_package(std::span<const std::string>& segments) {
  if (segments.empty()) return nowhere();
  const std::string& first = segments.front();
  if (!first.starts_with('@')) {
    if (!is_plain_segment(first) || first == "-") return malformed("package name");
    std::string name = first;
    segments = segments.subspan(1);
    return name;
  }
  if (is_scoped_name(first)) {
    std::string name = first;
    segments = segments.subspan(1);
    return name;
  }
  if (segments.size() < 2) return first.contains('/') ? Result<std::string>(malformed("package name")) : nowhere();
  std::string name = first + "/" + segments[1];
  if (!is_scoped_name(name)) return malformed("package name");
  segments = segments.subspan(2);
  return name;
}

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
  HOIST_TRY(const auto decoded, decode_segments(path));
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
