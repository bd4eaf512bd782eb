#include "hosted/simple_access.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {

std::optional<Result<Identity>> TokenAuthenticator::try_authenticate(const Credentials& credentials) {
  if (!credentials.authorization.empty()) return std::nullopt;
  return Result<Identity>(Identity{.client_address = std::string(credentials.peer_address)});
}

Result<Identity> TokenAuthenticator::authenticate(const Credentials& credentials) {
  constexpr std::string_view scheme = "Bearer ";
  if (!credentials.authorization.starts_with(scheme)) return fail("E401", "a bearer token is needed");
  const std::string_view secret = credentials.authorization.substr(scheme.size());
  HOIST_TRY(const auto token, accounts_.find_token(hex_encode(hash(HashAlgorithm::kSha256, secret))));
  const bool expired = token && token->expires && *token->expires <= clock_.now();
  if (!token || expired) return fail("E401", "the token is not valid");
  HOIST_TRY(const auto user, accounts_.find_user(token->user));
  if (!user || user->is_disabled) return fail("E401", "the token is not valid");
  return Identity{.user = user->name,
                  .token_key = token->key,
                  .is_admin = user->is_admin,
                  .read_only = token->read_only,
                  .permissions = token->permissions,
                  .client_address = std::string(credentials.peer_address)};
}

Decision OwnerPolicy::decide(const Identity& who, const PackageFacts& package, Action action) {
  const bool is_public = package.visibility == Visibility::kPublic;
  const bool owns = package.exists && std::ranges::any_of(*package.maintainers, [&](const MaintainerRow& person) {
                      return person.name == who.user;
                    });
  if (who.is_admin || owns) return Decision::kAllow;
  if (package.exists && !is_public) return Decision::kHide;
  if (action == Action::kRead) return Decision::kAllow;
  if (who.is_anonymous()) return Decision::kLogin;
  return package.exists ? Decision::kForbid : Decision::kAllow;
}

}  // namespace hoist::registry
