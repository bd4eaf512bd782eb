#include "cli/output/redact.hpp"

#include <algorithm>
#include <cctype>

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

/// `npm_` or `npms_` and 36 to 48 letters or digits: the length, else 0.
std::size_t token_length(std::string_view text) {
  const auto head = to_lower(text.substr(0, 5));
  const std::size_t prefix = head.starts_with("npm_") ? 4 : head.starts_with("npms_") ? 5 : 0;
  if (prefix == 0) return 0;
  std::size_t end = prefix;
  while (end < text.size() && is_alnum(text[end])) ++end;
  const std::size_t length = end - prefix;
  return length >= 36 && length <= 48 && (end == text.size() || !is_word(text[end])) ? end : 0;
}

bool is_uuid(std::string_view text) {
  if (text.size() < 36 || (text.size() > 36 && is_word(text[36]))) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/// The password of `scheme://user:password@host` starting at "://": its position and length.
bool find_password(std::string_view text, std::size_t scheme, std::size_t& start, std::size_t& length) {
  const auto begin = scheme + 3;
  const auto end = std::min(text.find_first_of(" \t\n\"'/?#", begin), text.size());
  const auto at = text.substr(begin, end - begin).rfind('@');
  if (at == std::string_view::npos) return false;
  const auto colon = text.substr(begin, at).find(':');
  if (colon == std::string_view::npos) return false;
  start = begin + colon + 1;
  length = at - colon - 1;
  return length > 0;
}

/// Length of a credential name in front of `=` or `:`, such as `_authToken`.
std::size_t credential_name(std::string_view text) {
  for (const std::string_view name : {"_authToken", "_password", "_auth"})
    if (text.starts_with(name) && text.size() > name.size() &&
        (text[name.size()] == '=' || text.substr(name.size()).starts_with(" = ")))
      return name.size() + (text[name.size()] == '=' ? 1 : 3);
  return 0;
}

/// Length of the path in front of a token that a logout names.
std::size_t token_path(std::string_view text) {
  constexpr std::string_view kPath = "/-/user/token/";
  return text.starts_with(kPath) ? kPath.size() : 0;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const bool boundary = i == 0 || !is_word(text[i - 1]);
    const auto rest = text.substr(i);
    std::size_t start = 0, length = 0;
    if (const auto token = boundary ? token_length(rest) : 0; token > 0) {
      out += rest.substr(0, rest.find('_') + 1);
      out += "***";
      i += token;
    } else if (boundary && is_uuid(rest)) {
      out += "***";
      i += 36;
    } else if (rest.starts_with("://") && find_password(text, i, start, length)) {
      out += text.substr(i, start - i);
      out += "***";
      i = start + length;
    } else if (const auto name = credential_name(rest); name > 0) {
      out += rest.substr(0, name);
      out += "***";
      i = std::min(text.find_first_of(" \t\n", i + name), text.size());
    } else if (const auto path = token_path(rest); path > 0) {
      out += rest.substr(0, path);
      out += "***";
      i = std::min(text.find_first_of(" \t\n\"'/?#", i + path), text.size());
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace hoist::cli
