#pragma once
/// What node-semver's regular expressions accept, as hand-written matchers. Private to the semver sources.
///
/// Each mirrors one expression, with its repetition limits: they decide whether over-long text is "not a version"
/// (which loose ranges skip) or "an invalid version" (which is an error everywhere).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hoist/package/version.hpp"

namespace hoist::package::semver {

/// What must come after the matched text.
enum class Follow : std::uint8_t { kEnd, kHyphen };  // end of text; " - "

/// The captures of a match; views into the text, empty when the group took no part.
struct VersionParts {
  std::string_view major, minor, patch, prerelease, build;
  std::size_t end = 0;  ///< where the match ends
};

/// MAINVERSION PRERELEASE? BUILD? at `at`.
[[nodiscard]] std::optional<VersionParts> match_version(std::string_view text, std::size_t at, bool loose,
                                                        Follow follow);

/// XRANGEPLAIN at `at`, its `[v=\s]*` prefix included.
[[nodiscard]] std::optional<VersionParts> match_partial(std::string_view text, std::size_t at, bool loose,
                                                        Follow follow);

/// The end of `identifier(.identifier)*` at `at`, of the prerelease kind; npos when some identifier is malformed.
[[nodiscard]] std::size_t match_prerelease_identifiers(std::string_view text, std::size_t at, bool loose) noexcept;

/// FULL or LOOSE, untrimmed: prefix, version, end.
[[nodiscard]] std::optional<VersionParts> match_prefixed_version(std::string_view text, bool loose);

/// The version that the captures stand for; nullopt when a number is above 2^53-1.
[[nodiscard]] std::optional<Version> make_version(const VersionParts& parts);

/// `new SemVer(text, {loose})` without an error to build.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text, bool loose);

/// A prerelease identifier as SemVer stores it.
[[nodiscard]] PrereleaseIdentifier make_identifier(std::string_view text);

}  // namespace hoist::package::semver
