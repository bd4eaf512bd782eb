#pragma once
/// Globs as ignore files and `files` mean them: minimatch 10 with `dot`.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hoist::package {

/// `{a,b}`, `{1..3}`, nested and escaped braces expanded, as brace-expansion does. Patterns come from files of
/// strangers, so the number of results is bounded; what is beyond the bound is dropped.
[[nodiscard]] std::vector<std::string> expand_braces(std::string_view pattern);

/// One segment of a path pattern: `*`, `?`, `[…]`, `!(…)` and its relatives; a leading dot is nothing special.
class GlobSegment {
 public:
  explicit GlobSegment(std::string text, bool ignore_case);

  [[nodiscard]] bool matches(std::string_view name) const;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool is_globstar() const noexcept { return kind_ == Kind::kGlobstar; }
  /// No magic at all: the name it stands for.
  [[nodiscard]] bool is_literal() const noexcept { return kind_ == Kind::kLiteral; }
  [[nodiscard]] const std::string& literal() const noexcept { return literal_; }

 private:
  enum class Kind { kLiteral, kGlobstar, kStar, kSuffix, kGeneral };
  std::string text_;
  std::string literal_;  ///< kLiteral: the name; kSuffix: what follows the star
  Kind kind_;
  bool ignore_case_;
};

/// One rule of an ignore file: minimatch with `matchBase`, `dot`, `flipNegate` and `nocase`.
class IgnoreRule {
 public:
  explicit IgnoreRule(std::string_view rule);

  /// Starts with an odd number of `!`: what it matches is included.
  [[nodiscard]] bool negated() const noexcept { return negated_; }
  /// Short enough to be matched against the last segment alone (ignore-walk's question about `globParts`).
  [[nodiscard]] bool is_relative() const noexcept { return relative_; }
  /// `path` in segments; a leading or final slash is an empty segment. `partial`: the path may end before the pattern.
  [[nodiscard]] bool matches(std::span<const std::string_view> path, bool partial) const;

 private:
  std::vector<std::vector<GlobSegment>> sets_;
  bool negated_ = false;
  bool relative_ = false;
};

}  // namespace hoist::package
