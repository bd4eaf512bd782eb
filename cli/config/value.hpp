#pragma once
/// One configuration value: from text to its type, and checked against its definition.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cli/config/definitions.hpp"
#include "cli/config/environment.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

/// What paths are relative to.
struct PathBase {
  std::string home;
  std::string cwd;
};

/// `+text` of JavaScript: decimal, exponent, 0x/0o/0b, Infinity; "" is 0.
[[nodiscard]] std::optional<double> parse_js_number(std::string_view text);
/// An integer where the number is one, else a double.
[[nodiscard]] Json number_json(double number);

/// A date as JavaScript reads ISO 8601, as `YYYY-MM-DDTHH:MM:SS.mmmZ`.
[[nodiscard]] std::optional<std::string> normalize_date(std::string_view text);

/// `~/x` and relative paths made absolute and normal.
[[nodiscard]] std::string resolve_path(std::string_view text, const PathBase& base);

/// What npm does to a value when it loads a layer: variables expanded, true/false/null and numbers recognised where the
/// type has them, paths resolved, lists split. `definition` may be null (unknown and scoped keys). nullopt for
/// "undefined".
[[nodiscard]] std::optional<Json> parse_field(const Json& value, const Definition* definition,
                                              const Environment& environment, const PathBase& base);

/// What nopt does to a value before it believes it: coerced to the first type that accepts it; nullopt when none does.
/// A list keeps its valid elements.
[[nodiscard]] std::optional<Json> clean_value(const Json& value, const Definition* definition, const PathBase& base);

/// How `config get` prints it: text as it is, lists joined by commas.
[[nodiscard]] std::string display_text(const Json& value);

/// JSON text, safe for bytes that are no UTF-8.
[[nodiscard]] std::string json_text(const Json& value, int indent = -1);

}  // namespace hoist::cli
