#pragma once
/// Version ranges with node-semver's semantics.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/package/version.hpp"

namespace hoist::package {

enum class Operator { kAny, kEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// One `>=1.2.3`. kAny matches every version (subject to the prerelease rule of its set).
struct Comparator {
  Operator op = Operator::kAny;
  Version version;
  [[nodiscard]] bool test(const Version& candidate) const;
  /// node-semver's `Comparator#value`: "" for any, "1.2.3" for equality, ">=1.2.3" otherwise.
  [[nodiscard]] std::string to_string() const;
};

/// Comparators that must all hold.
using ComparatorSet = std::vector<Comparator>;

/// A disjunction of comparator sets.
class Range {
 public:
  /// EINVALIDRANGE when node-semver's `new Range(text, options)` would throw.
  static Result<Range> parse(std::string_view text, SemverOptions options = {});

  /// node-semver's `Range#test`, the prerelease rule included.
  [[nodiscard]] bool test(const Version& version) const;
  [[nodiscard]] const std::vector<ComparatorSet>& sets() const noexcept { return sets_; }
  [[nodiscard]] const SemverOptions& options() const noexcept { return options_; }
  /// The desugared text, node-semver's `Range#range`.
  [[nodiscard]] std::string to_string() const;
  /// The text it was parsed from, white space folded: node-semver's `Range#raw`.
  [[nodiscard]] const std::string& raw() const noexcept { return raw_; }

 private:
  std::vector<ComparatorSet> sets_;
  SemverOptions options_;
  std::string raw_;
};

/// False when either does not parse: node-semver's `satisfies`.
[[nodiscard]] bool satisfies(std::string_view version, std::string_view range, SemverOptions options = {});

/// The highest (lowest) of `versions` that the range accepts; nullptr when none does.
[[nodiscard]] const Version* max_satisfying(std::span<const Version> versions, const Range& range);
[[nodiscard]] const Version* min_satisfying(std::span<const Version> versions, const Range& range);

/// Whether some version could satisfy both (node-semver's `intersects`).
[[nodiscard]] bool intersects(const Range& a, const Range& b);

/// Whether every version that satisfies `sub` satisfies `super` (node-semver's `subset`).
[[nodiscard]] bool is_subset(const Range& sub, const Range& super);

/// The shortest range that picks the same of `versions` (node-semver's `simplifyRange`).
[[nodiscard]] std::string simplify_range(std::span<const Version> versions, const Range& range);

/// The lowest version that could match; nullopt when nothing can. EINVALIDVERSION where node-semver throws: the range
/// begins behind the highest number it can hold, and with `loose` or `includePrerelease` it reads the sum again.
[[nodiscard]] Result<std::optional<Version>> min_version(const Range& range);

/// Whether the version is greater (`gtr`) or less (`ltr`) than all the range accepts.
[[nodiscard]] bool greater_than_range(const Version& version, const Range& range);
[[nodiscard]] bool less_than_range(const Version& version, const Range& range);

}  // namespace hoist::package
