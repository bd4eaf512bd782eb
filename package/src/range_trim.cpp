// Joins operators to their versions and drops build metadata, before a range is split at its spaces.

#include "range_parser.hpp"
#include "semver_text.hpp"

namespace hoist::package::range_detail {
namespace {

using semver::is_digit;
using semver::is_identifier_char;
using semver::is_wildcard;
using semver::kMaxLength;

constexpr std::size_t kMaxIdentifierTail = 250;

/// Measures the candidates of node-semver's comparator-trimming pass: the text it takes for a version decides where the
/// search goes on. All positions are ends, exclusive; the start comes back where nothing matched.
class VersionScanner {
 public:
  explicit VersionScanner(std::string_view text) : text_(text) {}

  /// A loose full version, or else a strict partial one.
  [[nodiscard]] std::size_t version_end(std::size_t at) const noexcept {
    const auto full = loose_full_end(at);
    return full != at ? full : partial_end(at);
  }

 private:
  [[nodiscard]] char at(std::size_t index) const noexcept { return index < text_.size() ? text_[index] : '\0'; }

  [[nodiscard]] std::size_t digits_end(std::size_t start, std::size_t limit) const noexcept {
    auto end = start;
    while (end - start < limit && is_digit(at(end))) ++end;
    return end;
  }
  [[nodiscard]] std::size_t number_end(std::size_t start, bool loose) const noexcept {
    if (!loose && at(start) == '0') return start + 1;
    return digits_end(start, loose ? kMaxLength : kMaxLength + 1);
  }
  [[nodiscard]] std::size_t run_end(std::size_t start, std::size_t limit) const noexcept {
    auto end = start;
    while (end - start < limit && is_identifier_char(at(end))) ++end;
    return end;
  }
  [[nodiscard]] std::size_t prerelease_identifier_end(std::size_t start, bool loose) const noexcept {
    const auto digits = digits_end(start, kMaxLength);
    if (is_identifier_char(at(digits)) && !is_digit(at(digits))) return run_end(digits + 1, kMaxIdentifierTail);
    return number_end(start, loose);
  }

  [[nodiscard]] std::size_t prerelease_end(std::size_t start, bool loose) const noexcept {
    const bool hyphen = at(start) == '-';
    if (!loose && !hyphen) return start;
    const auto first = start + (hyphen ? 1 : 0);
    auto end = prerelease_identifier_end(first, loose);
    if (end == first) {
      if (!loose || !hyphen) return start;
      end = prerelease_identifier_end(start, loose);
    }
    while (at(end) == '.') {
      const auto next = prerelease_identifier_end(end + 1, loose);
      if (next == end + 1) break;
      end = next;
    }
    return end;
  }

  [[nodiscard]] std::size_t build_end(std::size_t start) const noexcept {
    if (at(start) != '+') return start;
    auto end = run_end(start + 1, kMaxIdentifierTail);
    if (end == start + 1) return start;
    while (at(end) == '.') {
      const auto next = run_end(end + 1, kMaxIdentifierTail);
      if (next == end + 1) break;
      end = next;
    }
    return end;
  }

  [[nodiscard]] std::size_t loose_full_end(std::size_t start) const noexcept {
    auto end = start;
    for (int component = 0; component < 3; ++component) {
      const auto next = number_end(end, true);
      if (next == end) return start;
      end = next;
      if (component == 2) break;
      if (at(end) != '.') return start;
      ++end;
    }
    return build_end(prerelease_end(end, true));
  }

  [[nodiscard]] std::size_t partial_number_end(std::size_t start) const noexcept {
    if (is_digit(at(start))) return number_end(start, false);
    return is_wildcard(at(start)) ? start + 1 : start;
  }
  [[nodiscard]] std::size_t partial_end(std::size_t start) const noexcept {
    auto end = partial_number_end(start);
    for (int component = 0; component < 2; ++component) {
      if (at(end) != '.') return end;
      const auto next = partial_number_end(end + 1);
      if (next == end + 1) return end;
      end = next;
    }
    return build_end(prerelease_end(end, false));
  }

  std::string_view text_;
};

bool is_prefix(char c) noexcept { return c == 'v' || c == '=' || c == ' '; }

/// The space right behind the operator of a candidate that starts at `start`; npos when there is none.
std::size_t removable_space(std::string_view text, std::size_t start) noexcept {
  auto at = start;
  if (at < text.size() && text[at] == ' ') ++at;
  if (at < text.size() && (text[at] == '<' || text[at] == '>')) ++at;
  if (at < text.size() && text[at] == '=') ++at;
  return at < text.size() && text[at] == ' ' ? at : std::string_view::npos;
}

std::string trim_comparators(std::string_view text) {
  const VersionScanner scanner(text);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    const char c = text[at];
    if (c == '<' || c == '>') {
      ++at;
    } else if (!is_prefix(c) && !is_digit(c) && !is_wildcard(c)) {
      ++at;
      continue;
    }
    while (at < text.size() && is_prefix(text[at])) ++at;
    if (at >= text.size() || (!is_digit(text[at]) && !is_wildcard(text[at]))) continue;
    if (const auto space = removable_space(text, start); space != std::string_view::npos) {
      out.append(text, copied, space - copied);
      copied = space + 1;
    }
    at = scanner.version_end(at);
  }
  return out.append(text, copied);
}

/// Drops the space after every `~`, `~>` (written back as `~`) or `^` that has one.
std::string trim_after(std::string_view text, char mark) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out += text[at];
    if (text[at] != mark) continue;
    auto space = at + 1;
    if (mark == '~' && space < text.size() && text[space] == '>') ++space;
    if (space < text.size() && text[space] == ' ') at = space;
  }
  return out;
}

}  // namespace

std::string trim_operators(std::string_view text) { return trim_after(trim_after(trim_comparators(text), '~'), '^'); }

std::string strip_builds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto next = at + 1;
    if (text[at] != '+' || next >= text.size() || !is_identifier_char(text[next])) {
      out += text[at++];
      continue;
    }
    at = next;
    for (;;) {
      while (at < text.size() && is_identifier_char(text[at])) ++at;
      if (at + 1 >= text.size() || text[at] != '.' || !is_identifier_char(text[at + 1])) break;
      ++at;
    }
  }
  return out;
}

}  // namespace hoist::package::range_detail
