#include "hoist/base/json.hpp"

#include "hoist/base/text.hpp"

namespace hoist {
namespace {

/// Refuses deep nesting before the parser builds anything. Strings are skipped, so brackets in them do not count.
/// Returns the offset of the bracket that is one too many, or npos.
std::size_t find_too_deep(std::string_view text) noexcept {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) return i;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::string_view::npos;
}

std::unexpected<Error> json_error(std::string_view text, std::string_view what, std::size_t offset,
                                  std::string reason) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const int line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start = before.rfind('\n');
  const int column = 1 + static_cast<int>(line_start == std::string_view::npos ? offset : offset - line_start - 1);
  Error error{"EJSONPARSE",
              fmt::format("{} is not valid JSON: {} at line {}, column {}", what, reason, line, column),
              {},
              {},
              {}};
  error.where = {std::string(what), line, column};
  return std::unexpected(std::move(error));
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view what) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const std::size_t at = find_too_deep(text); at != std::string_view::npos)
    return json_error(text, what, at, fmt::format("nested deeper than {} levels", kMaxJsonDepth));
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const nlohmann::json::parse_error& error) {
    std::string reason = error.what();
    if (const std::size_t colon = reason.rfind("column"); colon != std::string::npos)
      if (const std::size_t start = reason.find(": ", colon); start != std::string::npos)
        reason = reason.substr(start + 2);
    return json_error(text, what, error.byte > 0 ? error.byte - 1 : 0, printable(reason));
  } catch (const nlohmann::json::exception&) {
    // A number beyond double is the one thing the parser reports as another exception, and without a position.
    return json_error(text, what, 0, "a number is out of range");
  }
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

const std::string* find_string(const Json& object, std::string_view key) {
  const Json* member = find_member(object, key);
  return member != nullptr && member->is_string() ? member->get_ptr<const std::string*>() : nullptr;
}

}  // namespace hoist
