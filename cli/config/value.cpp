#include "cli/config/value.hpp"

#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

#include "cli/config/url.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/version.hpp"

namespace hoist::cli {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

std::optional<double> parse_radix(std::string_view digits, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<double>(number);
}

/// `0o22`, `022` or a decimal, up to 0777.
std::optional<int> parse_umask(std::string_view text) {
  int base = 10;
  if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(text[1] == 'o' ? 2 : 1);
  }
  int mask = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || mask < 0 || mask > 0777)
    return std::nullopt;
  return mask;
}

struct DateParts {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0;
};

bool take_digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, out);
  if (error != std::errc() || end != text.data() + count) return false;
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, int& milliseconds) {
  int scale = 100;
  milliseconds = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    milliseconds += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
    ++digits;
  }
  return digits > 0;
}

/// Minutes east of UTC; nullopt = local time. False when the text is malformed.
bool take_zone(std::string_view& text, std::optional<int>& offset) {
  if (text.empty()) return true;
  if (take(text, 'Z')) {
    offset = 0;
    return text.empty();
  }
  const int sign = text.front() == '-' ? -1 : text.front() == '+' ? 1 : 0;
  if (sign == 0) return false;
  text.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!take_digits(text, 2, hours)) return false;
  take(text, ':');
  if (!take_digits(text, 2, minutes)) return false;
  offset = sign * (hours * 60 + minutes);
  return text.empty();
}

std::optional<Json> validate_against(const Json& value, const Definition& definition, const PathBase& base);

bool is_number_like(const Json& value) { return value.is_number() || value.is_boolean() || value.is_null(); }

double number_of(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  return value.is_number() ? value.get<double>() : 0;
}

/// JavaScript's String(value).
std::string string_of(const Json& value) { return display_text(value); }

bool truthy(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0;
  return !value.is_string() || !value.get_ref<const std::string&>().empty();
}

Json boolean_of(const Json& value) {
  if (!value.is_string()) return truthy(value);
  const auto& text = value.get_ref<const std::string&>();
  if (const auto number = parse_js_number(text)) return *number != 0;
  return text != "null" && text != "false";
}

/// The literals of a definition come first in npm's type lists, so they are tried first.
std::optional<Json> match_literal(const Json& value, const Definition& definition) {
  if (value.is_null() && definition.has(kNull)) return value;
  if (value.is_boolean() && !value.get<bool>() && definition.has(kFalse)) return value;
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if ((text.empty() && definition.has(kEmpty)) || (!text.empty() && definition.allows_word(text))) return value;
  return std::nullopt;
}

std::optional<Json> validate_against(const Json& value, const Definition& definition, const PathBase& base) {
  if (auto literal = match_literal(value, definition)) return literal;
  if (definition.has(kBoolean)) return boolean_of(value);
  if (definition.has(kString)) return Json(string_of(value));
  const bool text = value.is_string();
  if (definition.has(kNumber)) {
    if (is_number_like(value)) return number_json(number_of(value));
    if (const auto number = text ? parse_js_number(value.get_ref<const std::string&>()) : std::nullopt)
      return number_json(*number);
  }
  if (definition.has(kUmask)) {
    if (value.is_number_integer() && value >= 0 && value <= 0777) return value;
    if (const auto mask = text ? parse_umask(value.get_ref<const std::string&>()) : std::nullopt) return Json(*mask);
  }
  if (!text) return std::nullopt;
  const auto& string = value.get_ref<const std::string&>();
  if (definition.has(kPath)) return Json(resolve_path(string, base));
  if (definition.has(kUrl))
    if (auto url = normalize_url(string)) return Json(*std::move(url));
  if (definition.has(kDate))
    if (auto date = normalize_date(string)) return Json(*std::move(date));
  if (definition.has(kSemver))
    if (const auto version = package::Version::parse(string)) return Json(version->to_string());
  return std::nullopt;
}

/// The words true, false, null and numbers, where the type knows them (nopt's clean, before it validates).
Json coerce_words(Json value, const Definition* definition) {
  if (!value.is_string()) return value;
  std::string text(trim(value.get_ref<const std::string&>()));
  const bool boolean = definition == nullptr || definition->has(kBoolean);
  const bool can_be_null = definition == nullptr || definition->has(kNull);
  if (text == "null" && can_be_null) return nullptr;
  if (text == "true" && boolean) return true;
  if (text == "false" && (boolean || (definition != nullptr && definition->has(kFalse)))) return false;
  if (definition != nullptr && definition->has(kNumber))
    if (const auto number = parse_js_number(text)) return number_json(*number);
  return text;
}

std::optional<Json> clean_one(const Json& raw, const Definition* definition, const PathBase& base) {
  Json value = coerce_words(raw, definition);
  if (definition == nullptr) return value;
  // `--no-x` means null where false is no value but null is.
  if (value.is_boolean() && !value.get<bool>() && definition->has(kNull) && !definition->has(kFalse) &&
      !definition->has(kBoolean))
    value = nullptr;
  return validate_against(value, *definition, base);
}

