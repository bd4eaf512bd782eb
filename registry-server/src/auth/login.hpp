#pragma once
/// Passwords against accounts: limited in rate, bounded in cost, silent about which half was wrong.

#include "auth/cidr.hpp"
#include "auth/hash_gate.hpp"
#include "auth/rate_limiter.hpp"
#include "hoist/base/clock.hpp"
#include "hoist/base/secret.hpp"
#include "hoist/registry/account_store.hpp"
#include "hoist/registry/config.hpp"

namespace hoist::registry {

/// `now` in the rows' unit.
[[nodiscard]] Time row_time(const Clock& clock);

/// Thread safe; every call may take as long as a hash. Store and clock must outlive it.
class LoginService {
 public:
  struct Options {
    LoginLimits limits;
    bool open_registration = false;
    ScryptCost cost;
    unsigned hashing = 2;  ///< at a time
    unsigned waiting = 5;  ///< for their turn; more get E429. Each holds a thread of its caller
  };
  LoginService(AccountStore& accounts, Options options, const Clock& clock);

  /// The account whose password this is. E401 with one text for an unknown user, a wrong password, a disabled account;
  /// E429 (hint: seconds) when user or address failed too often. A weak stored form is replaced on success.
  [[nodiscard]] Result<UserRow> check_password(std::string_view user, std::string_view password,
                                               std::string_view address);
  /// check_password, but an unknown name becomes an account where registration is open. E400 for a name or password
  /// that cannot be one.
  [[nodiscard]] Result<UserRow> login_or_register(std::string_view user, std::string_view password,
                                                  std::string_view email, std::string_view address);
  /// A new account, whatever the registration policy: for the administrator. E409 when the name is taken.
  [[nodiscard]] Result<UserRow> add_user(std::string_view user, std::string_view password, std::string_view email,
                                         bool is_admin = false);
  /// After check_password of the old one. All of the user's tokens stay valid.
  [[nodiscard]] Result<void> set_password(UserRow user, std::string_view password);
  /// Counts the beginning of a login that a browser finishes: E429 when an address begins too many.
  [[nodiscard]] Result<void> take_session(std::string_view address);
  [[nodiscard]] bool is_registration_open() const noexcept { return options_.open_registration; }

 private:
  [[nodiscard]] Result<void> take_attempt(std::string_view user, std::string_view address);
  [[nodiscard]] Result<std::string> hash(std::string_view password);

  AccountStore& accounts_;
  const Options options_;
  const Clock& clock_;
  RateLimiter by_user_;
  RateLimiter by_address_;
  RateLimiter sessions_;
  HashGate gate_;
};

}  // namespace hoist::registry
