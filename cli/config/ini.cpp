#include "cli/config/ini.hpp"

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// An object under construction. The index keeps a file with many keys linear: Json's own objects search one by one.
struct Section {
  std::string name;
  std::vector<std::pair<std::string, Json>> entries;
  std::unordered_map<std::string, std::size_t> index;

  Json& at(const std::string& key) {
    const auto [found, added] = index.try_emplace(key, entries.size());
    if (added) entries.emplace_back(key, Json());
    return entries[found->second].second;
  }
  [[nodiscard]] bool has(const std::string& key) const { return index.contains(key); }
};

bool is_quoted(std::string_view text) {
  return (text.starts_with('"') && text.ends_with('"')) || (text.starts_with('\'') && text.ends_with('\''));
}

/// Text up to a comment, with `\;`, `\#` and `\\` undone.
std::string unescape(std::string_view text) {
  std::string out;
  bool escaped = false;
  for (const char c : text) {
    if (escaped) {
      if (c != '\\' && c != ';' && c != '#') out += '\\';
      out += c;
      escaped = false;
    } else if (c == ';' || c == '#') {
      break;
    } else if (c == '\\') {
      escaped = true;
    } else {
      out += c;
    }
  }
  if (escaped) out += '\\';
  return std::string(trim(out));
}

Json read_token(std::string_view raw) {
  auto text = trim(raw);
  if (!is_quoted(text)) return unescape(text);
  if (text.starts_with('\'')) text = text.size() < 2 ? std::string_view{} : text.substr(1, text.size() - 2);
  if (auto value = parse_json(text, "quoted value")) return *std::move(value);
  return std::string(text);
}

std::string token_text(const Json& token) {
  return token.is_string() ? token.get<std::string>() : token.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json read_value(std::string_view raw) {
  Json value = read_token(raw);
  if (!value.is_string()) return value;
  const auto& text = value.get_ref<const std::string&>();
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null") return nullptr;
  return value;
}

bool is_comment(std::string_view line) {
  const auto text = trim(line);
  return text.empty() || text.front() == ';' || text.front() == '#';
}

/// `[name]`: the name between the brackets.
std::optional<std::string_view> section_header(std::string_view line) {
  if (!line.starts_with('[')) return std::nullopt;
  const auto close = line.find(']');
  if (close == std::string_view::npos || !trim(line.substr(close + 1)).empty()) return std::nullopt;
  return line.substr(1, close - 1);
}

void read_entry(std::string_view line, Section& section) {
  const auto equals = line.find('=');
  if (equals == 0) return;
  std::string key = token_text(read_token(line.substr(0, equals)));
  const bool list = key.size() > 2 && key.ends_with("[]");
  if (list) key.resize(key.size() - 2);
  if (key == "__proto__") return;
  Json value = equals == std::string_view::npos ? Json(true) : read_value(line.substr(equals + 1));
  if (list && !section.has(key)) section.at(key) = Json::array();
  Json& target = section.at(key);
  if (list && !target.is_array()) target = Json::array({target});
  if (target.is_array())
    target.push_back(std::move(value));
  else
    target = std::move(value);
}

/// Splits at dots that no backslash precedes.
std::vector<std::string> split_path(std::string_view name) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '.' || (i > 0 && name[i - 1] == '\\')) continue;
    parts.emplace_back(name.substr(start, i - start));
    start = i + 1;
  }
  parts.emplace_back(name.substr(start));
  return parts;
}

/// Moves a section named `a.b` into object `a`.
void place_section(Section section, Json& out) {
  Json object = Json::object();
  auto& fields = static_cast<std::vector<std::pair<const std::string, Json>>&>(object.get_ref<Json::object_t&>());
  for (auto& [key, value] : section.entries) fields.emplace_back(key, std::move(value));
  auto parts = split_path(section.name);
  const std::string last = replace_all(parts.back(), "\\.", ".");
  parts.pop_back();
  // Foreign bytes decide the depth; whoever walks the result recurses.
  if (parts.size() > 64) return;
  Json* parent = &out;
  for (const auto& part : parts) {
    if (part == "__proto__") continue;
    Json& next = (*parent)[part];
    if (!next.is_object()) next = Json::object();
    parent = &next;
  }
  (*parent)[last] = std::move(object);
}

/// A value as `safe` of the ini package writes it.
std::string write_token(const Json& value) {
  if (!value.is_string()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto& text = value.get_ref<const std::string&>();
  const bool plain = text.find_first_of("=\r\n") == std::string::npos && !text.starts_with('[') &&
                     !(text.size() > 1 && is_quoted(text)) && trim(text).size() == text.size();
  if (!plain) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return replace_all(replace_all(text, ";", "\\;"), "#", "\\#");
}

void write_section(const Json& object, const std::string& section, std::string& out) {
  std::string own;
  for (const auto& [key, value] : object.items()) {
    if (value.is_array()) {
      for (const auto& item : value) own += write_token(key + "[]") + '=' + write_token(item) + '\n';
    } else if (!value.is_object()) {
      own += write_token(key) + '=' + write_token(value) + '\n';
    }
  }
  if (!section.empty() && !own.empty()) own = '[' + write_token(section) + "]\n" + own;
  out += own;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_object()) continue;
    std::string child;
    write_section(value, (section.empty() ? "" : section + '.') + join(split_path(key), "\\."), child);
    if (!out.empty() && !child.empty()) out += '\n';
    out += child;
  }
}

}  // namespace

Json parse_ini(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Section> sections(1);
  std::unordered_map<std::string, std::size_t> known;
  std::size_t current = 0;
  bool attached = true;
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (is_comment(line)) continue;
    if (const auto header = section_header(line)) {
      const std::string name = token_text(read_token(*header));
      attached = name != "__proto__";
      if (!attached) continue;
      const auto [found, added] = known.try_emplace(name, sections.size());
      if (added) sections.push_back({name, {}, {}});
      current = found->second;
      continue;
    }
    if (attached) read_entry(line, sections[current]);
  }
  Json out = Json::object();
  auto& fields = static_cast<std::vector<std::pair<const std::string, Json>>&>(out.get_ref<Json::object_t&>());
  for (auto& [key, value] : sections.front().entries) fields.emplace_back(key, std::move(value));
  const Section& top = sections.front();
  for (std::size_t i = 1; i < sections.size(); ++i) {
    // A key of the same name came first: the section has nowhere to go.
    if (top.has(sections[i].name) && !out[sections[i].name].is_null()) continue;
    place_section(std::move(sections[i]), out);
  }
  return out;
}

std::string stringify_ini(const Json& object) {
  std::string out;
  write_section(object, {}, out);
  return out;
}

}  // namespace hoist::cli
