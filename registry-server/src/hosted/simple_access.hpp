#pragma once
/// The least that a registry needs to tell its users apart, without a configuration.

#include "hoist/base/clock.hpp"
#include "hoist/registry/access.hpp"
#include "hoist/registry/account_store.hpp"

namespace hoist::registry {

/// Bearer tokens by their SHA-256, as rows hold them. Nothing is cached: a revoked token is refused at once.
class TokenAuthenticator final : public Authenticator {
 public:
  TokenAuthenticator(AccountStore& accounts, const Clock& clock) : accounts_(accounts), clock_(clock) {}
  std::optional<Result<Identity>> try_authenticate(const Credentials& credentials) override;
  Result<Identity> authenticate(const Credentials& credentials) override;

 private:
  AccountStore& accounts_;
  const Clock& clock_;
};

/// Public packages are read by everyone and restricted ones by their maintainers; whoever is logged in may publish a
/// new name; everything else is for maintainers and administrators.
class OwnerPolicy final : public AccessPolicy {
 public:
  Decision decide(const Identity& who, const PackageFacts& package, Action action) override;
};

}  // namespace hoist::registry
