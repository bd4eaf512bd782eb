#include <fmt/format.h>

#include <algorithm>

#include "hoist/package/version.hpp"
#include "semver_grammar.hpp"
#include "semver_text.hpp"

namespace hoist::package {
namespace {

using semver::is_digit;
using semver::is_identifier_char;

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxNumberLength = 16;
constexpr std::size_t kMaxDigits = 256;
constexpr std::size_t kMaxIdentifierTail = 250;

/// Something version-like inside a text.
struct Find {
  std::string_view major, minor, patch, prerelease, build;
  std::size_t major_end = 0;
  std::size_t end = 0;  ///< past the character that ends it
};

/// Looks for COERCE, or COERCEFULL when prereleases count. A match may not end before a digit; the regular expressions
/// back off until that holds, which the functions below do directly.
class Finder {
 public:
  Finder(std::string_view text, bool full) : text_(text), full_(full) {}

  [[nodiscard]] std::optional<Find> find(std::size_t from) const {
    // A number starts at the very beginning or behind a character that lies in the searched part.
    auto at = from;
    if (from != 0) ++at;
    for (; at < text_.size(); at = std::max(digits_end(at), at + 1)) {
      if (!is_digit(text_[at])) continue;
      if (digits_end(at) - at <= kMaxNumberLength) return read(at);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] char at(std::size_t index) const noexcept { return index < text_.size() ? text_[index] : '\0'; }
  [[nodiscard]] std::size_t digits_end(std::size_t start) const noexcept {
    while (start < text_.size() && is_digit(text_[start])) ++start;
    return start;
  }
  /// Past one UTF-16 code unit, which is what a character means to a JavaScript regular expression: of a character in
  /// four bytes only half, so that a match that ends with it does not reach the end of the text.
  [[nodiscard]] std::size_t past_unit(std::size_t index) const noexcept {
    if (static_cast<unsigned char>(text_[index]) >= 0xF0) return std::min(index + 2, text_.size());
    ++index;
    while (index < text_.size() && (static_cast<unsigned char>(text_[index]) & 0xC0U) == 0x80) ++index;
    return index;
  }
  [[nodiscard]] std::string_view slice(std::size_t start, std::size_t end) const {
    return text_.substr(start, end - start);
  }

  [[nodiscard]] Find read(std::size_t start) const {
    Find found;
    auto end = digits_end(start);
    found.major = slice(start, end);
    found.major_end = end;
    for (auto* number : {&found.minor, &found.patch}) {
      if (at(end) != '.') break;
      const auto stop = digits_end(end + 1);
      if (stop == end + 1 || stop - end - 1 > kMaxNumberLength) break;
      *number = slice(end + 1, stop);
      end = stop;
    }
    if (full_) end = read_tail(end, found);
    if (end < text_.size()) end = past_unit(end);
    found.end = end;
    return found;
  }

  [[nodiscard]] std::size_t read_tail(std::size_t end, Find& found) const {
    if (at(end) == '-') {
      const auto stop = list_end(end + 1, [this](std::size_t start) { return prerelease_identifier_end(start); });
      if (stop != npos) {
        found.prerelease = slice(end + 1, stop);
        end = stop;
      }
    }
    if (at(end) == '+') {
      const auto stop = list_end(
          end + 1, [this](std::size_t start) { return run_end(start, start + kMaxIdentifierTail, start + 1); });
      if (stop != npos) {
        found.build = slice(end + 1, stop);
        end = stop;
      }
    }
    return end;
  }

  /// As many dot-separated identifiers as there are; npos when there is none.
  template <class IdentifierEnd>
  [[nodiscard]] std::size_t list_end(std::size_t start, IdentifierEnd&& identifier_end) const {
    auto end = identifier_end(start);
    while (end != npos && at(end) == '.') {
      const auto next = identifier_end(end + 1);
      if (next == npos) break;
      end = next;
    }
    return end;
  }

  /// The end of the identifier characters from `start`, at most `limit` and at least `least`, that no digit follows.
  [[nodiscard]] std::size_t run_end(std::size_t start, std::size_t limit, std::size_t least) const noexcept {
    auto end = start;
    while (end < limit && end < text_.size() && is_identifier_char(text_[end])) ++end;
    while (end >= least && is_digit(at(end))) --end;
    return end >= least ? end : npos;
  }

  [[nodiscard]] std::size_t prerelease_identifier_end(std::size_t start) const noexcept {
    const auto digits = digits_end(start);
    if (is_identifier_char(at(digits)) && digits - start <= kMaxDigits) {
      const auto end = run_end(start, digits + 1 + kMaxIdentifierTail, digits + 1);
      if (end != npos) return end;
    }
    const auto length = digits - start;
    const bool number = length == 1 || (length > 1 && length <= kMaxDigits + 1 && text_[start] != '0');
    return number ? digits : npos;
  }

  std::string_view text_;
  bool full_;
};

/// The right-most find that does not share its end with one more to the left: `1.2.3.4` gives 2.3.4, not 3.4.
std::optional<Find> find_last(const Finder& finder, std::size_t length) {
  std::optional<Find> best;
  for (auto next = finder.find(0); next && !(best && best->end == length); next = finder.find(next->major_end))
    if (!best || next->end != best->end) best = next;
  return best;
}

}  // namespace

std::optional<Version> coerce(std::string_view text, CoerceOptions options) {
  const Finder finder(text, options.include_prerelease);
  const auto found = options.rtl ? find_last(finder, text.size()) : finder.find(0);
  if (!found) return std::nullopt;
  auto version = fmt::format("{}.{}.{}", found->major, found->minor.empty() ? "0" : found->minor,
                             found->patch.empty() ? "0" : found->patch);
  if (!found->prerelease.empty()) version.append("-").append(found->prerelease);
  if (!found->build.empty()) version.append("+").append(found->build);
  return semver::parse_version(version, options.loose);
}

}  // namespace hoist::package
