#include "js_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "hoist/base/text.hpp"

namespace hoist::package::js {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t size;
};

/// One code point; a byte that starts no valid sequence stands for U+FFFD.
CodePoint decode(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first >= 0xC2 && first < 0xE0 && tail(1)) return {(first & 0x1F) << 6 | (byte(1) & 0x3FU), 2};
  if (first >= 0xE0 && first < 0xF0 && tail(1) && tail(2)) {
    const char32_t value = (first & 0x0F) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if (value >= 0x800 && (value < 0xD800 || value > 0xDFFF)) return {value, 3};
  }
  if (first >= 0xF0 && first < 0xF5 && tail(1) && tail(2) && tail(3)) {
    const char32_t value = (first & 0x07) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
    if (value >= 0x10000 && value <= 0x10FFFF) return {value, 4};
  }
  return {0xFFFD, 1};
}

bool is_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

constexpr std::array<bool, 256> make_component_table() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kComponent = make_component_table();

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (!is_space(point.value)) break;
    text.remove_prefix(point.size);
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    const CodePoint point = decode(text.substr(start));
    if (!is_space(point.value) || start + point.size != text.size()) break;
    text.remove_suffix(point.size);
  }
  return text;
}

std::size_t length(std::string_view text) noexcept {
  std::size_t units = 0;
  while (!text.empty()) {
    const CodePoint point = decode(text);
    units += point.value >= 0x10000 ? 2 : 1;
    text.remove_prefix(point.size);
  }
  return units;
}

bool is_uri_component(std::string_view text) noexcept {
  for (const char c : text)
    if (!kComponent[static_cast<unsigned char>(c)]) return false;
  return true;
}

std::size_t find_space(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text.substr(i));
    if (is_space(point.value)) return i;
    i += point.size;
  }
  return std::string_view::npos;
}

bool has_line_terminator(std::string_view text) noexcept {
  return text.find_first_of("\n\r") != std::string_view::npos || text.find("\xE2\x80\xA8") != std::string_view::npos ||
         text.find("\xE2\x80\xA9") != std::string_view::npos;
}

std::optional<std::string> decode_uri_component(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  if (!percent_decode(text, out)) return std::nullopt;
  for (std::string_view rest = out; !rest.empty();) {
    const CodePoint point = decode(rest);
    if (point.value == 0xFFFD && point.size == 1) return std::nullopt;
    rest.remove_prefix(point.size);
  }
  return out;
}

std::string to_well_formed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.value == 0xFFFD && point.size == 1)
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(0, point.size);
    text.remove_prefix(point.size);
  }
  return out;
}

std::string number_text(double number) {
  if (number == 0) return "0";
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number), std::chars_format::scientific).ptr;
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = scientific.find('e');
  std::string digits(scientific.substr(0, 1));
  if (e > 2) digits += scientific.substr(2, e - 2);
  int exponent = 0;
  const char* const exponent_start = buffer.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_start, end, exponent);

  // ECMA-262, Number::toString: n is where the decimal point stands in the digits.
  const int n = exponent + 1, k = static_cast<int>(digits.size());
  std::string out = number < 0 ? "-" : "";
  if (k <= n && n <= 21) return out + digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21)
    return out + digits.substr(0, static_cast<std::size_t>(n)) + '.' + digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0) return out + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  out += digits[0];
  if (k > 1) out += '.' + digits.substr(1);
  return out + fmt::format("e{}{}", n > 0 ? '+' : '-', std::abs(n - 1));
}

std::optional<unsigned> array_index(std::string_view key) noexcept {
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return std::nullopt;
  unsigned long long value = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value >= 0xFFFFFFFFULL) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace hoist::package::js
