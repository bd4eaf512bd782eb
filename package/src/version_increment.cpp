#include <fmt/format.h>

#include <algorithm>

#include "hoist/base/text.hpp"
#include "hoist/package/version.hpp"
#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package {
namespace {

/// Part of a caller's identifier. What would not read back as itself (`01`) stays a word, to be printed as it was
/// given.
PrereleaseIdentifier verbatim_identifier(std::string_view text) {
  auto identifier = semver::make_identifier(text);
  if (identifier.text != text) return {false, 0, std::string(text)};
  return identifier;
}

/// A version being changed in place, as node-semver's SemVer#inc does.
class Incrementer {
 public:
  Incrementer(const Version& from, const IncrementOptions& options)
      : options_(options),
        major_(from.major()),
        minor_(from.minor()),
        patch_(from.patch()),
        prerelease_(from.prerelease()) {}

  Result<Version> run(std::string_view release) {
    if (release.starts_with("pre")) HOIST_CHECK(check_identifier());
    if (release == "premajor") {
      prerelease_.clear();
      ++major_;
      minor_ = patch_ = 0;
      HOIST_CHECK(step_prerelease());
    } else if (release == "preminor") {
      prerelease_.clear();
      ++minor_;
      patch_ = 0;
      HOIST_CHECK(step_prerelease());
    } else if (release == "prepatch") {
      prerelease_.clear();
      ++patch_;
      HOIST_CHECK(step_prerelease());
    } else if (release == "prerelease") {
      if (prerelease_.empty()) ++patch_;
      HOIST_CHECK(step_prerelease());
    } else if (release == "pre") {
      HOIST_CHECK(step_prerelease());
    } else {
      HOIST_CHECK(step_release(release));
    }
    return Version(major_, minor_, patch_, std::move(prerelease_));
  }

 private:
  [[nodiscard]] bool without_number() const noexcept { return options_.identifier_base == "false"; }

  Result<> check_identifier() const {
    const auto& identifier = options_.identifier;
    if (identifier.empty()) {
      if (without_number()) return fail("EINVALIDINCREMENT", "A prerelease without a number needs an identifier");
      return {};
    }
    if (semver::match_prerelease_identifiers(identifier, 0, options_.loose) != identifier.size())
      return fail("EINVALIDINCREMENT", fmt::format("Not a prerelease identifier: \"{}\"", identifier));
    return {};
  }

  /// major, minor, patch and release: a prerelease of the wanted version only loses its prerelease.
  Result<> step_release(std::string_view release) {
    const bool final = prerelease_.empty();
    if (release == "major") {
      if (minor_ != 0 || patch_ != 0 || final) ++major_;
      minor_ = patch_ = 0;
    } else if (release == "minor") {
      if (patch_ != 0 || final) ++minor_;
      patch_ = 0;
    } else if (release == "patch") {
      if (final) ++patch_;
    } else if (release == "release") {
      if (final) return fail("EINVALIDINCREMENT", "The version is not a prerelease");
    } else {
      return fail("EINVALIDINCREMENT", fmt::format("Not a kind of release: \"{}\"", release));
    }
    prerelease_.clear();
    return {};
  }

  Result<> step_prerelease() {
    const auto base_number = semver::to_number(options_.identifier_base);
    const std::uint64_t base = base_number && *base_number != 0 ? 1 : 0;
    const PrereleaseIdentifier base_identifier{true, base, std::to_string(base)};
    if (prerelease_.empty()) {
      prerelease_.push_back(base_identifier);
    } else if (!bump_last_number()) {
      if (without_number() && Version(0, 0, 0, prerelease_).to_string() == "0.0.0-" + options_.identifier)
        return fail("EINVALIDINCREMENT", "The version has this prerelease identifier already");
      prerelease_.push_back(base_identifier);
    }
    if (!options_.identifier.empty() && !continues_identifier()) {
      prerelease_.clear();
      for (const auto part : split(options_.identifier, '.')) prerelease_.push_back(verbatim_identifier(part));
      if (!without_number()) prerelease_.push_back(base_identifier);
    }
    return {};
  }

  bool bump_last_number() {
    const auto last = std::find_if(prerelease_.rbegin(), prerelease_.rend(), [](const auto& id) { return id.numeric; });
    if (last == prerelease_.rend()) return false;
    last->text = std::to_string(++last->number);
    return true;
  }

  /// Whether the prerelease is the wanted identifier with a number behind it.
  [[nodiscard]] bool continues_identifier() const {
    const auto parts = split(options_.identifier, '.');
    if (parts.size() >= prerelease_.size()) return false;
    for (std::size_t i = 0; i < parts.size(); ++i)
      if ((prerelease_[i] <=> PrereleaseIdentifier{false, 0, std::string(parts[i])}) != 0) return false;
    const auto& next = prerelease_[parts.size()];
    return next.numeric || semver::to_number(next.text).has_value();
  }

  const IncrementOptions& options_;
  std::uint64_t major_, minor_, patch_;
  std::vector<PrereleaseIdentifier> prerelease_;
};

}  // namespace

Result<Version> increment(const Version& version, std::string_view release, const IncrementOptions& options) {
  return Incrementer(version, options).run(release);
}

}  // namespace hoist::package
