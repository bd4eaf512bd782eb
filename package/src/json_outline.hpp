#pragma once
/// The outline of a large JSON object: which members it has and where their text is, without building a tree.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::package {

/// Where the text of a value is in the document.
struct JsonSpan {
  std::uint32_t start = 0;
  std::uint32_t size = 0;
  [[nodiscard]] bool empty() const noexcept { return size == 0; }
};

/// A member of an object: the key decoded.
struct JsonMember {
  std::string key;
  JsonSpan value;
};

/// Members of the root object and, of those named in `open`, their own members.
struct JsonOutline {
  std::vector<JsonMember> members;
  std::vector<std::vector<JsonMember>> opened;  ///< parallel to `open`; empty where the member is no object
};

/// Spare bytes that must follow the text in its buffer (simdjson reads ahead).
inline constexpr std::size_t kJsonPadding = 64;

/// One pass over simdjson's structural index: nesting, commas and colons are checked everywhere, scalars only by their
/// first character (they are checked when their value is read). EJSONPARSE for anything but an object, for invalid
/// UTF-8 and for nesting beyond kMaxJsonDepth. `text` must have kJsonPadding readable bytes behind it and be below 4
/// GiB.
[[nodiscard]] Result<JsonOutline> outline_json(std::string_view text, const std::vector<std::string_view>& open);

}  // namespace hoist::package
