#include "views/json_text.hpp"

#include "hoist/base/json.hpp"

namespace hoist::registry {
namespace {

/// The end of the string that begins at `start` (its opening quote).
std::size_t skip_string(std::string_view text, std::size_t start) {
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

/// The end of the value that begins at `start`.
std::size_t skip_value(std::string_view text, std::size_t start) {
  std::size_t depth = 0;
  std::size_t i = start;
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"') {
      i = skip_string(text, i);
      if (depth == 0) return i;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return i;  // of the object around a bare number or word
      if (--depth == 0) return i + 1;
    }
    if (c == ',' && depth == 0) return i;
    ++i;
  }
  return i;
}

}  // namespace

void each_member(std::string_view object, const std::function<void(std::string_view, std::string_view)>& visit) {
  std::size_t i = 1;
  while (i < object.size() && object[i] == '"') {
    const std::size_t key_end = skip_string(object, i);
    if (key_end >= object.size() || object[key_end] != ':') return;
    const std::size_t value_end = skip_value(object, key_end + 1);
    visit(object.substr(i + 1, key_end - i - 2), object.substr(key_end + 1, value_end - key_end - 1));
    i = value_end + 1;  // past the comma
  }
}

std::string_view find_member_text(std::string_view object, std::string_view key) {
  std::string_view found;
  each_member(object, [&](std::string_view name, std::string_view value) {
    if (name == key) found = value;
  });
  return found;
}

std::string quote(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

void append_member(std::string& object, std::string_view key, std::string_view value) {
  if (!object.ends_with('{')) object += ',';
  object += '"';
  object += key;
  object += "\":";
  object += value;
}

}  // namespace hoist::registry
