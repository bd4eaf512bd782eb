#include "cli/config/glob.hpp"

#include <string>
#include <vector>

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

/// Patterns come from files of strangers; braces multiply.
constexpr std::size_t kMaxExpansions = 256;

/// The end of a bracket expression at `at`, or npos when it is none.
std::size_t bracket_end(std::string_view pattern, std::size_t at) {
  std::size_t i = at + 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  while (i < pattern.size() && pattern[i] != ']') ++i;
  return i < pattern.size() ? i : std::string_view::npos;
}

bool in_bracket(std::string_view body, char c) {
  const bool negated = body.starts_with('!') || body.starts_with('^');
  if (negated) body.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (i + 2 < body.size() && body[i + 1] == '-') {
      found = found || (body[i] <= c && c <= body[i + 2]);
      i += 2;
    } else {
      found = found || body[i] == c;
    }
  }
  return found != negated;
}

/// How much of the pattern stands for the one character `c`; 0 = it does not match.
std::size_t match_character(std::string_view pattern, char c) {
  if (pattern.empty()) return 0;
  if (pattern[0] == '?') return 1;
  if (pattern[0] == '[')
    if (const auto end = bracket_end(pattern, 0); end != std::string_view::npos)
      return in_bracket(pattern.substr(1, end - 1), c) ? end + 1 : 0;
  if (pattern[0] == '\\' && pattern.size() > 1) return pattern[1] == c ? 2 : 0;
  return pattern[0] == c ? 1 : 0;
}

/// One segment, with the usual single backtracking point for `*`: linear in practice, quadratic at worst.
bool match_segment(std::string_view pattern, std::string_view text) {
  if (text.starts_with('.') && !pattern.starts_with('.')) return false;
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
      continue;
    }
    if (const auto used = match_character(pattern.substr(p), text[t])) {
      p += used;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// Dynamic programming over segments: `**` must not make matching exponential.
bool match_segments(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
  std::vector<char> reachable(path.size() + 1, 0);
  reachable[0] = 1;
  for (const auto part : pattern) {
    std::vector<char> next(path.size() + 1, 0);
    bool open = false;
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (part == "**") {
        // A segment with a leading dot stops `**`.
        if (i > 0 && open && path[i - 1].starts_with('.')) open = false;
        open = open || reachable[i] != 0;
        next[i] = open ? 1 : 0;
      } else if (i > 0 && reachable[i - 1] != 0 && match_segment(part, path[i - 1])) {
        next[i] = 1;
      }
    }
    reachable = std::move(next);
  }
  return reachable.back() != 0;
}

/// The first `{a,b}` with a comma outside inner braces.
bool find_braces(std::string_view pattern, std::size_t& open, std::vector<std::size_t>& cuts) {
  for (open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    cuts.assign(1, open);
    int depth = 0;
    for (std::size_t i = open; i < pattern.size(); ++i) {
      if (pattern[i] == '{') ++depth;
      if (pattern[i] == ',' && depth == 1) cuts.push_back(i);
      if (pattern[i] == '}' && --depth == 0) {
        cuts.push_back(i);
        break;
      }
    }
    if (depth == 0 && cuts.size() > 2) return true;
  }
  return false;
}

std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> pending{std::string(pattern)}, done;
  while (!pending.empty() && pending.size() + done.size() < kMaxExpansions) {
    const std::string current = std::move(pending.back());
    pending.pop_back();
    std::size_t open = 0;
    std::vector<std::size_t> cuts;
    if (!find_braces(current, open, cuts)) {
      done.push_back(current);
      continue;
    }
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
      pending.push_back(current.substr(0, open) + current.substr(cuts[i] + 1, cuts[i + 1] - cuts[i] - 1) +
                        current.substr(cuts.back() + 1));
  }
  return done;
}

std::string_view without_final_slash(std::string_view text) {
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  const auto segments = split(without_final_slash(path), '/');
  for (const auto& plain : expand_braces(pattern))
    if (match_segments(split(without_final_slash(plain), '/'), segments)) return true;
  return false;
}

}  // namespace hoist::cli
