#pragma once
/// Everything of a registry that is about people, wired. Private: includes Asio.

#include "account/family.hpp"
#include "auth/access_policy.hpp"

namespace hoist::registry {

/// Store, configuration and clock must outlive it.
class AccountSide {
 public:
  /// ECONFIG for networks that cannot be read. `base_url` ends with a slash.
  static Result<std::unique_ptr<AccountSide>> make(MetadataStore& store, const Config& config, const Clock& clock,
                                                   std::string base_url);

  [[nodiscard]] Authenticator& authenticator() noexcept { return authenticator_; }
  [[nodiscard]] AccessPolicy& policy() noexcept { return policy_; }
  [[nodiscard]] RouteFamily& routes() noexcept { return family_; }

 private:
  AccountSide(MetadataStore& store, const Config& config, const Clock& clock, std::string base_url,
              std::vector<Cidr> trusted_proxies);

  AccountIndex index_;
  LoginService login_;
  AccountAuthenticator authenticator_;
  RulePolicy policy_;
  AccountApi api_;
  AccountFamily family_;
};

}  // namespace hoist::registry
