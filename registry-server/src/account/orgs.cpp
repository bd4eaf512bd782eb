#include "account/api.hpp"

namespace hoist::registry {
namespace {

std::string_view to_text(Permission permission) { return permission == Permission::kReadWrite ? "write" : "read"; }

/// `@org` and `org` are the same organisation.
std::string without_at(std::string org) {
  if (org.starts_with('@')) org.erase(0, 1);
  return org;
}

bool reads(const ApiRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

}  // namespace

AccountApi::Answer AccountApi::route_org(const ApiRequest& request, const std::string& name) {
  const std::string org = without_at(name);
  HOIST_CHECK(check_group_name(org));
  if (request.segments.size() != 3) return fail("E404", "not found");
  const std::string& what = request.segments[2];
  if (what == "user") return org_users(request, org);
  if (what == "team") return org_teams(request, org);
  if (what == "package" && reads(request)) return org_packages(request, org);
  return fail("E404", "not found");
}

AccountApi::Answer AccountApi::org_users(const ApiRequest& request, const std::string& org) {
  if (reads(request)) {
    HOIST_TRY(const Identity who, require_user(request));
    HOIST_CHECK(require_member(who, org));
    HOIST_TRY(const auto members, services_.store.list_org_members(org));
    Json roles = Json::object();
    for (const OrgMemberRow& member : members) roles[member.user] = member.role;
    return json_answer(roles);
  }
  HOIST_TRY(const Identity who, require_writer(request));
  // The first member makes the organisation, which claims a scope for it: an administrator's act.
  HOIST_CHECK(require_leader(who, org));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const std::string user, require_text(body, "user"));
  HOIST_TRY(const auto before, services_.store.list_org_members(org));
  const auto is_other_owner = [&user](const OrgMemberRow& row) { return row.role == "owner" && row.user != user; };
  const bool stays_owned = std::ranges::any_of(before, is_other_owner);
  if (request.method == "DELETE") {
    if (!stays_owned && !who.is_admin) return fail("E400", "an organisation needs an owner");
    HOIST_TRY(const bool removed, services_.store.remove_org_member(org, user));
    return removed ? json_answer({{"ok", true}}) : Answer(fail("E404", "no such member"));
  }
  if (request.method != "PUT") return fail("E405", "method not allowed");
  const std::string* given = find_string(body, "role");
  const std::string role = given == nullptr ? "developer" : *given;
  if (role != "owner" && role != "admin" && role != "developer") return fail("E400", "no such role");
  if (!before.empty() && role != "owner" && !stays_owned) return fail("E400", "an organisation needs an owner");
  HOIST_CHECK(services_.store.set_org_member(org, {.user = user, .role = role}));
  HOIST_TRY(const auto after, services_.store.list_org_members(org));
  return json_answer({{"org", {{"name", org}, {"size", after.size()}}}, {"user", user}, {"role", role}});
}

AccountApi::Answer AccountApi::org_teams(const ApiRequest& request, const std::string& org) {
  if (reads(request)) {
    HOIST_TRY(const Identity who, require_user(request));
    HOIST_CHECK(require_member(who, org));
    HOIST_TRY(const auto teams, services_.store.list_teams(org));
    // `format=cli` is npm's way; pnpm asks without it and wants objects.
    const bool short_form = request.parameter("format") == "cli";
    Json names = Json::array();
    for (const TeamRow& team : teams) {
      names.push_back(short_form ? Json(fmt::format("{}:{}", team.org, team.name))
                                 : Json{{"name", team.name}, {"description", team.description}});
    }
    return json_answer(names);
  }
  if (request.method != "PUT") return fail("E405", "method not allowed");
  HOIST_TRY(const Identity who, require_writer(request));
  HOIST_CHECK(require_leader(who, org));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const std::string name, require_text(body, "name"));
  HOIST_CHECK(check_group_name(name));
  const std::string* description = find_string(body, "description");
  HOIST_CHECK(services_.store.add_team({.org = org, .name = name, .description = description ? *description : ""}));
  return json_answer({{"name", name}}, 201);
}

AccountApi::Answer AccountApi::org_packages(const ApiRequest& request, const std::string& org) {
  HOIST_TRY(const Identity who, require_user(request));
  HOIST_CHECK(require_member(who, org));
  HOIST_TRY(const auto accounts, services_.index.current());
  Json packages = Json::object();
  const std::string prefix = fmt::format("@{}/", org);
  constexpr std::size_t page = 1000;
  std::string after = prefix.substr(0, prefix.size() - 1);
  for (bool more = true; more;) {
    HOIST_TRY(const auto names, services_.store.list_packages(after, page));
    for (const std::string& name : names) {
      if (name.starts_with(prefix)) packages[name] = "write";
    }
    more = names.size() == page && names.back() < prefix + "\x7f";
    if (!names.empty()) after = names.back();
  }
  for (const auto& [name, grants] : accounts->grants) {
    for (const GrantRow& grant : grants) {
      if (grant.org == org && !packages.contains(name)) packages[name] = to_text(grant.permission);
    }
  }
  // Members see what they have a right on; which packages exist besides is not told.
  for (auto entry = packages.begin(); entry != packages.end();) {
    const bool visible = require_package(who, entry.key(), Action::kRead).has_value();
    entry = visible ? std::next(entry) : packages.erase(entry);
  }
  return json_answer(packages);
}

AccountApi::Answer AccountApi::user_packages(const ApiRequest& request, const std::string& name) {
  if (!reads(request)) return fail("E405", "method not allowed");
  HOIST_TRY(const Identity who, require_user(request));
  HOIST_TRY(const auto user, services_.store.find_user(name));
  if (!user) return fail("E404", "no such user");
  HOIST_TRY(const auto maintained, services_.store.list_maintained(name));
  HOIST_TRY(const auto grants, services_.store.list_user_grants(name));
  Json packages = Json::object();
  const auto add = [&](const std::string& package, std::string_view right) {
    if (require_package(who, package, Action::kRead)) packages[package] = right;
  };
  for (const GrantRow& grant : grants) {
    if (!packages.contains(grant.package) || grant.permission == Permission::kReadWrite) {
      add(grant.package, to_text(grant.permission));
    }
  }
  for (const std::string& package : maintained) add(package, "write");
  return json_answer(packages);
}

}  // namespace hoist::registry
