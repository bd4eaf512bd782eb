#include "auth/access_policy.hpp"

namespace hoist::registry {
namespace {

/// `$all`, and the spellings that Verdaccio takes for it.
std::string_view without_sigil(std::string_view subject) {
  if (subject.starts_with('$') || subject.starts_with('@')) subject.remove_prefix(1);
  return subject;
}
bool is_everyone(std::string_view subject) { return without_sigil(subject) == "all"; }
bool is_anonymous(std::string_view subject) { return without_sigil(subject) == "anonymous"; }
bool is_authenticated(std::string_view subject) { return without_sigil(subject) == "authenticated"; }

/// Named by name, group or team.
bool is_named(const Identity& who, const std::vector<std::string>& subjects) {
  if (who.is_anonymous()) return false;
  return std::ranges::any_of(subjects, [&](const std::string& subject) {
    return subject == who.user || std::ranges::find(who.groups, subject) != who.groups.end();
  });
}

bool is_included(const Identity& who, const std::vector<std::string>& subjects) {
  const bool by_class = std::ranges::any_of(subjects, [&](const std::string& subject) {
    return is_everyone(subject) || (who.is_anonymous() ? is_anonymous(subject) : is_authenticated(subject));
  });
  return by_class || is_named(who, subjects);
}

std::string_view org_of(std::string_view package) {
  return package.starts_with('@') ? package.substr(1, package.find('/') - 1) : std::string_view();
}

bool is_maintainer(const Identity& who, const PackageFacts& package) {
  return package.maintainers != nullptr &&
         std::ranges::find(*package.maintainers, who.user, &MaintainerRow::name) != package.maintainers->end();
}

bool leads_org(const Identity& who, const PackageFacts& package, const AccountSnapshot& accounts) {
  const auto role = accounts.role(org_of(package.name), who.user);
  return role == "owner" || role == "admin";
}

Decision refuse(const Identity& who) { return who.is_anonymous() ? Decision::kLogin : Decision::kForbid; }

}  // namespace

Decision RulePolicy::decide(const Identity& who, const PackageFacts& package, Action action) {
  const auto accounts = index_.current();
  // Without the rows nobody can be given a right.
  if (!accounts) return refuse(who);
  const TokenScope scope = TokenScope::parse(who.permissions);
  const Decision read = decide_read(who, package, scope, **accounts);
  if (action == Action::kRead || read == Decision::kHide) return read;
  if (who.is_anonymous()) return Decision::kLogin;
  if (who.read_only || !scope.allows_write(package.name)) return Decision::kForbid;
  if (who.is_admin) return Decision::kAllow;
  const PackageRule* rule = config_.find_rule(package.name);
  return rule == nullptr ? Decision::kForbid : decide_write(who, package, action, *rule, **accounts);
}

Decision RulePolicy::decide_read(const Identity& who, const PackageFacts& package, const TokenScope& scope,
                                 const AccountSnapshot& accounts) const {
  // A token that is limited to other packages sees what anybody sees.
  const Identity nobody;
  const Identity& reader = scope.allows_read(package.name) ? who : nobody;
  if (reader.is_admin) return Decision::kAllow;
  const bool restricted = package.exists && package.visibility == Visibility::kRestricted;
  const PackageRule* rule = config_.find_rule(package.name);
  const bool by_right = !reader.is_anonymous() &&
                        (is_maintainer(reader, package) || accounts.granted(reader.user, package.name).has_value());
  if (by_right) return Decision::kAllow;
  if (rule == nullptr) return Decision::kHide;
  // The rule speaks of names, not of packages: its answer is the same whether or not there is one.
  if (!is_included(reader, rule->access)) return refuse(reader.is_anonymous() && !who.is_anonymous() ? who : reader);
  if (!restricted) return Decision::kAllow;
  const bool named = is_named(reader, rule->access) || !accounts.role(org_of(package.name), reader.user).empty() ||
                     std::ranges::any_of(rule->access, is_authenticated);
  return !reader.is_anonymous() && named ? Decision::kAllow : Decision::kHide;
}

Decision RulePolicy::decide_write(const Identity& who, const PackageFacts& package, Action action,
                                  const PackageRule& rule, const AccountSnapshot& accounts) const {
  const bool leads = is_maintainer(who, package) || leads_org(who, package, accounts);
  if (action == Action::kManageOwners || action == Action::kManageAccess) {
    return package.exists && leads ? Decision::kAllow : Decision::kForbid;
  }
  const auto& subjects = action == Action::kUnpublish && !rule.unpublish.empty() ? rule.unpublish : rule.publish;
  const bool granted = accounts.granted(who.user, package.name) == Permission::kReadWrite;
  if (!is_included(who, subjects)) return Decision::kForbid;
  if (package.exists) return leads || granted || is_named(who, subjects) ? Decision::kAllow : Decision::kForbid;
  const auto org = accounts.orgs.find(org_of(package.name));
  const bool foreign = org != accounts.orgs.end() && !org->second.empty() && !org->second.contains(who.user);
  return foreign && !is_named(who, subjects) ? Decision::kForbid : Decision::kAllow;
}

}  // namespace hoist::registry
