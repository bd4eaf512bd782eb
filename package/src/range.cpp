#include "hoist/package/range.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "range_parser.hpp"
#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package {
namespace range_detail {

bool is_null(const Comparator& comparator) noexcept {
  const auto& version = comparator.version;
  return comparator.op == Operator::kLess && version.major() == 0 && version.minor() == 0 && version.patch() == 0 &&
         version.prerelease().size() == 1 && version.prerelease()[0].numeric && version.prerelease()[0].number == 0;
}

bool SetBuilder::is_repetition(const Comparator& comparator) {
  constexpr std::size_t kSearchable = 16;
  if (set_.size() < kSearchable)
    return std::ranges::any_of(set_, [&](const Comparator& other) {
      return other.op == comparator.op && other.version.compare_main(comparator.version) == 0 &&
             other.version.prerelease() == comparator.version.prerelease();
    });
  if (seen_.empty())
    for (const auto& other : set_) seen_.insert(other.to_string());
  return !seen_.insert(comparator.to_string()).second;
}

void SetBuilder::add(Comparator comparator) {
  if (comparator.op == Operator::kAny)
    any_ = true;
  else if (is_null(comparator))
    null_ = std::move(comparator);
  else if (!is_repetition(comparator))
    set_.push_back(std::move(comparator));
}

ComparatorSet SetBuilder::take() && {
  if (null_) return {*std::move(null_)};
  if (set_.empty() && any_) return {Comparator{}};
  return std::move(set_);
}

std::optional<ComparatorSet> parse_set(std::string_view text, SemverOptions options) {
  if (auto set = parse_plain_set(text, options)) return set;
  return parse_general_set(text, options);
}

}  // namespace range_detail

namespace {

/// When there are alternatives: those that match nothing go, and one that matches everything stands for all.
void simplify_sets(std::vector<ComparatorSet>& sets) {
  if (sets.size() < 2) return;
  const auto null = [](const ComparatorSet& set) { return range_detail::is_null(set.front()); };
  if (std::ranges::all_of(sets, null)) return sets.resize(1);
  std::erase_if(sets, null);
  for (auto& set : sets) {
    if (set.size() > 1 || set.front().op != Operator::kAny) continue;
    auto any = std::move(set);
    sets.clear();
    sets.push_back(std::move(any));
    return;
  }
}

/// The prerelease rule: a set speaks of prereleases only of those versions whose prereleases it names.
bool names_prerelease_of(const ComparatorSet& set, const Version& version) {
  return std::ranges::any_of(set, [&](const Comparator& comparator) {
    return comparator.op != Operator::kAny && comparator.version.is_prerelease() &&
           comparator.version.compare_main(version) == 0;
  });
}

}  // namespace

bool Comparator::test(const Version& candidate) const {
  switch (op) {
    case Operator::kAny:
      return true;
    case Operator::kEqual:
      return candidate == version;
    case Operator::kLess:
      return candidate < version;
    case Operator::kLessEqual:
      return candidate <= version;
    case Operator::kGreater:
      return candidate > version;
    case Operator::kGreaterEqual:
      return candidate >= version;
  }
  return false;
}

std::string Comparator::to_string() const {
  switch (op) {
    case Operator::kAny:
      return "";
    case Operator::kEqual:
      return version.to_string();
    case Operator::kLess:
      return "<" + version.to_string();
    case Operator::kLessEqual:
      return "<=" + version.to_string();
    case Operator::kGreater:
      return ">" + version.to_string();
    case Operator::kGreaterEqual:
      return ">=" + version.to_string();
  }
  return "";
}

Result<Range> Range::parse(std::string_view text, SemverOptions options) {
  Range result;
  result.options_ = options;
  result.raw_ = semver::fold_whitespace(text);
  const std::string_view raw = result.raw_;
  const auto invalid = [&] {
    return fail("EINVALIDRANGE", fmt::format("Invalid version range: \"{}\"", raw),
                "a range reads like ^1.2.3, ~1.2, >=1.0.0 <2.0.0 or 1.x || 2.x");
  };
  for (std::size_t at = 0; at <= raw.size();) {
    const auto end = std::min(raw.find("||", at), raw.size());
    auto set = range_detail::parse_set(semver::trim_whitespace(raw.substr(at, end - at)), options);
    if (!set) return invalid();
    if (!set->empty()) result.sets_.push_back(*std::move(set));
    at = end == raw.size() ? end + 1 : end + 2;
  }
  if (result.sets_.empty()) return invalid();
  simplify_sets(result.sets_);
  return result;
}

bool Range::test(const Version& version) const {
  return std::ranges::any_of(sets_, [&](const ComparatorSet& set) {
    for (const auto& comparator : set)
      if (!comparator.test(version)) return false;
    return !version.is_prerelease() || options_.include_prerelease || names_prerelease_of(set, version);
  });
}

std::string Range::to_string() const {
  std::string out;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    if (i > 0) out += "||";
    for (std::size_t k = 0; k < sets_[i].size(); ++k) {
      if (k > 0) out += ' ';
      out += sets_[i][k].to_string();
    }
  }
  return out;
}

bool satisfies(std::string_view version, std::string_view range, SemverOptions options) {
  const auto parsed_range = Range::parse(range, options);
  if (!parsed_range) return false;
  const auto parsed_version = semver::parse_version(version, options.loose);
  return parsed_version && parsed_range->test(*parsed_version);
}

const Version* max_satisfying(std::span<const Version> versions, const Range& range) {
  const Version* best = nullptr;
  for (const auto& version : versions)
    if ((best == nullptr || version > *best) && range.test(version)) best = &version;
  return best;
}

const Version* min_satisfying(std::span<const Version> versions, const Range& range) {
  const Version* best = nullptr;
  for (const auto& version : versions)
    if ((best == nullptr || version < *best) && range.test(version)) best = &version;
  return best;
}

}  // namespace hoist::package
