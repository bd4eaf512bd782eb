#pragma once
/// From a request target to what is asked for: a pure function, so that tables and a fuzzer can go through it.

#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist::registry {

enum class RouteKind { kPing, kPackument, kManifest, kTarball, kDistTags };

/// A request target, decoded.
struct Route {
  RouteKind kind = RouteKind::kPing;
  std::string package;   ///< `name` or `@scope/name`; empty for kPing
  std::string selector;  ///< kManifest: version or tag; kTarball: file name; otherwise empty
  bool write = false;    ///< `?write=true`: the client wants the authoritative full document
  bool operator==(const Route&) const = default;
};

/// Longest request target that is looked at.
inline constexpr std::size_t kMaxTargetLength = 4096;

/// Reads an origin-form target (`/path?query`). The path is split on raw `/` first, then each segment is decoded
/// exactly once, so that `%2f` is a separator nowhere but between a scope and its name. E400 for what is malformed,
/// E404 for well-formed paths that lead nowhere, E414 beyond kMaxTargetLength. A returned package or selector holds no
/// control character and is neither `.` nor `..`; only a package may hold a slash, and then one, after a scope.
[[nodiscard]] Result<Route> parse_route(std::string_view target);

/// The canonical target of a route: parse_route(to_target(route)) == route for every parsed route.
[[nodiscard]] std::string to_target(const Route& route);

}  // namespace hoist::registry
