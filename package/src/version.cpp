#include "hoist/package/version.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package {
namespace {

/// compareIdentifiers() of two texts.
std::strong_ordering compare_texts(std::string_view a, std::string_view b) {
  const bool a_digits = semver::is_all_digits(a), b_digits = semver::is_all_digits(b);
  if (a_digits && b_digits) {
    const double left = semver::digits_to_double(a), right = semver::digits_to_double(b);
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
  }
  if (a_digits != b_digits) return a_digits ? std::strong_ordering::less : std::strong_ordering::greater;
  return a <=> b;
}

}  // namespace

std::strong_ordering PrereleaseIdentifier::operator<=>(const PrereleaseIdentifier& other) const {
  if (numeric && other.numeric) return number <=> other.number;
  return compare_texts(text, other.text);
}

Result<Version> Version::parse(std::string_view text, SemverOptions options) {
  if (auto version = semver::parse_version(text, options.loose)) return *std::move(version);
  if (semver::utf16_length(text) > semver::kMaxLength)
    return fail("EINVALIDVERSION", fmt::format("Invalid version: longer than {} characters", semver::kMaxLength));
  return fail("EINVALIDVERSION", fmt::format("Invalid version: \"{}\"", text),
              "a version reads MAJOR.MINOR.PATCH, as in 1.2.3 or 1.2.3-beta.1");
}

std::string Version::to_string() const {
  auto out = fmt::format("{}.{}.{}", major_, minor_, patch_);
  char separator = '-';
  for (const auto& identifier : prerelease_) {
    out += separator;
    out += identifier.text;
    separator = '.';
  }
  return out;
}

std::strong_ordering Version::compare_prerelease(const Version& other) const {
  // A release comes after its prereleases.
  if (prerelease_.empty() || other.prerelease_.empty()) return prerelease_.empty() <=> other.prerelease_.empty();
  const auto common = std::min(prerelease_.size(), other.prerelease_.size());
  for (std::size_t i = 0; i < common; ++i)
    // The first that differs in text decides, even when it then compares equal (digits beyond 2^53).
    if (prerelease_[i] != other.prerelease_[i]) return prerelease_[i] <=> other.prerelease_[i];
  return prerelease_.size() <=> other.prerelease_.size();
}

std::strong_ordering compare_build(const Version& a, const Version& b) {
  if (const auto order = a <=> b; order != 0) return order;
  const auto common = std::min(a.build().size(), b.build().size());
  for (std::size_t i = 0; i < common; ++i)
    if (a.build()[i] != b.build()[i]) return compare_texts(a.build()[i], b.build()[i]);
  return a.build().size() <=> b.build().size();
}

std::optional<std::string> diff(const Version& a, const Version& b) {
  const auto order = a <=> b;
  if (order == 0) return std::nullopt;
  const auto& high = order > 0 ? a : b;
  const auto& low = order > 0 ? b : a;
  if (low.is_prerelease() && !high.is_prerelease()) {
    if (low.patch() == 0 && low.minor() == 0) return "major";
    if (low.compare_main(high) == 0) return low.minor() != 0 && low.patch() == 0 ? "minor" : "patch";
  }
  const std::string prefix = high.is_prerelease() ? "pre" : "";
  if (a.major() != b.major()) return prefix + "major";
  if (a.minor() != b.minor()) return prefix + "minor";
  if (a.patch() != b.patch()) return prefix + "patch";
  return "prerelease";
}

std::optional<std::string> clean(std::string_view text, SemverOptions options) {
  text = semver::trim_whitespace(text);
  text.remove_prefix(std::min(text.find_first_not_of("=v"), text.size()));
  const auto version = semver::parse_version(text, options.loose);
  if (!version) return std::nullopt;
  return version->to_string();
}

}  // namespace hoist::package
