#pragma once
/// The command line as nopt (npm's parser) reads it: flags anywhere, shorthands glued together, `--no-x`, `--x=y`.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/config/value.hpp"

namespace hoist::cli {

/// A value that no type of its key accepts.
struct InvalidValue {
  std::string key;
  Json value;
};

struct ParsedFlags {
  std::vector<std::pair<std::string, Json>> values;  ///< in order of first appearance; unknown keys included
  std::vector<InvalidValue> invalid;
  std::vector<std::string> positionals;
  /// Positionals that stand behind an unknown flag and may have been meant as its value.
  std::vector<std::string> stranded;
  /// What npm 12 refuses and npm 11 accepted: abbreviated flags, `-ws` for `--ws`. EUNKNOWNCONFIG.
  std::vector<Error> refused;

  [[nodiscard]] const Json* find(std::string_view key) const;
};

/// Never fails: what is wrong is in the result.
[[nodiscard]] ParsedFlags parse_flags(std::span<const std::string> arguments, const PathBase& base);

/// The one candidate that starts with `prefix`, or is it; empty when there is none or several (the `abbrev` package).
[[nodiscard]] std::string_view expand_abbreviation(std::string_view prefix,
                                                   std::span<const std::string_view> candidates);

}  // namespace hoist::cli
