#include "semver_grammar.hpp"

#include <algorithm>

#include "semver_text.hpp"

namespace hoist::package::semver {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxIdentifierTail = 250;  // kMaxLength less the six characters of `0.0.0+`

std::size_t digits_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

std::size_t identifier_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_identifier_char(text[at])) ++at;
  return at;
}

/// NUMERICIDENTIFIER(LOOSE): `at` itself when there is no number.
std::size_t number_end(std::string_view text, std::size_t at, bool loose) noexcept {
  if (!loose && at < text.size() && text[at] == '0') return at + 1;
  return std::min(digits_end(text, at), at + (loose ? kMaxLength : kMaxLength + 1));
}

/// XRANGEIDENTIFIER(LOOSE).
std::size_t partial_number_end(std::string_view text, std::size_t at, bool loose) noexcept {
  if (at < text.size() && is_wildcard(text[at])) return at + 1;
  return number_end(text, at, loose);
}

bool follows(std::string_view text, std::size_t at, Follow follow) noexcept {
  return follow == Follow::kEnd ? at == text.size() : text.substr(at).starts_with(" - ");
}

/// One prerelease identifier. Identifiers are maximal here: every expression goes on with a character that is not part
/// of one.
std::size_t prerelease_identifier_end(std::string_view text, std::size_t at, bool loose) noexcept {
  const auto end = identifier_end(text, at);
  const auto digits = digits_end(text, at);
  if (end == at) return npos;
  if (digits == end) return number_end(text, at, loose) == end ? end : npos;
  return digits - at <= kMaxLength && end - digits - 1 <= kMaxIdentifierTail ? end : npos;
}

/// BUILD's identifiers, after the plus sign.
std::size_t build_end(std::string_view text, std::size_t at) noexcept {
  for (;;) {
    const auto end = identifier_end(text, at);
    if (end == at || end - at > kMaxIdentifierTail) return npos;
    if (end >= text.size() || text[end] != '.') return end;
    at = end + 1;
  }
}

/// PRERELEASE? BUILD? and what follows.
bool match_tail(std::string_view text, std::size_t at, bool loose, Follow follow, VersionParts& parts) noexcept {
  parts.prerelease = parts.build = {};
  const bool hyphen = at < text.size() && text[at] == '-';
  if (hyphen || (loose && at < text.size() && is_identifier_char(text[at]))) {
    auto start = at + (hyphen ? 1 : 0);
    auto end = match_prerelease_identifiers(text, start, loose);
    // Loose: a hyphen that separates nothing may itself be the identifier.
    if (end == npos && loose && hyphen) end = match_prerelease_identifiers(text, start = at, loose);
    if (end == npos) return false;
    parts.prerelease = text.substr(start, end - start);
    at = end;
  }
  if (at < text.size() && text[at] == '+') {
    const auto end = build_end(text, at + 1);
    if (end == npos) return false;
    parts.build = text.substr(at + 1, end - at - 1);
    at = end;
  }
  parts.end = at;
  return follows(text, at, follow);
}

/// The patch number and the tail. A loose prerelease needs no hyphen, so that `1.2.34.5` is 1.2.3-4.5: where the greedy
/// reading fails, one digit goes back (more never help).
bool match_patch_and_tail(std::string_view text, std::size_t at, std::size_t patch_end, bool loose, Follow follow,
                          VersionParts& parts) noexcept {
  parts.patch = text.substr(at, patch_end - at);
  if (match_tail(text, patch_end, loose, follow, parts)) return true;
  if (!loose || patch_end - at < 2) return false;
  parts.patch.remove_suffix(1);
  return match_tail(text, patch_end - 1, loose, follow, parts);
}

std::size_t skip_prefix(std::string_view text, std::size_t at) noexcept {
  for (;;) {
    if (at < text.size() && (text[at] == 'v' || text[at] == '='))
      ++at;
    else if (const auto length = whitespace_at(text, at))
      at += length;
    else
      return at;
  }
}

