#include "cli/commands/commands.hpp"
#include "cli/output/prompt.hpp"
#include "cli/output/redact.hpp"
#include "cli/registry/credentials.hpp"
#include "cli/registry/registry_session.hpp"
#include "cli/registry/web_auth.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

std::string iso_time(std::chrono::system_clock::time_point now) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds % 1000);
}

std::string user_path(const std::string& user) { return "/-/user/org.couchdb.user:" + percent_encode_component(user); }

Result<std::string> token_of(const Json& answer) {
  const auto* token = find_string(answer, "token");
  if (token == nullptr || token->empty()) return fail("EINVALIDRESPONSE", "the registry's answer holds no token");
  return *token;
}

/// The user exists already: what the registry knows goes back with the password.
Result<std::string> update_user(RegistrySession& registry, const std::string& user, const std::string& password,
                                Json body) {
  HOIST_TRY(const auto known, registry.get(user_path(user) + "?write=true"));
  for (const auto& [key, value] : known.items())
    if (!body.contains(key) || body[key] == Json("") || body[key].is_null() || key == "roles") body[key] = value;
  const auto* revision = find_string(body, "_rev");
  auto call = json_call(
      "PUT", fmt::format("{}/-rev/{}", user_path(user), revision != nullptr ? *revision : "undefined"), "", body);
  call.headers.add("authorization", "Basic " + base64_encode(user + ':' + password));
  HOIST_TRY(const auto answer, registry.send_json(std::move(call)));
  return token_of(answer);
}

Result<std::string> login_with_password(Session& session, RegistrySession& registry, const Credentials& known) {
  const auto question =
      known.username.empty() ? std::string("Username: ") : fmt::format("Username: ({}) ", known.username);
  std::string user;
  while (user.empty()) {
    HOIST_TRY(user, ask(session.console, question));
    if (user.empty()) user = known.username;
    user = std::string(trim(user));
  }
  HOIST_TRY(const auto password, ask_password(session.console));
  const Json body{{"_id", "org.couchdb.user:" + user},
                  {"name", user},
                  {"password", password},
                  {"type", "user"},
                  {"roles", Json::array()},
                  {"date", iso_time(session.clock.now())}};
  const auto answer = registry.send_json(json_call("PUT", user_path(user), "", body));
  if (answer) return token_of(*answer);
  if (answer.error().code == "E409") return update_user(registry, user, password, body);
  if (answer.error().code == "E400")
    return fail("E400", fmt::format("There is no user with the username \"{}\".", printable(user)));
  return std::unexpected(answer.error());
}

Result<std::string> obtain_token(Session& session, RegistrySession& registry, const Credentials& known) {
  if (session.config.get_string("auth-type") == "web") {
    auto token = login_by_browser(session, registry.client());
    if (token || token.error().code != "ENYI") return token;
    session.console.log(LogLevel::kVerbose, "", "web login not supported, trying couch");
  }
  return login_with_password(session, registry, known);
}

}  // namespace

Result<int> run_login(Session& session, const std::vector<std::string>&) {
  auto& config = session.config;
  const auto scope = config.get_string("scope");
  const auto url = login_registry(config);
  session.console.log(LogLevel::kNotice, "", "Log in on " + redact(url));
  RegistrySession registry(session, url);
  HOIST_TRY(const auto token, obtain_token(session, registry, credentials_of(config, url)));
  config.remove("_token", Layer::kUser);
  set_token(config, url, token);
  if (!scope.empty()) config.set(scope + ":registry", url, Layer::kUser);
  HOIST_CHECK(config.save(Layer::kUser));
  session.console.always(
      fmt::format("Logged in{} on {}.", scope.empty() ? std::string() : " to scope " + scope, redact(url)));
  return 0;
}

Result<int> run_logout(Session& session, const std::vector<std::string>&) {
  auto& config = session.config;
  const auto scope = config.get_string("scope");
  const std::string reference = scope.empty() ? "registry" : scope + ":registry";
  auto url = config.get_string(reference);
  if (url.empty()) url = config.get_string("registry");
  const auto known = credentials_of(config, url);
  const auto key = credential_key(url);
  if (known.token.empty() && known.username.empty())
    return fail("ENEEDAUTH", fmt::format("not logged in to {}, so can't log out!", redact(url)));
  Layer layer = Layer::kUser;
  for (const char* name : {"_authToken", "_auth", "username"})
    if (const auto found = config.find(fmt::format("{}:{}", key, name))) {
      layer = *found;
      break;
    }
  if (!known.token.empty()) {
    RegistrySession registry(session, url);
    fetcher::RegistryCall call;
    call.method = "DELETE";
    call.path = "/-/user/token/" + percent_encode_component(known.token);
    HOIST_TRY(const auto answer, registry.send(std::move(call)));
  }
  if (!scope.empty()) config.remove(reference, layer);
  clear_credentials(config, url, layer);
  HOIST_CHECK(config.save(layer));
  return 0;
}

}  // namespace hoist::cli
