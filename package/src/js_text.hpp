#pragma once
/// What JavaScript's string functions say about UTF-8 text, where npm's rules are written in terms of them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hoist::package::js {

/// `text.trim()`: Unicode white space and line terminators.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Length in UTF-16 code units, as `text.length`.
[[nodiscard]] std::size_t length(std::string_view text) noexcept;

/// Whether `encodeURIComponent(text) === text`.
[[nodiscard]] bool is_uri_component(std::string_view text) noexcept;

/// Offset of the first `\s`, npos when there is none.
[[nodiscard]] std::size_t find_space(std::string_view text) noexcept;

/// Whether `.` of a regular expression would refuse some character: LF, CR, U+2028, U+2029.
[[nodiscard]] bool has_line_terminator(std::string_view text) noexcept;

/// `decodeURIComponent(text)`; nullopt where that throws (malformed escape, escapes that are no UTF-8).
[[nodiscard]] std::optional<std::string> decode_uri_component(std::string_view text);

/// The text with U+FFFD for every byte that is no UTF-8, as node reads a file.
[[nodiscard]] std::string to_well_formed(std::string_view text);

/// `String(number)`.
[[nodiscard]] std::string number_text(double number);

/// The value of an array index (`"0"`, `"17"`; objects enumerate these first, ascending); nullopt for other keys.
[[nodiscard]] std::optional<unsigned> array_index(std::string_view key) noexcept;

}  // namespace hoist::package::js
