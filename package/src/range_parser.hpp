#pragma once
/// From range text to comparators. Private to the range sources.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "hoist/package/range.hpp"

namespace hoist::package::range_detail {

/// Gathers the comparators of one set under Range's rules: a null comparator (`<0.0.0-0`) stands alone, `*` goes when
/// anything else is there, repetitions go.
class SetBuilder {
 public:
  void add(Comparator comparator);
  /// Empty when nothing was added.
  [[nodiscard]] ComparatorSet take() &&;

 private:
  [[nodiscard]] bool is_repetition(const Comparator& comparator);

  ComparatorSet set_;
  std::optional<Comparator> null_;
  bool any_ = false;
  std::unordered_set<std::string> seen_;  // only for sets too long to search
};

/// `<0.0.0-0`: matches nothing.
[[nodiscard]] bool is_null(const Comparator& comparator) noexcept;

/// One alternative (no `||`, trimmed) in its common, well-formed shape; nullopt when the general parser has to look.
/// Where it answers, it answers as parse_general_set does.
[[nodiscard]] std::optional<ComparatorSet> parse_plain_set(std::string_view text, SemverOptions options);

/// One alternative, whatever its shape. nullopt when Range's constructor would throw; empty when loose parsing threw
/// every comparator out.
[[nodiscard]] std::optional<ComparatorSet> parse_general_set(std::string_view text, SemverOptions options);

/// One alternative by whichever parser knows it.
[[nodiscard]] std::optional<ComparatorSet> parse_set(std::string_view text, SemverOptions options);

/// The set with every build metadata removed: what node-semver tells sets apart by.
[[nodiscard]] std::string strip_builds(std::string_view text);

/// Trims the space between an operator and its version (`> 1` to `>1`), for <, >, =, then ~ and ^.
[[nodiscard]] std::string trim_operators(std::string_view text);

}  // namespace hoist::package::range_detail
