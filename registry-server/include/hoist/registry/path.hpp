#pragma once
/// Request paths: split, decode, and the package name that is spelled in one segment or two.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::registry {

/// Splits an origin-form path on raw `/`, then decodes each segment exactly once. One trailing slash is forgiven, as
/// npm's own registry does. E400 for what is malformed: no segment is empty, `.` or `..`, or holds a control character.
[[nodiscard]] Result<std::vector<std::string>> decode_path(std::string_view path);

/// Takes a package name from the front of `segments`: `name`, `@scope%2fname`, or `@scope` and `name`. E400, or E404
/// for a scope alone.
[[nodiscard]] Result<std::string> take_package(std::span<const std::string>& segments);

/// A decoded segment that may stand alone: no slash of either kind, no control character, neither `.` nor `..`.
[[nodiscard]] bool is_plain_segment(std::string_view text);

/// The first value of `name` in a query (without its `?`), decoded as a form: `+` is a space. Empty when there is none.
[[nodiscard]] std::string query_value(std::string_view query, std::string_view name);

}  // namespace hoist::registry
