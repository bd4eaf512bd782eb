// The fast half of range parsing: `^1.2.3`, `~1.2`, `>=1 <2`, `1.x`, `*`, with or without a prerelease. Everything here
// works on numbers; whatever looks unusual is left to range_general.cpp, which works on text as node-semver does.

#include <algorithm>
#include <array>

#include "range_parser.hpp"
#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package::range_detail {
namespace {

using semver::is_digit;

enum class Prefix : std::uint8_t { kNone, kEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kTilde, kCaret };

/// One operator with its version; numbers[i] is unset from the first wildcard on.
struct Token {
  Prefix prefix = Prefix::kNone;
  std::array<std::uint64_t, 3> numbers{};
  int known = 0;  ///< how many of major, minor, patch are numbers
  std::vector<PrereleaseIdentifier> prerelease;
};

std::vector<PrereleaseIdentifier> lowest_prerelease() { return {{true, 0, "0"}}; }

class Scanner {
 public:
  Scanner(std::string_view text, bool include_prerelease) : text_(text), include_prerelease_(include_prerelease) {}

  std::optional<ComparatorSet> run() {
    if (text_.empty()) {
      builder_.add({});
      return std::move(builder_).take();
    }
    for (;;) {
      Token token;
      if (!read_prefix(token) || !read_numbers(token)) return std::nullopt;
      expand(token);
      if (at_ == text_.size()) return std::move(builder_).take();
      ++at_;  // read_numbers() stops at a space or at the end
    }
  }

