#include "account/api.hpp"

namespace hoist::registry {

AccountApi::Answer AccountApi::route_team(const ApiRequest& request, const std::string& scope,
                                          const std::string& team) {
  const std::string org = scope.starts_with('@') ? scope.substr(1) : scope;
  HOIST_CHECK(check_group_name(org));
  HOIST_CHECK(check_group_name(team));
  const auto& s = request.segments;
  if (s.size() == 3) return remove_team(request, org, team);
  if (s.size() != 4) return fail("E404", "not found");
  if (s[3] == "user") return team_users(request, org, team);
  if (s[3] == "package") return team_packages(request, org, team);
  return fail("E404", "not found");
}

AccountApi::Answer AccountApi::remove_team(const ApiRequest& request, const std::string& org, const std::string& team) {
  if (request.method != "DELETE") return fail("E405", "method not allowed");
  HOIST_TRY(const Identity who, require_writer(request));
  HOIST_CHECK(require_leader(who, org));
  HOIST_TRY(const bool removed, services_.store.remove_team(org, team));
  if (!removed) return fail("E404", "no such team");
  return json_answer({{"ok", true}});
}

AccountApi::Answer AccountApi::team_users(const ApiRequest& request, const std::string& org, const std::string& team) {
  if (request.method == "GET" || request.method == "HEAD") {
    HOIST_TRY(const Identity who, require_user(request));
    HOIST_CHECK(require_member(who, org));
    HOIST_TRY(const auto members, services_.store.list_team_members(org, team));
    if (request.parameter("format") == "cli") return json_answer(Json(members));
    Json objects = Json::array();
    for (const std::string& member : members) objects.push_back({{"name", member}});
    return json_answer(objects);
  }
  HOIST_TRY(const Identity who, require_writer(request));
  HOIST_CHECK(require_leader(who, org));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const std::string user, require_text(body, "user"));
  if (request.method == "DELETE") {
    HOIST_TRY(const bool removed, services_.store.remove_team_member(org, team, user));
    return removed ? json_answer({{"ok", true}}) : Answer(fail("E404", "no such member"));
  }
  if (request.method != "PUT") return fail("E405", "method not allowed");
  HOIST_TRY(const auto accounts, services_.index.current());
  if (accounts->role(org, user).empty()) return fail("E403", "the user is no member of the organisation");
  HOIST_CHECK(services_.store.add_team_member(org, team, user));
  return json_answer(Json::object(), 201);
}

AccountApi::Answer AccountApi::team_packages(const ApiRequest& request, const std::string& org,
                                             const std::string& team) {
  if (request.method == "GET" || request.method == "HEAD") {
    HOIST_TRY(const Identity who, require_user(request));
    HOIST_CHECK(require_member(who, org));
    HOIST_TRY(const auto grants, services_.store.list_team_grants(org, team));
    Json packages = Json::object();
    for (const GrantRow& grant : grants) {
      packages[grant.package] = grant.permission == Permission::kReadWrite ? "write" : "read";
    }
    return json_answer(packages);
  }
  HOIST_TRY(const Identity who, require_writer(request));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const std::string package, require_text(body, "package"));
  // Both sides have a say: the organisation about its team, the package's owners about the package.
  HOIST_CHECK(require_member(who, org));
  HOIST_TRY(const auto found, require_package(who, package, Action::kManageAccess));
  if (request.method == "DELETE") {
    HOIST_TRY(const bool removed, services_.store.remove_grant(org, team, package));
    return removed ? json_answer({{"ok", true}}) : Answer(fail("E404", "no such grant"));
  }
  if (request.method != "PUT") return fail("E405", "method not allowed");
  HOIST_TRY(const std::string permissions, require_text(body, "permissions"));
  if (permissions != "read-only" && permissions != "read-write") return fail("E400", "no such permission");
  GrantRow grant{.org = org, .team = team, .package = package};
  if (permissions == "read-write") grant.permission = Permission::kReadWrite;
  HOIST_CHECK(services_.store.set_grant(grant));
  return json_answer(Json::object(), 201);
}

}  // namespace hoist::registry
