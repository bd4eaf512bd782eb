#include "account/account_side.hpp"

namespace hoist::registry {
namespace {

LoginService::Options login_options(const Config& config) {
  return {.limits = config.login, .open_registration = config.open_registration};
}

}  // namespace

AccountSide::AccountSide(MetadataStore& store, const Config& config, const Clock& clock, std::string base_url,
                         std::vector<Cidr> trusted_proxies)
    : index_(store),
      login_(store, login_options(config), clock),
      authenticator_(store, index_, login_,
                     {.trusted_proxies = std::move(trusted_proxies), .groups = config.groups, .admins = config.admins},
                     clock),
      policy_(config, index_),
      api_({store, index_, login_, authenticator_, policy_, config, clock}),
      family_(api_, std::move(base_url)) {}

Result<std::unique_ptr<AccountSide>> AccountSide::make(MetadataStore& store, const Config& config, const Clock& clock,
                                                       std::string base_url) {
  auto proxies = parse_cidrs(config.trusted_proxies);
  if (!proxies) return fail("ECONFIG", proxies.error().message);
  return std::unique_ptr<AccountSide>(new AccountSide(store, config, clock, std::move(base_url), *std::move(proxies)));
}

}  // namespace hoist::registry
