#include "auth/account_index.hpp"

namespace hoist::registry {
namespace {

Result<void> load_team(AccountStore& store, const TeamRow& team, AccountSnapshot& snapshot) {
  HOIST_TRY(const auto members, store.list_team_members(team.org, team.name));
  snapshot.teams[fmt::format("{}:{}", team.org, team.name)] = {members.begin(), members.end()};
  HOIST_TRY(const auto grants, store.list_team_grants(team.org, team.name));
  for (const GrantRow& grant : grants) snapshot.grants[grant.package].push_back(grant);
  return {};
}

Result<void> load_org(AccountStore& store, const std::string& org, AccountSnapshot& snapshot) {
  HOIST_TRY(const auto members, store.list_org_members(org));
  auto& roles = snapshot.orgs[org];
  for (const OrgMemberRow& member : members) roles[member.user] = member.role;
  HOIST_TRY(const auto teams, store.list_teams(org));
  for (const TeamRow& team : teams) HOIST_CHECK(load_team(store, team, snapshot));
  return {};
}

}  // namespace

std::string_view AccountSnapshot::role(std::string_view org, std::string_view user) const {
  const auto members = orgs.find(org);
  if (members == orgs.end()) return {};
  const auto member = members->second.find(user);
  return member == members->second.end() ? std::string_view() : std::string_view(member->second);
}

std::vector<std::string> AccountSnapshot::teams_of(std::string_view user) const {
  std::vector<std::string> names;
  for (const auto& [name, members] : teams) {
    if (members.contains(user)) names.push_back(name);
  }
  return names;
}

std::optional<Permission> AccountSnapshot::granted(std::string_view user, std::string_view package) const {
  std::optional<Permission> best;
  const auto found = grants.find(package);
  if (found == grants.end()) return best;
  for (const GrantRow& grant : found->second) {
    const auto team = teams.find(fmt::format("{}:{}", grant.org, grant.team));
    if (team == teams.end() || !team->second.contains(user)) continue;
    if (!best || grant.permission == Permission::kReadWrite) best = grant.permission;
  }
  return best;
}

Result<std::shared_ptr<const AccountSnapshot>> AccountIndex::current() {
  const std::uint64_t sequence = store_.account_sequence();
  const std::lock_guard lock(mutex_);
  if (snapshot_ && snapshot_->sequence == sequence) return snapshot_;
  HOIST_TRY(snapshot_, load(sequence));
  return snapshot_;
}

Result<std::shared_ptr<const AccountSnapshot>> AccountIndex::load(std::uint64_t sequence) {
  auto snapshot = std::make_shared<AccountSnapshot>();
  // The number is older than the rows: a change meanwhile makes the next caller load again.
  snapshot->sequence = sequence;
  HOIST_TRY(const auto orgs, store_.list_orgs());
  for (const std::string& org : orgs) HOIST_CHECK(load_org(store_, org, *snapshot));
  return std::shared_ptr<const AccountSnapshot>(std::move(snapshot));
}

}  // namespace hoist::registry
