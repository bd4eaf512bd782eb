#pragma once
/// Apache's variant of md5-crypt, which htpasswd writes by default and the system's crypt does not know.

#include <string>
#include <string_view>

namespace hoist::registry {

/// `$apr1$salt$hash` of `password` with the salt of `setting` (a stored value or a prefix of one that begins `$apr1$`).
[[nodiscard]] std::string apr1_crypt(std::string_view password, std::string_view setting);

}  // namespace hoist::registry
