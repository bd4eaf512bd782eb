#pragma once
/// Characters and numbers as JavaScript sees them, on UTF-8 text. Private to the semver sources.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hoist::package::semver {

inline constexpr std::size_t kMaxLength = 256;                      // of a version, in UTF-16 units
inline constexpr std::uint64_t kMaxSafeInteger = 9007199254740991;  // 2^53-1

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_identifier_char(char c) noexcept { return is_digit(c) || is_letter(c) || c == '-'; }
/// x, X or *.
constexpr bool is_wildcard(char c) noexcept { return c == 'x' || c == 'X' || c == '*'; }

/// True when `text` is one or more digits.
[[nodiscard]] bool is_all_digits(std::string_view text) noexcept;

/// Bytes of the white-space character (regular expression `\s`) at `at`; 0 when there is none.
[[nodiscard]] std::size_t whitespace_at(std::string_view text, std::size_t at) noexcept;

/// String#trim.
[[nodiscard]] std::string_view trim_whitespace(std::string_view text) noexcept;

/// Trimmed, every run of white space replaced by one space.
[[nodiscard]] std::string fold_whitespace(std::string_view text);

/// String#length.
[[nodiscard]] std::size_t utf16_length(std::string_view text) noexcept;

/// The value of a run of digits; nullopt above 2^53-1.
[[nodiscard]] std::optional<std::uint64_t> parse_safe_integer(std::string_view digits) noexcept;

/// Number(text) of a run of digits, however long.
[[nodiscard]] double digits_to_double(std::string_view digits);

/// Number(text); nullopt for NaN.
[[nodiscard]] std::optional<double> to_number(std::string_view text);

/// `${+digits + 1}`. Between 2^53 and 10^21 only its length is right, since no such number makes a version; from there
/// on it has an exponent, which loose parsing may take for a prerelease (`1.2.1e+24`).
[[nodiscard]] std::string increment_digits(std::string_view digits);

}  // namespace hoist::package::semver
