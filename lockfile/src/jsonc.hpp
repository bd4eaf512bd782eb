#pragma once
/// JSON with comments and trailing commas, as bun.lock is written.

#include <string>
#include <string_view>

namespace hoist::lockfile {

/// The text with comments blanked and commas before `}` and `]` removed; line and column of the rest stay. What is
/// plain JSON comes back as it was.
[[nodiscard]] std::string plain_json(std::string_view text);

}  // namespace hoist::lockfile
