#pragma once
/// The general case of one glob segment: brackets and extended globs. Private to glob.cpp.

#include <string_view>

namespace hoist::package {

/// Whether the text has anything but literal characters and escapes.
[[nodiscard]] bool has_glob_magic(std::string_view pattern) noexcept;

/// minimatch's meaning of a segment with `dot`. Gives up (no match) after a bounded number of steps.
[[nodiscard]] bool match_glob_segment(std::string_view pattern, std::string_view name, bool ignore_case);

}  // namespace hoist::package
