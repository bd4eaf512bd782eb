#include "account/api.hpp"
#include "auth/htpasswd.hpp"
#include "auth/token.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {

AccountApi::Answer AccountApi::whoami(const ApiRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") return fail("E405", "method not allowed");
  HOIST_TRY(const Identity who, require_user(request));
  return json_answer({{"username", who.user}});
}

AccountApi::Answer AccountApi::put_user(const ApiRequest& request, std::string_view name) {
  HOIST_TRY(const Json body, parse_object(request.body));
  HOIST_TRY(const std::string own_name, require_text(body, "name"));
  HOIST_TRY(const std::string password, require_text(body, "password"));
  if (own_name != name || !is_valid_user_name(name)) return fail("E400", "the user name is not one");
  const std::string* email = find_string(body, "email");
  const std::string address = services_.authenticator.client_address(request.credentials);
  HOIST_TRY(const UserRow user, services_.login.login_or_register(name, password, email ? *email : "", address));
  const NewToken token = issue_token(user.name, "login", now(), services_.config.token_lifetime);
  HOIST_CHECK(services_.store.add_token(token.row));
  return json_answer({{"ok", true},
                      {"id", fmt::format("org.couchdb.user:{}", user.name)},
                      {"rev", fmt::format("1-{}", user.updated.time_since_epoch().count())},
                      {"token", token.secret}},
                     201);
}

AccountApi::Answer AccountApi::get_user(const ApiRequest& request, std::string_view name) {
  // Names are for those who have one themselves: otherwise this would tell strangers whom to guess passwords of.
  HOIST_TRY(const Identity who, require_user(request));
  HOIST_TRY(const auto user, services_.store.find_user(name));
  if (!user) return fail("E404", "no such user");
  return json_answer({{"_id", fmt::format("org.couchdb.user:{}", user->name)},
                      {"_rev", fmt::format("1-{}", user->updated.time_since_epoch().count())},
                      {"name", user->name},
                      {"email", user->email},
                      {"type", "user"},
                      {"roles", Json::array()},
                      {"date", to_iso_time(user->updated)}});
}

AccountApi::Answer AccountApi::log_out(const ApiRequest& request, std::string_view token) {
  // Who holds a token may end it, read-only or not: no other right is needed, and knowing the secret is the proof.
  HOIST_TRY(const auto row, services_.store.find_token(hash_token(token)));
  if (!row) {
    HOIST_TRY(const Identity who, require_user(request));
    return fail("E404", "no such token");
  }
  HOIST_TRY(const bool removed, services_.store.remove_token(row->user, row->key));
  return json_answer({{"ok", removed}});
}

}  // namespace hoist::registry
