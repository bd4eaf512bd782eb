#pragma once
/// Who asks, and whether they may: the two questions every handler puts.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// What a request offers to prove who sent it.
struct Credentials {
  std::string_view method;
  std::string_view authorization;  ///< the header as sent
  std::string_view otp;            ///< `npm-otp`
  std::string_view forwarded_for;  ///< `X-Forwarded-For`; to be believed from trusted proxies only
  std::string_view peer_address;   ///< of the connection, numeric, without port
};

/// A user, or nobody in particular.
struct Identity {
  std::string user;       ///< empty: anonymous
  std::string token_key;  ///< of the token that was used; empty for anything else
  bool is_admin = false;
  bool read_only = false;
  std::vector<std::string> groups;
  std::string permissions = "{}";  ///< TokenRow::permissions
  std::string client_address;      ///< after trusted proxies, for logs and limits

  [[nodiscard]] bool is_anonymous() const noexcept { return user.empty(); }
};

/// Errors: E401 (hint: the value for WWW-Authenticate), E403, E429 (hint: the value for Retry-After), E5xx.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The answer if it takes microseconds; nullopt when hashing or the store are needed. No credentials at all:
  /// anonymous.
  [[nodiscard]] virtual std::optional<Result<Identity>> try_authenticate(const Credentials& credentials) = 0;
  /// The answer, however long it takes. Called on a worker thread.
  [[nodiscard]] virtual Result<Identity> authenticate(const Credentials& credentials) = 0;
};

enum class Action { kRead, kPublish, kDeprecate, kTag, kUnpublish, kManageOwners, kManageAccess };

/// What a decision may depend on.
struct PackageFacts {
  std::string_view name;
  bool exists = false;
  Visibility visibility = Visibility::kPublic;
  const std::vector<MaintainerRow>* maintainers = nullptr;  ///< never null when `exists`
};

enum class Decision {
  kAllow,
  kLogin,   ///< 401: somebody who is logged in might
  kForbid,  ///< 403
  kHide,    ///< 404, the same as for a package that is not there
};

/// Called on the network threads: answers from memory, save for a point query where rights have changed.
class AccessPolicy {
 public:
  virtual ~AccessPolicy() = default;
  [[nodiscard]] virtual Decision decide(const Identity& who, const PackageFacts& package, Action action) = 0;
};

}  // namespace hoist::registry
