#pragma once
/// Semantic versions with node-semver's semantics (semver 7).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::package {

/// How lenient parsing and matching are. Field names follow node-semver's options.
struct SemverOptions {
  bool loose = false;
  bool include_prerelease = false;
};

/// One dot-separated part of a prerelease: a number or a word. Digits that stand for 2^53-1 or more stay a word (as in
/// node-semver), but compare as the double they would be.
struct PrereleaseIdentifier {
  bool numeric = false;
  std::uint64_t number = 0;  ///< when numeric
  std::string text;          ///< as printed: loose `01` is a number and reads "1"
  bool operator==(const PrereleaseIdentifier&) const = default;
  /// Precedence: numbers by value, numbers before words, words by ASCII.
  std::strong_ordering operator<=>(const PrereleaseIdentifier& other) const;
};

/// An immutable, valid version. Comparison ignores build metadata (node-semver's `compare`).
class Version {
 public:
  /// EINVALIDVERSION when node-semver's `new SemVer(text, options)` would throw. At most 256 characters,
  /// numbers up to 2^53-1.
  static Result<Version> parse(std::string_view text, SemverOptions options = {});

  Version() = default;
  Version(std::uint64_t major, std::uint64_t minor, std::uint64_t patch,
          std::vector<PrereleaseIdentifier> prerelease = {}, std::vector<std::string> build = {})
      : major_(major), minor_(minor), patch_(patch), prerelease_(std::move(prerelease)), build_(std::move(build)) {}

  [[nodiscard]] std::uint64_t major() const noexcept { return major_; }
  [[nodiscard]] std::uint64_t minor() const noexcept { return minor_; }
  [[nodiscard]] std::uint64_t patch() const noexcept { return patch_; }
  [[nodiscard]] const std::vector<PrereleaseIdentifier>& prerelease() const noexcept { return prerelease_; }
  [[nodiscard]] bool is_prerelease() const noexcept { return !prerelease_.empty(); }
  [[nodiscard]] const std::vector<std::string>& build() const noexcept { return build_; }

  /// `1.2.3-beta.1`: without build metadata, as `SemVer#version`.
  [[nodiscard]] std::string to_string() const;

  /// Precedence by major, minor and patch alone (node-semver's `compareMain`).
  [[nodiscard]] std::strong_ordering compare_main(const Version& other) const noexcept {
    if (major_ != other.major_) return major_ <=> other.major_;
    if (minor_ != other.minor_) return minor_ <=> other.minor_;
    return patch_ <=> other.patch_;
  }
  std::strong_ordering operator<=>(const Version& other) const {
    const auto main = compare_main(other);
    if (main != 0 || (prerelease_.empty() && other.prerelease_.empty())) return main;
    return compare_prerelease(other);
  }
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }

 private:
  [[nodiscard]] std::strong_ordering compare_prerelease(const Version& other) const;

  std::uint64_t major_ = 0, minor_ = 0, patch_ = 0;
  std::vector<PrereleaseIdentifier> prerelease_;
  std::vector<std::string> build_;
};

/// node-semver's `compareBuild`: as operator<=>, then build metadata.
[[nodiscard]] std::strong_ordering compare_build(const Version& a, const Version& b);

/// node-semver's `inc`. `release` is major, premajor, minor, preminor, patch, prepatch, prerelease, release or pre;
/// `identifier_base` "0", "1" or "false" (none). EINVALIDINCREMENT otherwise. The result has no build metadata.
struct IncrementOptions {
  std::string identifier;
  std::string identifier_base;  ///< empty = default
  bool loose = false;           ///< accept what loose parsing accepts as `identifier`
};
[[nodiscard]] Result<Version> increment(const Version& version, std::string_view release,
                                        const IncrementOptions& options = {});

/// node-semver's `diff`: major, premajor, minor, preminor, patch, prepatch, prerelease or nullopt when equal.
[[nodiscard]] std::optional<std::string> diff(const Version& a, const Version& b);

/// node-semver's `coerce`: the first (or, right to left, the last) thing in `text` that looks like a version.
struct CoerceOptions {
  bool rtl = false;
  bool include_prerelease = false;
  bool loose = false;  ///< accept leading zeros in what was found
};
[[nodiscard]] std::optional<Version> coerce(std::string_view text, CoerceOptions options = {});

/// node-semver's `clean`: trims, strips leading `=v`; nullopt when invalid.
[[nodiscard]] std::optional<std::string> clean(std::string_view text, SemverOptions options = {});

}  // namespace hoist::package
