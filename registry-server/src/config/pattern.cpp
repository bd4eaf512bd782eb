#include "hoist/base/text.hpp"
#include "hoist/registry/config.hpp"

namespace hoist::registry {
namespace {

/// `[abc]`, `[a-z]`, `[!a]` at the front of `pattern`; the length of the class, 0 when it is not closed.
std::size_t match_class(std::string_view pattern, char c, bool& matched) {
  const auto close = pattern.find(']', 2);
  if (close == std::string_view::npos) return 0;
  std::string_view set = pattern.substr(1, close - 1);
  const bool negated = set.starts_with('!') || set.starts_with('^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found = found || (set[i] <= c && c <= set[i + 2]);
      i += 2;
    } else {
      found = found || set[i] == c;
    }
  }
  matched = found != negated;
  return close + 1;
}

/// Iterative, so that a pattern cannot cost more than |pattern| · |name|: only the last star is ever retried. A `*`
/// that hits a slash fails for good, unless a `**` stands before it.
bool match_plain(std::string_view pattern, std::string_view name) {
  struct Retry {
    std::size_t pattern = std::string_view::npos;
    std::size_t name = 0;
  };
  Retry star;
  Retry deep;
  std::size_t p = 0;
  std::size_t n = 0;
  const auto back_up = [&] {
    if (star.pattern != std::string_view::npos && star.name < name.size() && name[star.name] != '/') {
      n = ++star.name;
      p = star.pattern;
      return true;
    }
    if (deep.pattern == std::string_view::npos || deep.name >= name.size()) return false;
    star = Retry{};
    n = ++deep.name;
    p = deep.pattern;
    return true;
  };
  while (n < name.size() || p < pattern.size()) {
    if (pattern.substr(p).starts_with("**")) {
      p += 2;
      deep = Retry{p, n};
      star = Retry{};
      continue;
    }
    if (p < pattern.size() && pattern[p] == '*') {
      star = Retry{++p, n};
      continue;
    }
    bool matched = false;
    std::size_t used = 1;
    if (p < pattern.size() && n < name.size()) {
      if (pattern[p] == '[') used = match_class(pattern.substr(p), name[n], matched);
      if (used == 0 || pattern[p] != '[') {
        used = 1;
        matched = pattern[p] == name[n] || (pattern[p] == '?' && name[n] != '/');
      }
    }
    if (matched) {
      p += used;
      ++n;
    } else if (!back_up()) {
      return false;
    }
  }
  return true;
}

/// Replaces the first brace group by each of its alternatives; a bound keeps nested groups from multiplying.
void expand_braces(std::string_view pattern, std::vector<std::string>& out) {
  constexpr std::size_t most = 256;
  if (out.size() >= most) return;
  const auto open = pattern.find('{');
  const auto close = open == std::string_view::npos ? open : pattern.find('}', open);
  if (close == std::string_view::npos) {
    out.emplace_back(pattern);
    return;
  }
  for (const auto alternative : split(pattern.substr(open + 1, close - open - 1), ',')) {
    expand_braces(fmt::format("{}{}{}", pattern.substr(0, open), alternative, pattern.substr(close + 1)), out);
  }
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view name) {
  if (!pattern.contains('{')) return match_plain(pattern, name);
  std::vector<std::string> patterns;
  expand_braces(pattern, patterns);
  return std::ranges::any_of(patterns, [&](const std::string& each) { return match_plain(each, name); });
}

}  // namespace hoist::registry
