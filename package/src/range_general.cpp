// The thorough half of range parsing: rewrites text into text step by step as node-semver documents it, since the
// corner cases (wildcards in odd places, over-long numbers, stray characters) are what that rewriting makes of them.

#include <fmt/format.h>

#include "range_parser.hpp"
#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package::range_detail {
namespace {

using semver::Follow;
using semver::increment_digits;
using semver::VersionParts;

constexpr std::string_view kNullSet = "<0.0.0-0";

bool is_x(std::string_view id) noexcept { return id.empty() || semver::is_wildcard(id[0]); }

/// `1.2 - 3.4` as comparators; nullopt when the text is no hyphen range.
std::optional<std::string> rewrite_hyphen(std::string_view text, SemverOptions options) {
  const auto from = semver::match_partial(text, 0, options.loose, Follow::kHyphen);
  if (!from) return std::nullopt;
  const auto to_start = from->end + 3;
  const auto to = semver::match_partial(text, to_start, options.loose, Follow::kEnd);
  if (!to) return std::nullopt;
  const std::string_view lowest = options.include_prerelease ? "-0" : "";

  std::string out;
  if (is_x(from->major)) {
  } else if (is_x(from->minor)) {
    out = fmt::format(">={}.0.0{}", from->major, lowest);
  } else if (is_x(from->patch)) {
    out = fmt::format(">={}.{}.0{}", from->major, from->minor, lowest);
  } else {
    out = fmt::format(">={}{}", text.substr(0, from->end), from->prerelease.empty() ? lowest : "");
  }
  if (is_x(to->major)) return out;
  if (!out.empty()) out += ' ';
  if (is_x(to->minor))
    out += fmt::format("<{}.0.0-0", increment_digits(to->major));
  else if (is_x(to->patch))
    out += fmt::format("<{}.{}.0-0", to->major, increment_digits(to->minor));
  else if (!to->prerelease.empty())
    out += fmt::format("<={}.{}.{}-{}", to->major, to->minor, to->patch, to->prerelease);
  else if (options.include_prerelease)
    out += fmt::format("<{}.{}.{}-0", to->major, to->minor, increment_digits(to->patch));
  else
    out += fmt::format("<={}", text.substr(to_start));
  return out;
}

/// `>=major.minor.patch` with a prerelease where there is one.
std::string lower_bound(const VersionParts& parts) {
  const auto dash = parts.prerelease.empty() ? "" : "-";
  return fmt::format(">={}.{}.{}{}{}", parts.major, parts.minor, parts.patch, dash, parts.prerelease);
}

std::string rewrite_caret(const VersionParts& parts, std::string_view lowest) {
  const auto& [major, minor, patch, prerelease, build, end] = parts;
  if (is_x(major)) return "";
  if (is_x(minor)) return fmt::format(">={}.0.0{} <{}.0.0-0", major, lowest, increment_digits(major));
  const bool zero = major == "0";
  const auto below = zero ? fmt::format("<{}.{}.0-0", major, increment_digits(minor))
                          : fmt::format("<{}.0.0-0", increment_digits(major));
  if (is_x(patch)) return fmt::format(">={}.{}.0{} {}", major, minor, lowest, below);
  if (zero && minor == "0")
    return fmt::format("{} <{}.{}.{}-0", lower_bound(parts), major, minor, increment_digits(patch));
  return fmt::format("{} {}", lower_bound(parts), below);
}

std::string rewrite_tilde(const VersionParts& parts, std::string_view lowest) {
  const auto& [major, minor, patch, prerelease, build, end] = parts;
  if (is_x(major)) return "";
  if (is_x(minor)) return fmt::format(">={}.0.0{} <{}.0.0-0", major, lowest, increment_digits(major));
  const auto below = fmt::format("<{}.{}.0-0", major, increment_digits(minor));
  if (is_x(patch)) return fmt::format(">={}.{}.0{} {}", major, minor, lowest, below);
  return fmt::format("{} {}", lower_bound(parts), below);
}

/// The operator at the start of a comparator: `<`, `<=`, `>`, `>=`, `=` or nothing.
std::string_view leading_operator(std::string_view text) noexcept {
  std::size_t length = text.starts_with('<') || text.starts_with('>') ? 1 : 0;
  if (text.substr(length).starts_with('=')) ++length;
  return text.substr(0, length);
}

/// A bounded wildcard: `>1`, `<=1.2.x`.
std::string rewrite_bounded_x(std::string_view op, const VersionParts& parts, std::string_view lowest) {
  const bool open_minor = is_x(parts.minor);
  std::string major(parts.major), minor = open_minor ? "0" : std::string(parts.minor);
  if (op == ">" || op == "<=") {
    if (open_minor)
      major = increment_digits(major);
    else
      minor = increment_digits(minor);
    op = op == ">" ? ">=" : "<";
  }
  return fmt::format("{}{}.{}.0{}", op, major, minor, op == "<" ? "-0" : lowest);
}

/// `1.x`, `*`, `>=1`; anything else comes back as it was.
std::string rewrite_x_range(std::string_view text, bool loose, std::string_view lowest) {
  auto op = leading_operator(text);
  const auto parts = semver::match_partial(text, op.size(), loose, Follow::kEnd);
  if (!parts) return std::string(text);
  const auto& [major, minor, patch, prerelease, build, end] = *parts;
  if ((is_x(major) && !is_x(minor)) || (is_x(minor) && !is_x(patch))) return std::string(text);
  if (!is_x(patch)) return std::string(text);
  if (op == "=") op = {};
  if (is_x(major)) return op == ">" || op == "<" ? std::string(kNullSet) : "*";
  if (!op.empty()) return rewrite_bounded_x(op, *parts, lowest);
  if (is_x(minor)) return fmt::format(">={}.0.0{} <{}.0.0-0", major, lowest, increment_digits(major));
  return fmt::format(">={}.{}.0{} <{}.{}.0-0", major, minor, lowest, major, increment_digits(minor));
}

/// Removes the first `*` with the operator before it.
void remove_star(std::string& text) {
  const auto star = text.find('*');
  if (star == std::string::npos) return;
  auto start = star;
  if (start > 0 && text[start - 1] == '=') --start;
  if (start > 0 && (text[start - 1] == '<' || text[start - 1] == '>')) --start;
  text.erase(start, star + 1 - start);
}

/// One word of the range as plain comparators (possibly none), separated by spaces.
std::string rewrite_word(std::string_view word, SemverOptions options) {
  const std::string_view lowest = options.include_prerelease ? "-0" : "";
  if (word.starts_with('^'))
    if (const auto parts = semver::match_partial(word, 1, options.loose, Follow::kEnd))
      return rewrite_caret(*parts, lowest);
  if (word.starts_with('~'))
    if (const auto parts = semver::match_partial(word, word.starts_with("~>") ? 2 : 1, options.loose, Follow::kEnd))
      return rewrite_tilde(*parts, lowest);
  auto out = rewrite_x_range(word, options.loose, lowest);
  remove_star(out);
  return out;
}

enum class Reading : std::uint8_t { kComparator, kNotOne, kInvalid };

/// `new Comparator(text)`: kNotOne where its expression does not match, kInvalid where the version is out of bounds.
Reading read_comparator(std::string_view text, bool loose, Comparator& out) {
  out = {};
  if (text.empty()) return Reading::kComparator;
  const auto op = leading_operator(text);
  const auto rest = text.substr(op.size());
  const auto parts = semver::match_prefixed_version(rest, loose);
  if (!parts) return Reading::kNotOne;
  if (rest.size() > semver::kMaxLength) return Reading::kInvalid;
  auto version = semver::make_version(*parts);
  if (!version) return Reading::kInvalid;
  out.version = *std::move(version);
  out.op = op == ">="   ? Operator::kGreaterEqual
           : op == ">"  ? Operator::kGreater
           : op == "<=" ? Operator::kLessEqual
           : op == "<"  ? Operator::kLess
                        : Operator::kEqual;
  return Reading::kComparator;
}

/// Calls `take` with each part that `split(/\s+/)` yields, as long as it returns true.
template <class Take>
bool for_each_word(std::string_view text, Take&& take) {
  std::size_t at = 0;
  for (;;) {
    const auto end = std::min(text.find(' ', at), text.size());
    if (!take(text.substr(at, end - at))) return false;
    if (end == text.size()) return true;
    at = std::min(text.find_first_not_of(' ', end), text.size());
  }
}

}  // namespace

std::optional<ComparatorSet> parse_general_set(std::string_view text, SemverOptions options) {
  auto range = strip_builds(text);
  if (auto hyphen = rewrite_hyphen(range, options)) range = *std::move(hyphen);
  range = trim_operators(range);

  std::string comparators;
  comparators.reserve(range.size() * 2);
  for (std::size_t at = 0; at <= range.size();) {
    const auto end = std::min(range.find(' ', at), range.size());
    if (at != 0) comparators += ' ';
    comparators += rewrite_word(std::string_view(range).substr(at, end - at), options);
    at = end + 1;
  }

  const std::string_view everything = options.include_prerelease ? ">=0.0.0-0" : ">=0.0.0";
  SetBuilder builder;
  const bool valid = for_each_word(comparators, [&](std::string_view word) {
    Comparator comparator;
    const auto reading = read_comparator(word == everything ? std::string_view{} : word, options.loose, comparator);
    if (reading == Reading::kNotOne) return options.loose;  // loose: as if it were not there
    if (reading == Reading::kInvalid) return false;
    builder.add(std::move(comparator));
    return true;
  });
  if (!valid) return std::nullopt;
  return std::move(builder).take();
}

}  // namespace hoist::package::range_detail