std::optional<Json> parse_text(std::string_view raw, const Definition* definition, const Environment& environment,
                               const PathBase& base) {
  const auto has = [definition](TypeBit bit) { return definition != nullptr && definition->has(bit); };
  const auto text = trim(raw);
  const bool string = has(kString) || has(kPath);
  if (has(kBoolean) && !string && text.empty()) return Json(true);
  if (!string && !has(kNumber)) {
    if (text == "true") return Json(true);
    if (text == "false") return Json(false);
    if (text == "null") return Json(nullptr);
    if (text == "undefined") return std::nullopt;
  }
  std::string value = expand_variables(text, environment);
  if (has(kDate)) {
    auto date = normalize_date(value);
    return Json(date ? *std::move(date) : value);
  }
  if (has(kPath)) return Json(resolve_path(value, base));
  if (has(kUmask)) {
    const auto mask = parse_umask(value);
    return mask ? Json(*mask) : Json(value);
  }
  if (has(kNumber))
    if (const auto number = parse_js_number(value)) return number_json(*number);
  return Json(std::move(value));
}

}  // namespace

std::optional<double> parse_js_number(std::string_view text) {
  text = trim(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text[0] == '0') {
    const char kind = text[1];
    if (kind == 'x' || kind == 'X') return parse_radix(text.substr(2), 16);
    if (kind == 'o' || kind == 'O') return parse_radix(text.substr(2), 8);
    if (kind == 'b' || kind == 'B') return parse_radix(text.substr(2), 2);
  }
  double sign = 1;
  if (text.front() == '+' || text.front() == '-') {
    sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text == "Infinity") return sign * std::numeric_limits<double>::infinity();
  if (text.empty() || (text.front() != '.' && (text.front() < '0' || text.front() > '9'))) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return sign * number;
}

Json number_json(double number) {
  if (std::abs(number) <= kMaxSafeInteger && number == std::floor(number)) return static_cast<std::int64_t>(number);
  return number;
}

std::optional<std::string> normalize_date(std::string_view text) {
  text = trim(text);
  DateParts parts;
  bool with_time = false;
  if (!take_digits(text, 4, parts.year)) return std::nullopt;
  if (take(text, '-') && !take_digits(text, 2, parts.month)) return std::nullopt;
  if (take(text, '-') && !take_digits(text, 2, parts.day)) return std::nullopt;
  std::optional<int> offset;
  if (take(text, 'T') || take(text, ' ')) {
    with_time = true;
    if (!take_digits(text, 2, parts.hour) || !take(text, ':') || !take_digits(text, 2, parts.minute))
      return std::nullopt;
    if (take(text, ':') && !take_digits(text, 2, parts.second)) return std::nullopt;
    if (take(text, '.') && !take_fraction(text, parts.millisecond)) return std::nullopt;
    if (!take_zone(text, offset)) return std::nullopt;
  }
  if (!text.empty() || parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31 || parts.hour > 24 ||
      parts.minute > 59 || parts.second > 59)
    return std::nullopt;
  std::tm calendar{};
  calendar.tm_year = parts.year - 1900;
  calendar.tm_mon = parts.month - 1;
  calendar.tm_mday = parts.day;
  calendar.tm_hour = parts.hour;
  calendar.tm_min = parts.minute;
  calendar.tm_sec = parts.second;
  calendar.tm_isdst = -1;
  std::time_t seconds = with_time && !offset ? mktime(&calendar) : timegm(&calendar);
  if (offset) seconds -= static_cast<std::time_t>(*offset) * 60;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, parts.millisecond);
}

std::string resolve_path(std::string_view text, const PathBase& base) {
  std::filesystem::path path(text);
  if (text.starts_with("~/") && !base.home.empty()) path = std::filesystem::path(base.home) / text.substr(2);
  if (path.is_relative()) path = std::filesystem::path(base.cwd) / path;
  auto normal = path.lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

std::optional<Json> parse_field(const Json& value, const Definition* definition, const Environment& environment,
                                const PathBase& base) {
  const bool list = definition != nullptr && definition->has(kArray);
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (!list) return parse_text(text, definition, environment, base);
    Json items = Json::array();
    std::string_view rest = trim(text);
    for (;;) {
      const auto gap = rest.find("\n\n");
      if (auto item = parse_text(rest.substr(0, gap), definition, environment, base)) items.push_back(*std::move(item));
      if (gap == std::string_view::npos) return items;
      rest.remove_prefix(gap + 2);
    }
  }
  // `save[]=true`: a list where one value is wanted; the last counts, as it would without the brackets.
  if (value.is_array() && definition != nullptr && !list)
    return value.empty() ? std::nullopt : parse_field(value.back(), definition, environment, base);
  if (!value.is_array() || !list) return value;
  Json items = Json::array();
  for (const auto& item : value) {
    auto parsed =
        item.is_string() ? parse_text(item.get_ref<const std::string&>(), definition, environment, base) : item;
    if (parsed) items.push_back(*std::move(parsed));
  }
  return items;
}

std::optional<Json> clean_value(const Json& value, const Definition* definition, const PathBase& base) {
  if (!value.is_array()) return clean_one(value, definition, base);
  Json items = Json::array();
  for (const auto& item : value)
    if (auto cleaned = clean_one(item, definition, base)) items.push_back(*std::move(cleaned));
  if (items.empty() && definition != nullptr && !definition->has(kArray)) return std::nullopt;
  return items;
}

std::string display_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float() && std::isinf(value.get<double>()))
    return value.get<double>() < 0 ? "-Infinity" : "Infinity";
  if (!value.is_array()) return json_text(value);
  std::vector<std::string> parts;
  for (const auto& item : value) parts.push_back(item.is_null() ? std::string() : display_text(item));
  return join(parts, ",");
}

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hoist::cli
