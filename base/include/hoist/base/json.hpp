#pragma once
/// nlohmann_json with the user's key order kept, and a parser that is safe on foreign input.

#include <nlohmann/json.hpp>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist {

using Json = nlohmann::ordered_json;

/// Foreign JSON may not nest deeper: recursion in consumers would follow it.
inline constexpr int kMaxJsonDepth = 512;

/// Parses UTF-8 JSON (a byte order mark is skipped). EJSONPARSE with line and column when it is not JSON or nests
/// deeper than kMaxJsonDepth. `what` names the source in the message. A repeated key keeps its last value.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::string_view what);

/// The string member `key` of an object; nullptr when there is none or it is not a string.
[[nodiscard]] const std::string* find_string(const Json& object, std::string_view key);
/// The member `key` of an object; nullptr when there is none.
[[nodiscard]] const Json* find_member(const Json& object, std::string_view key);

}  // namespace hoist
