// Ranges against ranges: intersects and is_subset.

#include <algorithm>

#include "hoist/package/range.hpp"
#include "range_parser.hpp"
#include "semver_text.hpp"

namespace hoist::package {
namespace {

bool is_lower_bound(const Comparator& c) noexcept {
  return c.op == Operator::kGreater || c.op == Operator::kGreaterEqual;
}
bool is_upper_bound(const Comparator& c) noexcept { return c.op == Operator::kLess || c.op == Operator::kLessEqual; }
bool is_inclusive(const Comparator& c) noexcept {
  return c.op == Operator::kGreaterEqual || c.op == Operator::kLessEqual;
}

bool same_release(const Version& a, const Version& b) noexcept { return a.compare_main(b) == 0; }

/// The version against the comparator as a range of its own, the prerelease rule included.
bool satisfies_alone(const Version& version, const Comparator& comparator, bool include_prerelease) {
  if (!comparator.test(version)) return false;
  if (!version.is_prerelease() || include_prerelease) return true;
  return comparator.op != Operator::kAny && comparator.version.is_prerelease() &&
         same_release(version, comparator.version);
}

/// `<0.0.0` and its prereleases: nothing that counts lies below.
bool nothing_below(const Comparator& comparator, bool include_prerelease) {
  if (include_prerelease) return range_detail::is_null(comparator);
  return comparator.op == Operator::kLess && comparator.version.compare_main(Version()) == 0;
}

/// Comparator#intersects.
bool intersect(const Comparator& a, const Comparator& b, bool include_prerelease) {
  if (a.op == Operator::kAny) return true;
  if (a.op == Operator::kEqual) return satisfies_alone(a.version, b, include_prerelease);
  if (b.op == Operator::kAny) return true;
  if (b.op == Operator::kEqual) return satisfies_alone(b.version, a, include_prerelease);
  if (nothing_below(a, include_prerelease) || nothing_below(b, include_prerelease)) return false;
  if (is_lower_bound(a) == is_lower_bound(b)) return true;
  const auto order = a.version <=> b.version;
  if (order == 0 && is_inclusive(a) && is_inclusive(b) && a.version.prerelease() == b.version.prerelease()) return true;
  return is_lower_bound(a) ? order < 0 : order > 0;
}

/// Whether the comparators of one set agree pairwise.
bool is_satisfiable(const ComparatorSet& set, bool include_prerelease) {
  for (std::size_t i = set.size(); i-- > 1;)
    for (std::size_t k = 0; k < i; ++k)
      if (!intersect(set[i], set[k], include_prerelease)) return false;
  return true;
}

/// A set with the text that node-semver's cache of sets knows it by: sets of the same text are one object there.
struct KeyedSet {
  ComparatorSet set;
  std::string key;
};

std::vector<KeyedSet> keyed_sets(const Range& range) {
  std::vector<KeyedSet> sets;
  const std::string_view raw = range.raw();
  std::size_t next = 0;  // of the range's own sets: the pieces below meet them in order
  for (std::size_t at = 0; at <= raw.size() && next < range.sets().size();) {
    const auto end = std::min(raw.find("||", at), raw.size());
    const auto piece = semver::trim_whitespace(raw.substr(at, end - at));
    at = end == raw.size() ? end + 1 : end + 2;
    const auto set = range_detail::parse_set(piece, range.options());
    const auto& wanted = range.sets()[next];
    const auto same = [](const Comparator& a, const Comparator& b) {
      return a.op == b.op && same_release(a.version, b.version) && a.version.prerelease() == b.version.prerelease();
    };
    if (!set || !std::ranges::equal(*set, wanted, same)) continue;
    sets.push_back({wanted, range_detail::strip_builds(piece)});
    ++next;
  }
  return sets;
}

enum class Subset : std::uint8_t { kNo, kYes, kNothing };  // kNothing: the set matches no version

/// What a set's comparators come to.
struct Bounds {
  const Comparator* lower = nullptr;
  const Comparator* upper = nullptr;
  const Comparator* equal = nullptr;
  bool empty = false;
  bool single = false;  ///< lower and upper are the same, inclusive
};

/// The tighter of two lower bounds; the first on a tie.
const Comparator* higher(const Comparator* a, const Comparator* b) {
  if (a == nullptr) return b;
  const auto order = a->version <=> b->version;
  if (order != 0) return order > 0 ? a : b;
  return b->op == Operator::kGreater && a->op == Operator::kGreaterEqual ? b : a;
}

const Comparator* lower(const Comparator* a, const Comparator* b) {
  if (a == nullptr) return b;
  const auto order = a->version <=> b->version;
  if (order != 0) return order < 0 ? a : b;
  return b->op == Operator::kLess && a->op == Operator::kLessEqual ? b : a;
}

Bounds bounds_of(const ComparatorSet& set) {
  Bounds bounds;
  for (const auto& comparator : set) {
    if (is_lower_bound(comparator))
      bounds.lower = higher(bounds.lower, &comparator);
    else if (is_upper_bound(comparator))
      bounds.upper = lower(bounds.upper, &comparator);
    else if (bounds.equal != nullptr)
      bounds.empty = true;
    else
      bounds.equal = &comparator;
  }
  if (bounds.empty || bounds.lower == nullptr || bounds.upper == nullptr) return bounds;
  const auto order = bounds.lower->version <=> bounds.upper->version;
  if (order > 0) bounds.empty = true;
  if (order == 0) (is_inclusive(*bounds.lower) && is_inclusive(*bounds.upper) ? bounds.single : bounds.empty) = true;
  return bounds;
}

Subset equal_subset(const Bounds& sub, const ComparatorSet& super, bool include_prerelease) {
  const auto& version = sub.equal->version;
  for (const auto* bound : {sub.lower, sub.upper})
    if (bound != nullptr && !satisfies_alone(version, *bound, include_prerelease)) return Subset::kNothing;
  const bool all = std::ranges::all_of(
      super, [&](const Comparator& comparator) { return satisfies_alone(version, comparator, include_prerelease); });
  return all ? Subset::kYes : Subset::kNo;
}

/// The version whose prereleases a bound lets in, which the superset then has to name too; nullptr when there is none.
const Version* needed_prerelease(const Comparator* bound, bool include_prerelease) {
  if (bound == nullptr || include_prerelease || !bound->version.is_prerelease()) return nullptr;
  const auto& prerelease = bound->version.prerelease();
  // `<1.2.3-0` is `<1.2.3` without prereleases.
  const bool zero = prerelease.size() == 1 && prerelease[0].numeric && prerelease[0].number == 0;
  return bound->op == Operator::kLess && zero ? nullptr : &bound->version;
}

Subset bounded_subset(const Bounds& sub, const ComparatorSet& super, bool include_prerelease) {
  const auto* need_lower = needed_prerelease(sub.lower, include_prerelease);
  const auto* need_upper = needed_prerelease(sub.upper, include_prerelease);
  bool has_lower = false, has_upper = false;
  for (const auto& comparator : super) {
    has_lower = has_lower || is_lower_bound(comparator);
    has_upper = has_upper || is_upper_bound(comparator);
    for (auto* need : {&need_lower, &need_upper})
      if (*need != nullptr && comparator.version.is_prerelease() && same_release(comparator.version, **need))
        *need = nullptr;
    if (sub.lower != nullptr) {
      if (is_lower_bound(comparator)) {
        if (higher(sub.lower, &comparator) == &comparator) return Subset::kNo;
      } else if (sub.lower->op == Operator::kGreaterEqual && !comparator.test(sub.lower->version)) {
        return Subset::kNo;
      }
    }
    if (sub.upper != nullptr) {
      if (is_upper_bound(comparator)) {
        if (lower(sub.upper, &comparator) == &comparator) return Subset::kNo;
      } else if (sub.upper->op == Operator::kLessEqual && !comparator.test(sub.upper->version)) {
        return Subset::kNo;
      }
    }
    const bool exact = comparator.op == Operator::kEqual || comparator.op == Operator::kAny;
    if (exact && (sub.lower != nullptr || sub.upper != nullptr) && !sub.single) return Subset::kNo;
  }
  // Open where the superset is bounded.
  if (sub.lower != nullptr && has_upper && sub.upper == nullptr) return Subset::kNo;
  if (sub.upper != nullptr && has_lower && sub.lower == nullptr) return Subset::kNo;
  return need_lower != nullptr || need_upper != nullptr ? Subset::kNo : Subset::kYes;
}

Subset set_subset(const KeyedSet& sub, const KeyedSet& super, bool include_prerelease) {
  if (sub.key == super.key) return Subset::kYes;
  const auto is_any = [](const ComparatorSet& set) { return set.size() == 1 && set[0].op == Operator::kAny; };
  const bool sub_any = is_any(sub.set), super_any = is_any(super.set);
  if (super_any && (sub_any || include_prerelease)) return Subset::kYes;
  const ComparatorSet from_zero{{Operator::kGreaterEqual, Version()}};
  const ComparatorSet from_lowest{{Operator::kGreaterEqual, Version(0, 0, 0, {{true, 0, "0"}})}};
  const auto& sub_set = !sub_any ? sub.set : include_prerelease ? from_lowest : from_zero;
  const auto& super_set = super_any ? from_zero : super.set;

  const auto bounds = bounds_of(sub_set);
  if (bounds.empty) return Subset::kNothing;
  if (bounds.equal != nullptr) return equal_subset(bounds, super_set, include_prerelease);
  return bounded_subset(bounds, super_set, include_prerelease);
}

}  // namespace

bool intersects(const Range& a, const Range& b) {
  const bool include_prerelease = a.options().include_prerelease;
  const auto satisfiable = [&](const ComparatorSet& set) { return is_satisfiable(set, include_prerelease); };
  const auto agree = [&](const ComparatorSet& left, const ComparatorSet& right) {
    return std::ranges::all_of(left, [&](const Comparator& x) {
      return std::ranges::all_of(right, [&](const Comparator& y) { return intersect(x, y, include_prerelease); });
    });
  };
  return std::ranges::any_of(a.sets(), [&](const ComparatorSet& left) {
    return satisfiable(left) && std::ranges::any_of(b.sets(), [&](const ComparatorSet& right) {
             return satisfiable(right) && agree(left, right);
           });
  });
}

bool is_subset(const Range& sub, const Range& super) {
  const bool include_prerelease = sub.options().include_prerelease;
  const auto super_sets = keyed_sets(super);
  bool saw_something = false;
  for (const auto& sub_set : keyed_sets(sub)) {
    bool found = false;
    for (const auto& super_set : super_sets) {
      const auto result = set_subset(sub_set, super_set, include_prerelease);
      saw_something = saw_something || result != Subset::kNothing;
      if (result == Subset::kYes) {
        found = true;
        break;
      }
    }
    // Sets that match nothing are ignored beside one that matches something.
    if (!found && saw_something) return false;
  }
  return true;
}

}  // namespace hoist::package
