#include "hoist/registry/conditions.hpp"

#include <fmt/chrono.h>

#include <charconv>

#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

std::string_view without_weak_mark(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

bool parse_number(std::string_view text, std::size_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// `q=0`, `q=0.0`, … : the coding is refused.
bool is_zero_quality(std::string_view parameter) {
  parameter = trim(parameter);
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool etag_matches(std::string_view header, std::string_view etag) {
  return std::ranges::any_of(split(header, ','), [&](std::string_view item) {
    item = trim(item);
    return item == "*" || (!item.empty() && without_weak_mark(item) == without_weak_mark(etag));
  });
}

bool accepts_encoding(std::string_view header, std::string_view wanted) {
  bool by_star = false;
  for (const auto item : split(header, ',')) {
    const auto parts = split(item, ';');
    const bool refused = std::any_of(parts.begin() + 1, parts.end(), is_zero_quality);
    const std::string coding = to_lower(trim(parts.front()));
    if (coding == wanted || (wanted == "gzip" && coding == "x-gzip")) return !refused;
    if (coding == "*") by_star = !refused;
  }
  return by_star;
}

bool accepts_gzip(std::string_view header) { return accepts_encoding(header, "gzip"); }

std::string http_date(std::chrono::sys_seconds time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

RangeDecision decide_range(std::string_view header, std::size_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit) || header.contains(',')) return WholeBody{};
  const std::string_view range = trim(header.substr(unit.size()));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return WholeBody{};
  const std::string_view from = range.substr(0, dash), to = range.substr(dash + 1);
  std::size_t first = 0, last = 0;
  if (from.empty()) {  // the last n bytes
    if (!parse_number(to, last)) return WholeBody{};
    if (last == 0 || size == 0) return Unsatisfiable{};
    const std::size_t length = std::min(last, size);
    return ByteRange{size - length, length};
  }
  if (!parse_number(from, first)) return WholeBody{};
  if (to.empty()) {
    last = size == 0 ? 0 : size - 1;
  } else if (!parse_number(to, last) || last < first) {
    return WholeBody{};
  }
  if (first >= size) return Unsatisfiable{};
  return ByteRange{first, std::min(last, size - 1) - first + 1};
}

}  // namespace hoist::registry
