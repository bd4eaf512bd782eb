#pragma once
/// Git conflict markers in JSON, resolved as npm resolves them (parse-conflict-json).

#include <string_view>

#include "hoist/base/json.hpp"

namespace hoist::lockfile {

[[nodiscard]] bool has_conflict_markers(std::string_view text) noexcept;

/// Splits the text into the common ancestor, ours and theirs, and replays what we changed on theirs: both sides are
/// kept, ours wins where they touch the same value. EJSONPARSE when a side alone is no JSON.
[[nodiscard]] Result<Json> parse_conflicted(std::string_view text, std::string_view what);

}  // namespace hoist::lockfile
