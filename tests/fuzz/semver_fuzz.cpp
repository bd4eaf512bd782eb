// Any bytes as a version, a range and something to coerce: what is accepted must print as itself, agree with the fast
// parser's twin and give answers that fit together.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../package/src/range_parser.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/package/range.hpp"

namespace {

using namespace hoist::package;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_version(std::string_view text, SemverOptions options) {
  const auto version = Version::parse(text, options);
  if (!version) return;
  const auto printed = version->to_string();
  require(printed.size() <= 257);  // a loose version gains its hyphen
  if (printed.size() > 256) return;
  const auto again = Version::parse(printed, {.loose = options.loose});
  require(again && *again == *version && again->to_string() == printed);
  require(satisfies(printed, printed, options));
  for (const auto* release : {"major", "minor", "patch", "prerelease", "release"})
    if (const auto next = increment(*version, release)) require(*next > *version);
}

void check_set(std::string_view text, SemverOptions options) {
  if (text.find_first_of("|\t\n\v\f\r") != std::string_view::npos) return;
  const auto plain = range_detail::parse_plain_set(text, options);
  if (!plain) return;
  const auto general = range_detail::parse_general_set(text, options);
  require(general && general->size() == plain->size());
  for (std::size_t i = 0; i < plain->size(); ++i) require((*plain)[i].to_string() == (*general)[i].to_string());
}

void check_range(std::string_view text, std::string_view other, SemverOptions options) {
  check_set(text, options);
  const auto range = Range::parse(text, options);
  if (!range) return;
  require(!range->sets().empty());
  for (const auto& set : range->sets()) require(!set.empty());
  require(is_subset(*range, *range));
  if (const auto lowest = min_version(*range)) require(range->test(*lowest));
  if (const auto version = Version::parse(other, options)) {
    const bool inside = range->test(*version);
    require(!(inside && (greater_than_range(*version, *range) || less_than_range(*version, *range))));
    const Version list[] = {*version, Version(1, 0, 0)};
    const auto* best = max_satisfying(list, *range);
    require(!inside || (best != nullptr && *best >= *version));
    (void)simplify_range(list, *range);
  }
  if (const auto second = Range::parse(other, options)) {
    (void)intersects(*range, *second);
    (void)is_subset(*range, *second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto middle = std::min(text.find('\0'), text.size());
  const auto first = text.substr(0, middle);
  const auto second = middle < text.size() ? text.substr(middle + 1) : std::string_view{};
  for (const int mode : {0, 1, 2, 3}) {
    const SemverOptions options{.loose = (mode & 1) != 0, .include_prerelease = (mode & 2) != 0};
    check_version(first, options);
    check_range(first, second, options);
    for (const bool rtl : {false, true})
      if (const auto found =
              coerce(first, {.rtl = rtl, .include_prerelease = options.include_prerelease, .loose = options.loose}))
        require(Version::parse(found->to_string(), {.loose = true}).has_value() || found->to_string().size() > 256);
  }
  require(hoist::locale_compare(first, second) == -hoist::locale_compare(second, first));
  return 0;
}
