#pragma once
/// htpasswd files: `name:hash` per line, as Apache and Verdaccio write them.

#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::registry {

struct HtpasswdEntry {
  std::string name;
  std::string hash;
};

/// Blank lines and `#` comments are skipped, fields after the second colon ignored (Verdaccio writes
/// `:autocreated <date>` there). EHTPASSWD with the line for one without a colon, name or hash. The last entry of a
/// repeated name counts, as for Apache.
[[nodiscard]] Result<std::vector<HtpasswdEntry>> parse_htpasswd(std::string_view text, std::string_view file);

/// A name an account may have: 1-128 bytes, no control characters, blanks, colons, slashes, `$` or leading `-`/`.`.
[[nodiscard]] bool is_valid_user_name(std::string_view name) noexcept;

}  // namespace hoist::registry
