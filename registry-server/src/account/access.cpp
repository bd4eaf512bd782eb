#include "account/api.hpp"

namespace hoist::registry {

AccountApi::Answer AccountApi::package_access(const ApiRequest& request, const std::string& package) {
  HOIST_TRY(const Identity who, services_.authenticator.authenticate(request.credentials));
  HOIST_TRY(const PackageSnapshot found, require_package(who, package, Action::kRead));
  const bool is_public = found.package.visibility == Visibility::kPublic;
  if (request.segments.back() == "visibility") return json_answer({{"public", is_public}});
  return json_answer({{"access", is_public ? "public" : "restricted"}, {"public", is_public}});
}

AccountApi::Answer AccountApi::set_package_access(const ApiRequest& request, const std::string& package) {
  HOIST_TRY(const Identity who, services_.authenticator.authenticate(request.credentials));
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const PackageSnapshot found, require_package(who, package, Action::kManageAccess));
  PackagePatch patch{.by = who.user, .now = now()};
  if (const Json* access = find_member(body, "access"); access != nullptr && !access->is_null()) {
    if (*access != "public" && *access != "restricted" && *access != "private") return fail("E400", "no such access");
    patch.visibility = *access == "public" ? Visibility::kPublic : Visibility::kRestricted;
    if (!package.starts_with('@') && *patch.visibility == Visibility::kRestricted) {
      // As npm's registry: only a scope says whose members may see it.
      return fail("E400", "only a scoped package can be restricted");
    }
  }
  if (const Json* tfa = find_member(body, "publish_requires_tfa"); tfa != nullptr && !tfa->is_null()) {
    if (!tfa->is_boolean()) return fail("E400", "\"publish_requires_tfa\" must be true or false");
    // Nothing here could ask for a second factor, so a promise to do so would be false.
    if (tfa->get<bool>()) return fail("E400", "this registry has no two-factor login");
    patch.publish_requires_tfa = false;
  }
  if (!patch.visibility && !patch.publish_requires_tfa) return fail("E400", "nothing to set");
  HOIST_TRY(const Revision revision, services_.store.patch_package(package, patch));
  return json_answer({{"ok", true}, {"rev", revision}});
}

AccountApi::Answer AccountApi::collaborators(const ApiRequest& request, const std::string& package) {
  HOIST_TRY(const Identity who, require_user(request));
  HOIST_TRY(const PackageSnapshot found, require_package(who, package, Action::kRead));
  HOIST_TRY(const auto accounts, services_.index.current());
  Json rights = Json::object();
  if (const auto grants = accounts->grants.find(package); grants != accounts->grants.end()) {
    for (const GrantRow& grant : grants->second) {
      const auto team = accounts->teams.find(fmt::format("{}:{}", grant.org, grant.team));
      if (team == accounts->teams.end()) continue;
      for (const std::string& user : team->second) {
        const bool writes = grant.permission == Permission::kReadWrite;
        if (writes || !rights.contains(user)) rights[user] = writes ? "write" : "read";
      }
    }
  }
  for (const MaintainerRow& maintainer : found.maintainers) rights[maintainer.name] = "write";
  const std::string wanted = request.parameter("user");
  if (wanted.empty()) return json_answer(rights);
  Json one = Json::object();
  if (rights.contains(wanted)) one[wanted] = rights[wanted];
  return json_answer(one);
}

}  // namespace hoist::registry