/// The plain `12.3.45` that nearly every version is.
std::optional<Version> parse_plain(std::string_view text) noexcept {
  std::uint64_t numbers[3];
  std::size_t at = 0;
  for (int index = 0; index < 3; ++index) {
    const auto start = at;
    std::uint64_t value = 0;
    while (at < text.size() && is_digit(text[at])) value = value * 10 + static_cast<std::uint64_t>(text[at++] - '0');
    const auto length = at - start;
    if (length == 0 || length > 15 || (length > 1 && text[start] == '0')) return std::nullopt;
    numbers[index] = value;
    if (index < 2 && (at == text.size() || text[at++] != '.')) return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  return Version(numbers[0], numbers[1], numbers[2]);
}

}  // namespace

std::size_t match_prerelease_identifiers(std::string_view text, std::size_t at, bool loose) noexcept {
  for (;;) {
    const auto end = prerelease_identifier_end(text, at, loose);
    if (end == npos) return npos;
    if (end >= text.size() || text[end] != '.') return end;
    at = end + 1;
  }
}

std::optional<VersionParts> match_version(std::string_view text, std::size_t at, bool loose, Follow follow) {
  VersionParts parts;
  for (auto* number : {&parts.major, &parts.minor}) {
    const auto end = number_end(text, at, loose);
    if (end == at || end >= text.size() || text[end] != '.') return std::nullopt;
    *number = text.substr(at, end - at);
    at = end + 1;
  }
  const auto end = number_end(text, at, loose);
  if (end == at || !match_patch_and_tail(text, at, end, loose, follow, parts)) return std::nullopt;
  return parts;
}

std::optional<VersionParts> match_partial(std::string_view text, std::size_t at, bool loose, Follow follow) {
  VersionParts parts;
  at = skip_prefix(text, at);
  for (auto* number : {&parts.major, &parts.minor}) {
    const auto end = partial_number_end(text, at, loose);
    if (end == at) return std::nullopt;
    *number = text.substr(at, end - at);
    if (follows(text, end, follow)) {
      parts.end = end;
      return parts;
    }
    if (end >= text.size() || text[end] != '.') return std::nullopt;
    at = end + 1;
  }
  const auto end = partial_number_end(text, at, loose);
  if (end == at || !match_patch_and_tail(text, at, end, loose, follow, parts)) return std::nullopt;
  return parts;
}

std::optional<VersionParts> match_prefixed_version(std::string_view text, bool loose) {
  std::size_t at = 0;
  if (loose)
    at = skip_prefix(text, 0);
  else if (text.starts_with('v'))
    at = 1;
  return match_version(text, at, loose, Follow::kEnd);
}

PrereleaseIdentifier make_identifier(std::string_view text) {
  if (is_all_digits(text)) {
    const auto number = parse_safe_integer(text);
    if (number && *number < kMaxSafeInteger) return {true, *number, std::to_string(*number)};
  }
  return {false, 0, std::string(text)};
}

std::optional<Version> make_version(const VersionParts& parts) {
  const auto major = parse_safe_integer(parts.major);
  const auto minor = parse_safe_integer(parts.minor);
  const auto patch = parse_safe_integer(parts.patch);
  if (!major || !minor || !patch) return std::nullopt;
  std::vector<PrereleaseIdentifier> prerelease;
  std::vector<std::string> build;
  const auto each = [](std::string_view list, auto&& take) {
    for (std::size_t at = 0; !list.empty() && at <= list.size();) {
      const auto end = std::min(list.find('.', at), list.size());
      take(list.substr(at, end - at));
      at = end + 1;
    }
  };
  each(parts.prerelease, [&](std::string_view id) { prerelease.push_back(make_identifier(id)); });
  each(parts.build, [&](std::string_view id) { build.emplace_back(id); });
  return Version(*major, *minor, *patch, std::move(prerelease), std::move(build));
}

std::optional<Version> parse_version(std::string_view text, bool loose) {
  if (auto plain = parse_plain(text)) return plain;
  if (text.size() > kMaxLength && utf16_length(text) > kMaxLength) return std::nullopt;
  const auto parts = match_prefixed_version(trim_whitespace(text), loose);
  return parts ? make_version(*parts) : std::nullopt;
}

}  // namespace hoist::package::semver
