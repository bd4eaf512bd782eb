#include "jsonc.hpp"

namespace hoist::lockfile {
namespace {

/// One past the end of the string that starts at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return text.size();
}

/// One past the end of the comment that starts at `at`; `at` when there is none.
std::size_t end_of_comment(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) == "//") {
    const std::size_t end = text.find('\n', at);
    return end == std::string_view::npos ? text.size() : end;
  }
  if (text.substr(at, 2) == "/*") {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  return at;
}

}  // namespace

std::string plain_json(std::string_view text) {
  std::string out(text);
  std::size_t comma = std::string::npos;  // the last one, while only blanks follow it
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      comma = std::string::npos;
      i = end_of_string(text, i);
      continue;
    }
    if (const std::size_t end = end_of_comment(text, i); end != i) {
      for (; i < end; ++i)
        if (text[i] != '\n' && text[i] != '\r') out[i] = ' ';
      continue;
    }
    if ((c == '}' || c == ']') && comma != std::string::npos) out[comma] = ' ';
    if (c == ',')
      comma = i;
    else if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      comma = std::string::npos;
    ++i;
  }
  return out;
}

}  // namespace hoist::lockfile
