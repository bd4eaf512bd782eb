#pragma once
/// Nothing secret reaches a terminal or a log.

#include <string>
#include <string_view>

namespace hoist::cli {

/// Replaces passwords in URLs, npm tokens, UUIDs (which older tokens are) and `_authToken=…`-like assignments by
/// `***`, and the token that a logout has in its path.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace hoist::cli
