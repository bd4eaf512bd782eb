#pragma once

#include <string>
#include <string_view>

namespace hoist::registry {

/// Decodes base64 that comes in pieces. Strict: no white space, padding required and only at the end, no bits left
/// over.
class Base64Stream {
 public:
  /// Appends what can be decoded so far to `out`; false for what is no base64.
  [[nodiscard]] bool feed(std::string_view text, std::string& out);
  /// False when the text ended in the middle of a group.
  [[nodiscard]] bool finish() const noexcept { return pending_ == 0; }

 private:
  bool take_group(const char* group, std::string& out);

  char group_[4] = {};
  unsigned pending_ = 0;
  bool ended_ = false;
};

}  // namespace hoist::registry
