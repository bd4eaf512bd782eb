#include "nice_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "hoist/base/collation.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::array<std::string_view, 8> kPreferred = {"name",      "version",  "lockfileVersion", "resolved",
                                                        "integrity", "requires", "packages",        "dependencies"};
constexpr std::size_t kUnranked = kPreferred.size();

std::size_t preferred_rank(std::string_view key) noexcept {
  if (key.size() < 4 || key.size() > 15) return kUnranked;
  return static_cast<std::size_t>(std::find(kPreferred.begin(), kPreferred.end(), key) - kPreferred.begin());
}

/// The number of an ECMAScript array index ("0", "17", below 2^32 - 1), or -1.
std::int64_t array_index(std::string_view key) noexcept {
  if (key.empty() || key.size() > 10 || (key.size() > 1 && key.front() == '0')) return -1;
  std::int64_t number = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number < 4294967295 ? number : -1;
}

bool is_plain_object(const NiceValue& value) noexcept {
  if (const auto* json = std::get_if<const Json*>(&value)) return (*json)->is_object();
  return std::holds_alternative<const package::StringMap*>(value) || std::holds_alternative<const NiceObject*>(value);
}

struct Member {
  std::string_view key;
  NiceValue value;
  std::int64_t index;
  std::size_t rank;
  bool object;
};

/// locale_compare, the equal beginning skipped: neighbours in a lockfile share most of their path.
int compare_keys(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t same = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shorter), b.begin()).first - a.begin());
  while (same > 0 && static_cast<unsigned char>(a[same - 1]) >= 0x80) --same;  // not inside a multi-byte character
  const int order = locale_compare(a.substr(same), b.substr(same));
  return order != 0 ? order : a.compare(b);
}

bool before(const Member& a, const Member& b) {
  if ((a.index >= 0) != (b.index >= 0)) return a.index >= 0;
  if (a.index >= 0) return a.index < b.index;
  if (a.object != b.object) return b.object;
  if (a.rank != b.rank) return a.rank < b.rank;
  return a.rank == kUnranked && compare_keys(a.key, b.key) < 0;
}

class Writer {
 public:
  Writer(std::string indent, std::string newline) : indent_(std::move(indent)), newline_(std::move(newline)) {}

  void write(const NiceValue& value) {
    std::visit([this](const auto& alternative) { put(alternative); }, value);
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void put(bool value) { out_ += value ? "true" : "false"; }
  void put(int value) { out_ += std::to_string(value); }

  void put(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out_ += '"';
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
      out_.append(text, start, i - start);
      start = i + 1;
      out_ += '\\';
      switch (byte) {
        case '"':
        case '\\':
          out_ += text[i];
          break;
        case '\b':
          out_ += 'b';
          break;
        case '\f':
          out_ += 'f';
          break;
        case '\n':
          out_ += 'n';
          break;
        case '\r':
          out_ += 'r';
          break;
        case '\t':
          out_ += 't';
          break;
        default:
          out_.append("u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
      }
    }
    out_.append(text, start);
    out_ += '"';
  }

  void put(const package::StringMap* map) {
    std::vector<Member> members;
    members.reserve(map->size());
    for (const auto& [key, text] : *map) add(members, key, std::string_view(text));
    put_members(members);
  }

  void put(const NiceObject* object) {
    std::vector<Member> members;
    members.reserve(object->members.size());
    for (const auto& [key, value] : object->members) add(members, key, value);
    put_members(members);
  }

  void put(const std::vector<std::string>* list) {
    put_list(list->size(), [&](std::size_t i) { put(std::string_view((*list)[i])); });
  }

  void put(const Json* json) {
    switch (json->type()) {
      case Json::value_t::object: {
        std::vector<Member> members;
        for (const auto& [key, value] : json->get_ref<const Json::object_t&>()) add(members, key, &value);
        return put_members(members);
      }
      case Json::value_t::array:
        return put_list(json->size(), [&](std::size_t i) { put(&(*json)[i]); });
      case Json::value_t::string:
        return put(std::string_view(json->get_ref<const std::string&>()));
      case Json::value_t::number_float:
        return put_number(json->get<double>());
      default:
        out_ += json->dump();
    }
  }

  /// JavaScript has one kind of number: 1.0 is written 1.
  void put_number(double number) {
    if (std::trunc(number) == number && std::abs(number) < 1e15)
      out_ += fmt::format("{:.0f}", number);
    else
      out_ += fmt::format("{}", number);
  }

  static void add(std::vector<Member>& members, std::string_view key, const NiceValue& value) {
    members.push_back({key, value, array_index(key), preferred_rank(key), is_plain_object(value)});
  }

  void put_members(std::vector<Member>& members) {
    if (members.empty()) {
      out_ += "{}";
      return;
    }
    std::sort(members.begin(), members.end(), before);
    out_ += '{';
    ++depth_;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out_ += ',';
      break_line();
      put(members[i].key);
      out_ += indent_.empty() ? ":" : ": ";
      write(members[i].value);
    }
    --depth_;
    break_line();
    out_ += '}';
  }

  template <class PutItem>
  void put_list(std::size_t size, PutItem put_item) {
    if (size == 0) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    ++depth_;
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) out_ += ',';
      break_line();
      put_item(i);
    }
    --depth_;
    break_line();
    out_ += ']';
  }

  void break_line() {
    if (indent_.empty()) return;
    out_ += newline_;
    for (int i = 0; i < depth_; ++i) out_ += indent_;
  }

  std::string out_;
  std::string indent_;
  std::string newline_;
  int depth_ = 0;
};

}  // namespace

std::string nice_json(const NiceObject& object, const package::JsonStyle& style, bool format) {
  const std::string newline = style.newline.empty() ? "\n" : style.newline;
  std::string indent;
  if (format) indent = style.indent.empty() ? "  " : style.indent.substr(0, 10);
  Writer writer(std::move(indent), newline);
  writer.write(&object);
  std::string text = writer.take();
  if (format) text += newline;
  return text;
}

}  // namespace hoist::lockfile
