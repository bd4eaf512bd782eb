#include <algorithm>

#include "hoist/package/package_json.hpp"
#include "js_text.hpp"

namespace hoist::package {
namespace {

/// Writes with "\n" as line break; see stringify.
class Writer {
 public:
  explicit Writer(std::string_view indent, std::string_view newline)
      // JSON.stringify uses no more than ten characters.
      : indent_(indent.substr(0, 10)), newline_(newline) {}

  void write(const Json& value) {
    switch (value.type()) {
      case Json::value_t::object:
        return write_object(value);
      case Json::value_t::array:
        return write_array(value);
      case Json::value_t::string:
        return write_text(value.get_ref<const std::string&>());
      case Json::value_t::boolean:
        out_ += value.get<bool>() ? "true" : "false";
        return;
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned:
      case Json::value_t::number_float:
        return write_number(value.get<double>());
      default:
        out_ += "null";
    }
  }

  std::string take() { return std::move(out_); }

 private:
  using Member = std::pair<std::string_view, const Json*>;

  /// JavaScript enumerates integer-like keys first, ascending.
  static std::vector<Member> members_in_order(const Json& object) {
    std::vector<Member> members;
    members.reserve(object.size());
    bool has_index = false;
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
      has_index = has_index || js::array_index(key).has_value();
      members.emplace_back(key, &value);
    }
    if (has_index)
      std::ranges::stable_sort(members, {}, [](const Member& member) {
        const auto index = js::array_index(member.first);
        return index ? static_cast<std::uint64_t>(*index) : UINT64_MAX;
      });
    return members;
  }

  void write_object(const Json& object) {
    if (object.empty()) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    ++depth_;
    bool first = true;
    for (const auto& [key, value] : members_in_order(object)) {
      if (!std::exchange(first, false)) out_ += ',';
      break_line();
      write_text(key);
      out_ += indent_.empty() ? ":" : ": ";
      write(*value);
    }
    --depth_;
    break_line();
    out_ += '}';
  }

  void write_array(const Json& array) {
    if (array.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const Json& value : array) {
      if (!std::exchange(first, false)) out_ += ',';
      break_line();
      write(value);
    }
    --depth_;
    break_line();
    out_ += ']';
  }

  void write_number(double number) {
    const std::string text = js::number_text(number);
    out_ += text.ends_with('y') || text == "NaN" ? "null" : text;
  }

  void write_text(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out_ += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      switch (c) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\b':
          out_ += "\\b";
          break;
        case '\f':
          out_ += "\\f";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\r':
          out_ += "\\r";
          break;
        case '\t':
          out_ += "\\t";
          break;
        default:
          if (byte >= 0x20)
            out_ += c;
          else
            out_.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
      }
    }
    out_ += '"';
  }

  void break_line() {
    if (indent_.empty()) return;
    out_ += newline_;
    for (int i = 0; i < depth_; ++i) out_ += indent_;
  }

  std::string out_;
  std::string_view indent_;
  std::string_view newline_;
  int depth_ = 0;
};

/// The run of "\n" and "\r\n" at the front of `text`.
std::string_view line_breaks(std::string_view text) noexcept {
  std::size_t end = 0;
  while (end < text.size()) {
    if (text[end] == '\n')
      ++end;
    else if (text.substr(end).starts_with("\r\n"))
      end += 2;
    else
      break;
  }
  return text.substr(0, end);
}

/// `\s` at the front of `text`, in bytes.
std::size_t space_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && js::find_space(text.substr(size)) == 0) {
    ++size;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  }
  return size;
}

}  // namespace

JsonStyle detect_json_style(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with("{}") || text.starts_with("[]")) {
    const std::string_view rest = text.substr(2);
    if (line_breaks(rest).size() == rest.size()) return {"  ", rest.empty() ? "\n" : std::string(rest), true};
  }
  text.remove_prefix(space_size(text));
  if (text.starts_with('{') || text.starts_with('[')) {
    text.remove_prefix(1);
    const std::string_view breaks = line_breaks(text);
    if (!breaks.empty()) {
      text.remove_prefix(breaks.size());
      return {std::string(text.substr(0, space_size(text))), std::string(breaks), true};
    }
  }
  return {"", "", true};
}

std::string stringify(const Json& value, const JsonStyle& style) {
  Writer writer(style.indent, style.newline);
  writer.write(value);
  std::string text = writer.take();
  if (style.final_newline) text += style.newline;
  return text;
}

}  // namespace hoist::package
