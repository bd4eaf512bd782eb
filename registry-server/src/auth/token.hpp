#pragma once
/// Tokens: opaque random text for the client, a hash and a set of limits for us.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/cidr.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// A fresh token: `hoist_` + 36 letters and digits (214 bits) + a six-digit checksum, so that secret scanners can
/// recognise one without asking.
[[nodiscard]] std::string make_token();
/// Prefix, alphabet and checksum are right: worth a look-up.
[[nodiscard]] bool is_token_shaped(std::string_view token) noexcept;
/// What is stored: hexadecimal SHA-256. A token is random enough that no slow hash is needed.
[[nodiscard]] std::string hash_token(std::string_view token);
/// The key that names a token without being it: the beginning of its hash.
[[nodiscard]] std::string token_key(std::string_view token_hash);

enum class TokenPermission { kNone, kReadOnly, kReadWrite };

/// What a granular token may do at most; its user's rights limit it further. TokenRow::permissions as a value.
struct TokenScope {
  bool granular = false;  ///< false: everything that the user may
  std::vector<std::string> packages;
  std::vector<std::string> scopes;  ///< with the at sign
  bool all_packages = false;
  TokenPermission permission = TokenPermission::kNone;
  std::vector<std::string> orgs;
  TokenPermission org_permission = TokenPermission::kNone;

  /// Text that is no such object reads as a granular token without any right: damage must not widen a token.
  static TokenScope parse(std::string_view json);
  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] bool allows_read(std::string_view package) const;
  [[nodiscard]] bool allows_write(std::string_view package) const;
  bool operator==(const TokenScope&) const = default;
};

/// The use is from an allowed network and before the expiry. A network that cannot be read allows nobody.
[[nodiscard]] bool is_usable(const TokenRow& token, const IpAddress& client, Time now);

/// The row of a new token, and the secret that goes to the client once.
struct NewToken {
  std::string secret;
  TokenRow row;
};
[[nodiscard]] NewToken issue_token(std::string_view user, std::string_view kind, Time now,
                                   std::optional<std::chrono::seconds> lifetime);

}  // namespace hoist::registry
