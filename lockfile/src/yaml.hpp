#pragma once
/// YAML as lockfiles use it. yaml-cpp stays behind this header.

#include <string_view>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::lockfile {

/// The first document as JSON: every scalar is a string (a plain `null`, `~` or nothing at all is null). Anchors and
/// aliases are refused, so the result is never larger than the text. EFOREIGNLOCK with a line for what is no YAML,
/// nests deeper than 64 or has a key that is no scalar. A repeated key keeps its last value.
[[nodiscard]] Result<Json> parse_yaml(std::string_view text, std::string_view what);

}  // namespace hoist::lockfile
