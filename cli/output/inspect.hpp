#pragma once
/// Values as node prints them.

#include <string>

#include "cli/output/palette.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

/// `util.inspect(value, {depth: 5, maxArrayLength: null})` for what JSON can hold.
[[nodiscard]] std::string inspect(const Json& value, const Palette& colors);

}  // namespace hoist::cli
