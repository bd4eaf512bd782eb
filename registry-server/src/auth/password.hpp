#pragma once
/// Passwords at rest: scrypt for new ones; what an htpasswd file may hold is verified and can be replaced at the next
/// login.

#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/base/secret.hpp"

namespace hoist::registry {

/// Longer passwords are refused: hashing time would be the client's to choose.
inline constexpr std::size_t kMaxPasswordLength = 1024;

/// `$scrypt$<N>$<r>$<p>$<base64 salt>$<base64 key>` with a fresh salt. EINVAL for an empty or overlong password.
[[nodiscard]] Result<std::string> hash_password(std::string_view password, const ScryptCost& cost = {});

/// Whether `password` is the one that `stored` was made of: our own form, `{SHA}`, `$apr1$`, or anything the system's
/// crypt knows (bcrypt, sha256/512, md5, des). False for a form nobody knows. Takes 10-300 ms: never on an I/O thread.
[[nodiscard]] bool verify_password(std::string_view stored, std::string_view password);

/// True for a form weaker than hash_password's: worth replacing when the password is next seen.
[[nodiscard]] bool is_outdated_hash(std::string_view stored) noexcept;

/// A hash of no password, as costly to verify as a real one, so that an unknown user takes as long as a known one.
[[nodiscard]] const std::string& decoy_hash();

}  // namespace hoist::registry
