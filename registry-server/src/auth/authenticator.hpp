#pragma once
/// Tokens and passwords to identities.

#include <mutex>
#include <unordered_map>

#include "auth/account_index.hpp"
#include "auth/cidr.hpp"
#include "auth/login.hpp"
#include "hoist/registry/access.hpp"

namespace hoist::registry {

/// Thread safe. What it is given must outlive it.
class AccountAuthenticator final : public Authenticator {
 public:
  struct Options {
    std::vector<Cidr> trusted_proxies;
    std::map<std::string, std::vector<std::string>> groups;
    std::vector<std::string> admins;
  };
  AccountAuthenticator(AccountStore& accounts, AccountIndex& index, LoginService& login, Options options,
                       const Clock& clock);

  [[nodiscard]] std::optional<Result<Identity>> try_authenticate(const Credentials& credentials) override;
  [[nodiscard]] Result<Identity> authenticate(const Credentials& credentials) override;
  /// The client behind trusted proxies.
  [[nodiscard]] std::string client_address(const Credentials& credentials) const;

 private:
  /// Rows that were read at `sequence`, and count as long as that is the store's.
  struct Known {
    std::uint64_t sequence = 0;
    TokenRow token;  ///< key empty: a password
    UserRow user;
    std::vector<std::string> groups;
  };
  [[nodiscard]] std::optional<Known> find_known(std::string_view key, std::uint64_t sequence);
  void remember(std::string key, Known known);
  [[nodiscard]] Result<Identity> to_identity(const Known& known, const std::string& address) const;
  [[nodiscard]] Result<Known> load_token(const std::string& hash);
  [[nodiscard]] Result<Known> load_password(std::string_view user, std::string_view password,
                                            const std::string& address);
  [[nodiscard]] Result<std::vector<std::string>> groups_of(const std::string& user);
  /// The key under which a verified credential is remembered: never the credential itself.
  [[nodiscard]] std::string memory_key(std::string_view credential) const;

  AccountStore& accounts_;
  AccountIndex& index_;
  LoginService& login_;
  const Options options_;
  const Clock& clock_;
  const std::string secret_;  ///< keys memory_key, so that the map is of no use to who reads it
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace hoist::registry
