#pragma once
/// The part of minimatch that configuration needs.

#include <string_view>

namespace hoist::cli {

/// Whole-path match: `*` and `?` within a segment, `**` across segments, `[a-z]`, `{a,b}`, `!(…)` is not known. A
/// leading dot must be matched by a literal dot, as minimatch does by default.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);

}  // namespace hoist::cli
