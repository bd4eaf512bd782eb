#include "semver_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace hoist::package::semver {
namespace {

std::string_view strip_leading_zeros(std::string_view digits) noexcept {
  const auto first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

/// Number() of 0x…, 0o… and 0b… literals, after the prefix.
std::optional<double> parse_radix(std::string_view digits, int radix) {
  if (digits.empty()) return std::nullopt;
  double value = 0;
  for (const char c : digits) {
    int digit = 99;
    if (is_digit(c))
      digit = c - '0';
    else if (is_letter(c))
      digit = (c | 0x20) - 'a' + 10;
    if (digit >= radix) return std::nullopt;
    value = value * radix + digit;
  }
  return value;
}

/// The grammar of StrDecimalLiteral without sign and Infinity: from_chars alone would take `nan` and `inf`.
bool is_decimal_literal(std::string_view text) noexcept {
  std::size_t at = 0, digits = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) ++digits;
  if (at < text.size() && text[at] == '.')
    for (++at; at < text.size() && is_digit(text[at]); ++at) ++digits;
  if (digits == 0) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  if (++at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  return is_all_digits(text.substr(std::min(at, text.size())));
}

double parse_decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  // Out of range is either far too large or far too small; the exponent's sign tells.
  const auto exponent = text.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos && exponent + 1 < text.size() && text[exponent + 1] == '-';
  return tiny ? 0.0 : std::numeric_limits<double>::infinity();
}

}  // namespace

bool is_all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

std::size_t whitespace_at(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return 0;
  const auto byte = [&](std::size_t offset) -> unsigned {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return first == ' ' || (first >= '\t' && first <= '\r') ? 1 : 0;
  if (first == 0xC2) return byte(1) == 0xA0 ? 2 : 0;  // U+00A0
  if (first < 0xE1 || first > 0xEF) return 0;
  const unsigned code = (first & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  const bool well_formed = (byte(1) & 0xC0U) == 0x80 && (byte(2) & 0xC0U) == 0x80;
  const bool space = code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
                     code == 0x202F || code == 0x205F || code == 0x3000 || code == 0xFEFF;
  return well_formed && space ? 3 : 0;
}

std::string_view trim_whitespace(std::string_view text) noexcept {
  while (const auto length = whitespace_at(text, 0)) text.remove_prefix(length);
  for (;;) {
    const auto size = text.size();
    if (size >= 1 && whitespace_at(text, size - 1) == 1)
      text.remove_suffix(1);
    else if (size >= 2 && whitespace_at(text, size - 2) == 2)
      text.remove_suffix(2);
    else if (size >= 3 && whitespace_at(text, size - 3) == 3)
      text.remove_suffix(3);
    else
      return text;
  }
}

std::string fold_whitespace(std::string_view text) {
  text = trim_whitespace(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto length = whitespace_at(text, at);
    if (length == 0) {
      out += text[at++];
      continue;
    }
    out += ' ';
    for (; length != 0; length = whitespace_at(text, at)) at += length;
  }
  return out;
}

std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::optional<std::uint64_t> parse_safe_integer(std::string_view digits) noexcept {
  if (digits.size() > 16) digits = strip_leading_zeros(digits);
  if (digits.size() > 16) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  if (value > kMaxSafeInteger) return std::nullopt;
  return value;
}

double digits_to_double(std::string_view digits) {
  if (const auto exact = parse_safe_integer(digits)) return static_cast<double>(*exact);
  return parse_decimal(digits);
}

std::optional<double> to_number(std::string_view text) {
  text = trim_whitespace(text);
  if (text.empty()) return 0.0;
  if (text.size() > 2 && text[0] == '0') {
    switch (text[1]) {
      case 'x':
      case 'X':
        return parse_radix(text.substr(2), 16);
      case 'o':
      case 'O':
        return parse_radix(text.substr(2), 8);
      case 'b':
      case 'B':
        return parse_radix(text.substr(2), 2);
      default:
        break;
    }
  }
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  double value = 0;
  if (text == "Infinity")
    value = std::numeric_limits<double>::infinity();
  else if (is_decimal_literal(text))
    value = parse_decimal(text);
  else
    return std::nullopt;
  return negative ? -value : value;
}

std::string increment_digits(std::string_view digits) {
  if (const auto exact = parse_safe_integer(digits)) return std::to_string(*exact + 1);
  const double value = digits_to_double(digits) + 1;
  if (value < 1e21) return fmt::format("{:.0f}", value);
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  return {buffer, end};
}

}  // namespace hoist::package::semver
