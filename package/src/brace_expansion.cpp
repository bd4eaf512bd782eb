#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <set>

#include "hoist/package/glob.hpp"

namespace hoist::package {
namespace {

constexpr std::size_t kMaxExpansions = 10'000;
constexpr std::size_t kMaxCharacters = 1'000'000;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxPattern = 8 * 1024;  // longer ones are not expanded

struct Braces {
  std::size_t open, close;
};

/// The first brace with a partner; escaped characters are not looked at.
std::optional<Braces> find_braces(std::string_view text, std::size_t from = 0) {
  for (std::size_t open = from; open < text.size(); ++open) {
    if (text[open] == '\\') {
      ++open;
      continue;
    }
    if (text[open] != '{') continue;
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '{')
        ++depth;
      else if (text[i] == '}' && --depth == 0)
        return Braces{open, i};
    }
  }
  return std::nullopt;
}

/// Split at the commas outside of inner braces.
std::vector<std::string_view> split_options(std::string_view body) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\\')
      ++i;
    else if (body[i] == '{')
      ++depth;
    else if (body[i] == '}')
      --depth;
    else if (body[i] == ',' && depth == 0) {
      parts.push_back(body.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(body.substr(start));
  return parts;
}

std::optional<long> integer(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_padded(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0';
}

std::string padded(long value, std::size_t width) {
  const std::string digits = std::to_string(std::labs(value));
  const std::size_t sign = value < 0 ? 1 : 0;
  std::string out(sign, '-');
  if (digits.size() + sign < width) out.append(width - digits.size() - sign, '0');
  return out + digits;
}

/// `1..3`, `a..e`, `1..9..2`; nullopt when the body is no sequence.
std::optional<std::vector<std::string>> expand_sequence(std::string_view body) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;;) {
    const auto dots = body.find("..", at);
    parts.push_back(body.substr(at, dots == std::string_view::npos ? dots : dots - at));
    if (dots == std::string_view::npos) break;
    at = dots + 2;
  }
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto letter = [](std::string_view part) {
    return part.size() == 1 && ((part[0] >= 'a' && part[0] <= 'z') || (part[0] >= 'A' && part[0] <= 'Z'));
  };
  const bool letters = letter(parts[0]) && letter(parts[1]);
  const auto first = letters ? std::optional<long>(parts[0][0]) : integer(parts[0]);
  const auto last = letters ? std::optional<long>(parts[1][0]) : integer(parts[1]);
  const auto step = parts.size() == 3 ? integer(parts[2]) : std::optional<long>(1);
  if (!first || !last || !step) return std::nullopt;
  const long by = std::max(std::labs(*step), 1L);
  const bool pad = !letters && std::ranges::any_of(parts, is_padded);
  const std::size_t width = pad ? std::max(parts[0].size(), parts[1].size()) : 0;
  std::vector<std::string> out;
  const bool down = *last < *first;
  for (long i = *first; (down ? i >= *last : i <= *last) && out.size() < kMaxExpansions; i += down ? -by : by)
    out.push_back(letters ? (i == '\\' ? std::string() : std::string(1, static_cast<char>(i))) : padded(i, width));
  return out;
}

std::vector<std::string> expand(std::string_view text, int depth);

void combine(std::vector<std::string>& all, std::string_view before, const std::vector<std::string>& values) {
  std::vector<std::string> out;
  std::size_t characters = 0;
  for (const auto& prefix : all)
    for (const auto& value : values) {
      std::string one = prefix + std::string(before) + value;
      characters += one.size();
      if (out.size() >= kMaxExpansions || characters > kMaxCharacters) {
        all = std::move(out);
        return;
      }
      out.push_back(std::move(one));
    }
  all = std::move(out);
}

std::vector<std::string> option_values(std::string_view body, int depth) {
  std::vector<std::string> values;
  for (const auto part : split_options(body))
    for (auto& value : expand(part, depth + 1)) {
      if (values.size() >= kMaxExpansions) return values;
      values.push_back(std::move(value));
    }
  return values;
}

std::vector<std::string> expand(std::string_view text, int depth) {
  std::vector<std::string> all{""};
  std::size_t search = 0;
  while (depth < kMaxDepth) {
    const auto braces = find_braces(text, search);
    if (!braces) break;
    const auto before = text.substr(0, braces->open);
    const auto body = text.substr(braces->open + 1, braces->close - braces->open - 1);
    auto sequence = expand_sequence(body);
    if (before.ends_with('$') || (!sequence && split_options(body).size() == 1 && !find_braces(body))) {
      search = braces->close + 1;  // `${x}` and `{x}` are text
      continue;
    }
    if (sequence) {
      combine(all, before, *sequence);
    } else if (split_options(body).size() == 1) {
      auto inner = expand(body, depth + 1);  // `{{a,b}}`: the outer braces stay
      for (auto& value : inner) value = '{' + value + '}';
      combine(all, before, inner);
    } else {
      combine(all, before, option_values(body, depth));
    }
    text = text.substr(braces->close + 1);
    search = 0;
  }
  combine(all, text, {""});
  return all;
}

}  // namespace

std::vector<std::string> expand_braces(std::string_view pattern) {
  if (pattern.size() > kMaxPattern || !find_braces(pattern)) return {std::string(pattern)};
  auto all = expand(pattern, 0);
  std::erase(all, std::string());
  std::set<std::string_view> seen;
  std::vector<std::string> unique;
  for (const auto& one : all)
    if (seen.insert(one).second) unique.push_back(one);
  return unique;
}

}  // namespace hoist::package
