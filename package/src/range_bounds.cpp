// Where a range begins and ends: min_version, greater_than_range, less_than_range, simplify_range.

#include <fmt/format.h>

#include <algorithm>

#include "hoist/package/range.hpp"
#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package {
namespace {

/// The lowest version that the comparator's lower bound allows; nullopt for an upper bound.
std::optional<Version> lowest_of(const Comparator& comparator) {
  const auto& version = comparator.version;
  switch (comparator.op) {
    case Operator::kEqual:
    case Operator::kGreaterEqual:
      return Version(version.major(), version.minor(), version.patch(), version.prerelease());
    case Operator::kGreater: {
      if (!version.is_prerelease()) return Version(version.major(), version.minor(), version.patch() + 1);
      auto prerelease = version.prerelease();
      prerelease.push_back({true, 0, "0"});
      return Version(version.major(), version.minor(), version.patch(), std::move(prerelease));
    }
    default:
      return std::nullopt;
  }
}

/// The highest lower bound of a set.
std::optional<Version> lowest_of(const ComparatorSet& set) {
  std::optional<Version> lowest;
  for (const auto& comparator : set) {
    auto version = lowest_of(comparator);
    if (version && (!lowest || *version > *lowest)) lowest = std::move(version);
  }
  return lowest;
}

/// `outside`, for both directions: with `above` the version is asked to be greater than everything, else less.
bool is_outside(const Version& version, const Range& range, bool above) {
  if (range.test(version)) return false;
  const auto beyond = [above](const Version& a, const Version& b) { return above ? a > b : a < b; };
  const auto strict = above ? Operator::kGreater : Operator::kLess;
  const auto inclusive = above ? Operator::kGreaterEqual : Operator::kLessEqual;
  const Comparator everything{Operator::kGreaterEqual, Version(0, 0, 0)};
  for (const auto& set : range.sets()) {
    const Comparator* far = nullptr;
    const Comparator* near = nullptr;
    for (const auto& entry : set) {
      const auto* comparator = entry.op == Operator::kAny ? &everything : &entry;
      if (far == nullptr) far = near = comparator;
      if (beyond(comparator->version, far->version))
        far = comparator;
      else if (beyond(near->version, comparator->version))
        near = comparator;
    }
    if (far == nullptr) continue;
    // Open at the far end: nothing lies beyond.
    if (far->op == strict || far->op == inclusive) return false;
    // The set starts after the version, seen from here: the version is not beyond it.
    if ((near->op == Operator::kEqual || near->op == strict) && !beyond(version, near->version)) return false;
    if (near->op == inclusive && beyond(near->version, version)) return false;
  }
  return true;
}

}  // namespace

Result<std::optional<Version>> min_version(const Range& range) {
  if (const Version zero; range.test(zero)) return zero;
  if (const Version lowest(0, 0, 0, {{true, 0, "0"}}); range.test(lowest)) return lowest;
  std::optional<Version> minimum;
  for (const auto& set : range.sets()) {
    auto lowest = lowest_of(set);
    if (lowest && (!minimum || *minimum > *lowest)) minimum = std::move(lowest);
  }
  if (!minimum) return std::nullopt;
  const bool read_again = range.options().loose || range.options().include_prerelease;
  if (read_again && minimum->patch() > semver::kMaxSafeInteger)
    return fail("EINVALIDVERSION", fmt::format("Invalid patch version: {}", minimum->to_string()));
  if (!range.test(*minimum)) return std::nullopt;
  return minimum;
}

bool greater_than_range(const Version& version, const Range& range) { return is_outside(version, range, true); }

bool less_than_range(const Version& version, const Range& range) { return is_outside(version, range, false); }

std::string simplify_range(std::span<const Version> versions, const Range& range) {
  std::vector<const Version*> sorted;
  for (const auto& version : versions) sorted.push_back(&version);
  std::ranges::sort(sorted, [](const Version* a, const Version* b) {
    const auto order = *a <=> *b;
    return order != 0 ? order < 0 : a < b;  // equal ones keep their order
  });

  std::string out;
  const auto append = [&](const Version* first, const Version* last) {
    if (!out.empty()) out += " || ";
    const auto lowest = sorted.front()->to_string(), from = first->to_string();
    if (last == nullptr)
      out += from == lowest ? "*" : ">=" + from;
    else if (last->to_string() == from)
      out += from;
    else
      out += from == lowest ? "<=" + last->to_string() : fmt::format("{} - {}", from, last->to_string());
  };
  const Version* first = nullptr;
  const Version* last = nullptr;
  for (const auto* version : sorted) {
    if (range.test(*version)) {
      last = version;
      if (first == nullptr) first = version;
    } else if (first != nullptr) {
      append(first, last);
      first = last = nullptr;
    }
  }
  if (first != nullptr) append(first, nullptr);
  return semver::utf16_length(out) < semver::utf16_length(range.raw()) ? out : range.raw();
}

}  // namespace hoist::package
