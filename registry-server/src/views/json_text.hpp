#pragma once
/// JSON at the level of its text, for objects this server wrote itself: members are copied as they stand, so that a
/// packument of ten thousand versions is put together without parsing one of them.

#include <functional>
#include <string>
#include <string_view>

namespace hoist::registry {

/// Calls `visit(key, value)` for each member of `object`, with both as they stand in the text (the key without its
/// quotes). `object` must be what Json::dump() gives for an object; anything else ends the walk early.
void each_member(std::string_view object, const std::function<void(std::string_view, std::string_view)>& visit);

/// The value of a member as it stands; empty when there is none.
[[nodiscard]] std::string_view find_member_text(std::string_view object, std::string_view key);

/// `text` as a JSON string with its quotes; what is not UTF-8 is replaced.
[[nodiscard]] std::string quote(std::string_view text);

/// Appends `,"key":value` or `"key":value` after an opening brace.
void append_member(std::string& object, std::string_view key, std::string_view value);

}  // namespace hoist::registry
