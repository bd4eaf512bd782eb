#pragma once
/// Users, tokens, organisations and teams: who may do what, as rows.

#include "hoist/base/result.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// Thread safe, may block, durable on return, shared by nodes: as PackageStore.
class AccountStore {
 public:
  virtual ~AccountStore() = default;

  [[nodiscard]] virtual Result<std::optional<UserRow>> find_user(std::string_view name) = 0;
  [[nodiscard]] virtual Result<std::vector<UserRow>> list_users() = 0;
  /// E409 when the name is taken.
  [[nodiscard]] virtual Result<void> add_user(const UserRow& user) = 0;
  /// Replaces all but the name. E404.
  [[nodiscard]] virtual Result<void> update_user(const UserRow& user) = 0;
  /// With the user's tokens and memberships; what was published stays. E404.
  [[nodiscard]] virtual Result<void> remove_user(std::string_view name) = 0;

  /// By the hash of the secret. Expired tokens are returned as well: the caller has the clock.
  [[nodiscard]] virtual Result<std::optional<TokenRow>> find_token(std::string_view hash) = 0;
  /// Oldest first.
  [[nodiscard]] virtual Result<std::vector<TokenRow>> list_tokens(std::string_view user) = 0;
  /// E409 when key or hash is taken, E404 when the user is unknown.
  [[nodiscard]] virtual Result<void> add_token(const TokenRow& token) = 0;
  /// By key, and only this user's; true when there was one. No later find_token on any node returns it.
  [[nodiscard]] virtual Result<bool> remove_token(std::string_view user, std::string_view key) = 0;
  /// Remembers a use. May be lost in a crash, and moves no sequence.
  [[nodiscard]] virtual Result<void> touch_token(std::string_view key, Time used) = 0;
  /// Forgets tokens that expired before `time`.
  [[nodiscard]] virtual Result<std::size_t> remove_expired_tokens(Time time) = 0;

  [[nodiscard]] virtual Result<std::vector<std::string>> list_orgs() = 0;
  /// Empty when there is no such organisation.
  [[nodiscard]] virtual Result<std::vector<OrgMemberRow>> list_org_members(std::string_view org) = 0;
  /// Adds or changes; the first member makes the organisation. E404 for an unknown user.
  [[nodiscard]] virtual Result<void> set_org_member(std::string_view org, const OrgMemberRow& member) = 0;
  /// Also leaves the organisation's teams. False when the user was no member.
  [[nodiscard]] virtual Result<bool> remove_org_member(std::string_view org, std::string_view user) = 0;

  [[nodiscard]] virtual Result<std::vector<TeamRow>> list_teams(std::string_view org) = 0;
  /// E409 when it exists.
  [[nodiscard]] virtual Result<void> add_team(const TeamRow& team) = 0;
  /// With its members and grants. False when there was none.
  [[nodiscard]] virtual Result<bool> remove_team(std::string_view org, std::string_view team) = 0;
  /// User names. E404 for an unknown team, here and below.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_team_members(std::string_view org,
                                                                           std::string_view team) = 0;
  [[nodiscard]] virtual Result<void> add_team_member(std::string_view org, std::string_view team,
                                                     std::string_view user) = 0;
  [[nodiscard]] virtual Result<bool> remove_team_member(std::string_view org, std::string_view team,
                                                        std::string_view user) = 0;
  [[nodiscard]] virtual Result<std::vector<GrantRow>> list_team_grants(std::string_view org, std::string_view team) = 0;
  /// The grants of all teams on a package.
  [[nodiscard]] virtual Result<std::vector<GrantRow>> list_package_grants(std::string_view package) = 0;
  /// The grants a user has through teams.
  [[nodiscard]] virtual Result<std::vector<GrantRow>> list_user_grants(std::string_view user) = 0;
  [[nodiscard]] virtual Result<void> set_grant(const GrantRow& grant) = 0;
  [[nodiscard]] virtual Result<bool> remove_grant(std::string_view org, std::string_view team,
                                                  std::string_view package) = 0;

  /// Moves when users, tokens, organisations, teams or grants change, by this program or another one that shares the
  /// store; as PackageStore::package_sequence, but it may cost a small read.
  [[nodiscard]] virtual std::uint64_t account_sequence() noexcept = 0;
};

}  // namespace hoist::registry
