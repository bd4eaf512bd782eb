#pragma once
/// Small text helpers without locale.

#include <string>
#include <string_view>
#include <vector>

namespace hoist {

[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Strict: no white space, padding required. Empty optional-like: returns false and leaves `out` unspecified.
[[nodiscard]] bool base64_decode(std::string_view text, std::string& out);
[[nodiscard]] std::string hex_encode(std::string_view bytes);
/// Lower- or upper-case hexadecimal of even length.
[[nodiscard]] bool hex_decode(std::string_view text, std::string& out);
/// Bytes that would move the cursor, ring the bell or start an escape sequence are replaced, so that text from a
/// registry cannot act on the user's terminal.
[[nodiscard]] std::string printable(std::string_view text);
/// As encodeURIComponent.
[[nodiscard]] std::string percent_encode_component(std::string_view text);
/// Undoes percent encoding once; false when an escape is malformed.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& out);

}  // namespace hoist
