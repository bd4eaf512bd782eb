#pragma once
/// The routes about people: logging in, identity, tokens, profile, organisations, teams, access. Values in, values out.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/account_index.hpp"
#include "auth/authenticator.hpp"
#include "auth/login.hpp"
#include "hoist/base/json.hpp"
#include "hoist/registry/access.hpp"
#include "hoist/registry/config.hpp"
#include "hoist/registry/message.hpp"
#include "hoist/registry/metadata_store.hpp"

namespace hoist::registry {

/// A request below `/-/`. Views live as long as the request.
struct ApiRequest {
  std::string_view method;
  std::vector<std::string> segments;  ///< of the path, decoded once, without the leading `-`
  std::string_view query;             ///< without the question mark
  std::string_view body;              ///< inflated
  Credentials credentials;
  std::string_view user_agent;
  std::string_view content_type;
  std::string_view origin;  ///< the header, which browsers send with forms
  std::string base_url;     ///< where the client reaches this server, with a final slash

  /// The decoded value of a query parameter; empty when there is none.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

/// What the routes work with. All outlive the api.
struct AccountServices {
  MetadataStore& store;
  AccountIndex& index;
  LoginService& login;
  AccountAuthenticator& authenticator;
  AccessPolicy& policy;
  const Config& config;
  const Clock& clock;
};

/// Thread safe. Calls may hash and block: run them on a worker.
class AccountApi {
 public:
  explicit AccountApi(AccountServices services) : services_(services) {}

  /// Whether the path is one of this family's, whatever the method.
  [[nodiscard]] static bool owns(std::span<const std::string> segments);
  /// Always an answer. Authenticates by itself: a login must work with a stale token in the header.
  [[nodiscard]] Response handle(const ApiRequest& request);

 private:
  using Answer = Result<Response>;
  Answer route(const ApiRequest& request);
  Answer route_user(const ApiRequest& request);
  Answer route_npm(const ApiRequest& request);
  Answer route_package(const ApiRequest& request);

  // login.cpp
  Answer whoami(const ApiRequest& request);
  Answer put_user(const ApiRequest& request, std::string_view name);
  Answer get_user(const ApiRequest& request, std::string_view name);
  Answer log_out(const ApiRequest& request, std::string_view token);
  // web_login.cpp
  Answer begin_web_login(const ApiRequest& request);
  Answer poll_web_login(const ApiRequest& request, std::string_view secret);
  Answer show_web_login(const ApiRequest& request, std::string_view id);
  Answer confirm_web_login(const ApiRequest& request, std::string_view id);
  // profile.cpp
  Answer get_profile(const ApiRequest& request);
  Answer post_profile(const ApiRequest& request);
  Answer change_password(const Identity& who, UserRow user, const Json& change);
  // tokens.cpp
  Answer list_tokens(const ApiRequest& request);
  Answer create_token(const ApiRequest& request);
  Answer delete_token(const ApiRequest& request, std::string_view key);
  // orgs.cpp
  Answer route_org(const ApiRequest& request, const std::string& org);
  Answer org_users(const ApiRequest& request, const std::string& org);
  Answer org_teams(const ApiRequest& request, const std::string& org);
  Answer org_packages(const ApiRequest& request, const std::string& org);
  Answer user_packages(const ApiRequest& request, const std::string& name);
  // teams.cpp
  Answer route_team(const ApiRequest& request, const std::string& org, const std::string& team);
  Answer remove_team(const ApiRequest& request, const std::string& org, const std::string& team);
  Answer team_users(const ApiRequest& request, const std::string& org, const std::string& team);
  Answer team_packages(const ApiRequest& request, const std::string& org, const std::string& team);
  // access.cpp
  Answer package_access(const ApiRequest& request, const std::string& package);
  Answer set_package_access(const ApiRequest& request, const std::string& package);
  Answer collaborators(const ApiRequest& request, const std::string& package);

  /// The identity of a user who is logged in: E401 for nobody.
  Result<Identity> require_user(const ApiRequest& request);
  /// Also with a credential that may change accounts: E403 for read-only and granular tokens.
  Result<Identity> require_writer(const ApiRequest& request);
  /// The user's role allows looking at (changing) the organisation: E404 for an outsider, E403 for a mere member.
  Result<void> require_member(const Identity& who, std::string_view org);
  Result<void> require_leader(const Identity& who, std::string_view org);
  /// A package that the user may see, and do `action` with.
  Result<PackageSnapshot> require_package(const Identity& who, std::string_view package, Action action);
  [[nodiscard]] Time now() const { return row_time(services_.clock); }

  AccountServices services_;
};

/// 200 unless said otherwise, never cached.
[[nodiscard]] Response json_answer(const Json& body, int status = 200);
/// The body as a JSON object: E400.
[[nodiscard]] Result<Json> parse_object(std::string_view body);
/// A text member: E400 when it is missing, empty or no text.
[[nodiscard]] Result<std::string> require_text(const Json& object, std::string_view key);
/// A name of an organisation or team: what a scope may be. E400.
[[nodiscard]] Result<void> check_group_name(std::string_view name);

}  // namespace hoist::registry