 private:
  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool at_token_end() const noexcept { return at_ == text_.size() || text_[at_] == ' '; }
  bool accept(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool read_prefix(Token& token) noexcept {
    if (accept('^'))
      token.prefix = Prefix::kCaret;
    else if (accept('~'))
      token.prefix = (accept('>'), Prefix::kTilde);
    else if (accept('>'))
      token.prefix = accept('=') ? Prefix::kGreaterEqual : Prefix::kGreater;
    else if (accept('<'))
      token.prefix = accept('=') ? Prefix::kLessEqual : Prefix::kLess;
    else if (accept('='))
      token.prefix = Prefix::kEqual;
    if (token.prefix != Prefix::kNone) accept(' ');
    return is_digit(peek()) || semver::is_wildcard(peek());
  }

  bool read_number(std::uint64_t& value) noexcept {
    const auto start = at_;
    value = 0;
    while (is_digit(peek())) value = value * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
    const auto length = at_ - start;
    return length >= 1 && length <= 15 && (length == 1 || text_[start] != '0');
  }

  bool read_numbers(Token& token) {
    bool wildcard = false;
    for (std::size_t index = 0; index < 3; ++index) {
      if (semver::is_wildcard(peek())) {
        ++at_;
        wildcard = true;
      } else {
        if (wildcard || !read_number(token.numbers[index])) return false;
        ++token.known;
      }
      if (at_token_end()) return true;
      if (index < 2 && !accept('.')) return false;
    }
    return token.known == 3 && read_prerelease(token);
  }

  bool read_prerelease(Token& token) {
    if (!accept('-')) return false;
    const auto end = std::min(text_.find(' ', at_), text_.size());
    const auto list = text_.substr(at_, end - at_);
    if (list.size() > 128) return false;  // lengths are the general parser's business
    std::size_t start = 0;
    while (start <= list.size()) {
      const auto stop = std::min(list.find('.', start), list.size());
      const auto identifier = list.substr(start, stop - start);
      // One that is well formed on its own: only then does its match end where it ends.
      if (semver::match_prerelease_identifiers(identifier, 0, false) != identifier.size() || identifier.empty())
        return false;
      token.prerelease.push_back(semver::make_identifier(identifier));
      start = stop + 1;
    }
    at_ = end;
    return true;
  }

  void expand(Token& token) {
    const auto [major, minor, patch] = token.numbers;
    switch (token.prefix) {
      case Prefix::kCaret:
        if (token.known == 0) return builder_.add({});
        add_lower(token);
        if (token.known == 1 || major > 0) return add_below(major + 1, 0, 0);
        if (token.known == 2 || minor > 0) return add_below(0, minor + 1, 0);
        return add_below(0, 0, patch + 1);
      case Prefix::kTilde:
        if (token.known == 0) return builder_.add({});
        add_lower(token);
        return token.known == 1 ? add_below(major + 1, 0, 0) : add_below(major, minor + 1, 0);
      default:
        return token.known == 3 ? add_exact(token) : expand_wildcard(token);
    }
  }

  void add_exact(Token& token) {
    static constexpr std::array kOperators{Operator::kEqual,     Operator::kEqual,   Operator::kLess,
                                           Operator::kLessEqual, Operator::kGreater, Operator::kGreaterEqual};
    const auto [major, minor, patch] = token.numbers;
    add(kOperators[static_cast<std::size_t>(token.prefix)], Version(major, minor, patch, std::move(token.prerelease)));
  }

  /// `1.x`, `>1`, `<=1.2`: the patch, at least, is open.
  void expand_wildcard(const Token& token) {
    const auto [major, minor, patch] = token.numbers;
    const bool by_major = token.known == 1;
    const auto next_major = by_major ? major + 1 : major, next_minor = by_major ? 0 : minor + 1;
    const bool bounded = token.prefix != Prefix::kNone && token.prefix != Prefix::kEqual;
    if (token.known == 0) {
      if (token.prefix == Prefix::kLess || token.prefix == Prefix::kGreater) return add_below(0, 0, 0);
      return builder_.add({});
    }
    if (!bounded) {
      add_lower(token);
      return add_below(next_major, next_minor, 0);
    }
    switch (token.prefix) {
      case Prefix::kGreater:
        return add(Operator::kGreaterEqual, open(next_major, next_minor));
      case Prefix::kGreaterEqual:
        return add(Operator::kGreaterEqual, open(major, minor));
      case Prefix::kLess:
        return add_below(major, minor, 0);
      default:
        return add_below(next_major, next_minor, 0);
    }
  }

  [[nodiscard]] Version open(std::uint64_t major, std::uint64_t minor) const {
    return {major, minor, 0, include_prerelease_ ? lowest_prerelease() : std::vector<PrereleaseIdentifier>{}};
  }

  /// The lower bound of ^, ~ and wildcards: with prereleases included, an open bound starts at the lowest of them.
  void add_lower(Token& token) {
    const auto [major, minor, patch] = token.numbers;
    if (token.known < 3) return add(Operator::kGreaterEqual, open(major, minor));
    add(Operator::kGreaterEqual, Version(major, minor, patch, std::move(token.prerelease)));
  }
  void add_lower(const Token& token) { add(Operator::kGreaterEqual, open(token.numbers[0], token.numbers[1])); }

  void add_below(std::uint64_t major, std::uint64_t minor, std::uint64_t patch) {
    add(Operator::kLess, Version(major, minor, patch, lowest_prerelease()));
  }

  void add(Operator op, Version version) {
    if (op == Operator::kGreaterEqual && is_lowest(version)) return builder_.add({});
    builder_.add({op, std::move(version)});
  }

  /// `>=0.0.0` says nothing, nor does `>=0.0.0-0` where prereleases count.
  [[nodiscard]] bool is_lowest(const Version& version) const noexcept {
    if (version.major() != 0 || version.minor() != 0 || version.patch() != 0) return false;
    const auto& prerelease = version.prerelease();
    if (!include_prerelease_) return prerelease.empty();
    return prerelease.size() == 1 && prerelease[0].numeric && prerelease[0].number == 0;
  }

  std::string_view text_;
  bool include_prerelease_;
  std::size_t at_ = 0;
  SetBuilder builder_;
};

}  // namespace

std::optional<ComparatorSet> parse_plain_set(std::string_view text, SemverOptions options) {
  return Scanner(text, options.include_prerelease).run();
}

}  // namespace hoist::package::range_detail
