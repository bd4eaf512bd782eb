#pragma once
/// npm sorts by `localeCompare(other, 'en')`: ICU's root collation.

#include <string_view>

namespace hoist {

/// Negative, zero or positive as ICU collation (locale en, default strength, punctuation not ignored) orders a and b.
/// Exact for printable ASCII; other code points compare after ASCII letters by code point.
[[nodiscard]] int locale_compare(std::string_view a, std::string_view b) noexcept;

/// For std::sort and ordered containers.
struct LocaleLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const noexcept { return locale_compare(a, b) < 0; }
};

}  // namespace hoist
