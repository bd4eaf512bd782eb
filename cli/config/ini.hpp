#pragma once
/// The ini dialect of .npmrc files, as the `ini` package reads and writes it.

#include <string>
#include <string_view>

#include "hoist/base/json.hpp"

namespace hoist::cli {

/// An object: key → true (no `=`), true/false/null, text, or a list (`key[]`); sections are objects, dotted sections
/// nest. Never fails: lines that make no sense are skipped. Quoted values hold whatever their JSON says.
[[nodiscard]] Json parse_ini(std::string_view text);

/// The text of such an object; parse_ini reads it back.
[[nodiscard]] std::string stringify_ini(const Json& object);

}  // namespace hoist::cli
