#include "account/api.hpp"
#include "auth/token.hpp"
#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hoist/registry/path.hpp"
#include "web/login_page.hpp"

namespace hoist::registry {
namespace {

// Two secrets for one session: the page's id is shown in a browser and ends up in its history, the poll's is known to
// the program alone. Only hashes are stored.
constexpr std::string_view kPageKind = "weblogin-page";
constexpr std::string_view kPollKind = "weblogin-poll";
constexpr std::string_view kPending;  // afterwards the user's name, which is never empty
constexpr std::chrono::minutes kLifetime{5};
constexpr std::size_t kSecretBytes = 24;

std::string make_secret() { return hex_encode(random_bytes(kSecretBytes)); }
std::string stored_key(std::string_view secret) { return hex_encode(hash(HashAlgorithm::kSha256, secret)); }

Response html_response(std::string body, int status = 200) {
  Response response{.status = status};
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.set_body(std::make_shared<const std::string>(std::move(body)));
  return response;
}

Response expired_page() {
  return html_response(render_message_page("This login is over", "It was used, or it is too old. Start again."), 404);
}

std::string text_of(const Json& object, std::string_view key) {
  const std::string* text = find_string(object, key);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

AccountApi::Answer AccountApi::begin_web_login(const ApiRequest& request) {
  const std::string address = services_.authenticator.client_address(request.credentials);
  HOIST_CHECK(services_.login.take_session(address));
  const std::string page = make_secret();
  const std::string poll = make_secret();
  const Json session{{"poll", stored_key(poll)}, {"address", address}, {"agent", request.user_agent.substr(0, 200)}};
  const Time expires = now() + kLifetime;
  const auto text = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  HOIST_CHECK(services_.store.remove_expired_ephemerals(now()));
  HOIST_CHECK(services_.store.put_ephemeral(
      {.kind = std::string(kPageKind), .key = stored_key(page), .value = text(session), .expires = expires}));
  HOIST_CHECK(services_.store.put_ephemeral(
      {.kind = std::string(kPollKind), .key = stored_key(poll), .value = std::string(kPending), .expires = expires}));
  return json_answer({{"loginUrl", fmt::format("{}-/v1/login/{}", request.base_url, page)},
                      {"doneUrl", fmt::format("{}-/v1/done/{}", request.base_url, poll)}});
}

AccountApi::Answer AccountApi::poll_web_login(const ApiRequest& request, std::string_view secret) {
  if (request.method != "GET") return fail("E405", "method not allowed");
  const std::string key = stored_key(secret);
  HOIST_TRY(const auto row, services_.store.find_ephemeral(kPollKind, key, now()));
  if (!row) return fail("E404", "this login is over or was never begun");
  if (row->value == kPending) {
    Response response = json_answer(Json::object(), 202);
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  // Of two polls at once, one gets the token.
  HOIST_TRY(const auto taken, services_.store.take_ephemeral(kPollKind, key, now()));
  if (!taken || taken->value == kPending) return fail("E404", "this login is over");
  // The token is made only now, so that no secret was ever stored.
  HOIST_TRY(const auto user, services_.store.find_user(taken->value));
  if (!user || user->is_disabled) return fail("E404", "this login is over");
  const NewToken token = issue_token(user->name, "web", now(), services_.config.token_lifetime);
  HOIST_CHECK(services_.store.add_token(token.row));
  return json_answer({{"token", token.secret}});
}

AccountApi::Answer AccountApi::show_web_login(const ApiRequest& request, std::string_view id) {
  if (request.method != "GET" && request.method != "HEAD") return fail("E405", "method not allowed");
  HOIST_TRY(const auto row, services_.store.find_ephemeral(kPageKind, stored_key(id), now()));
  if (!row) return expired_page();
  HOIST_TRY(const Json session, parse_object(row->value));
  return html_response(
      render_login_page({.action = fmt::format("{}-/v1/login/{}", request.base_url, id),
                         .code = std::string(id.substr(id.size() - std::min<std::size_t>(8, id.size()))),
                         .address = text_of(session, "address"),
                         .agent = text_of(session, "agent"),
                         .problem = {}}));
}

AccountApi::Answer AccountApi::confirm_web_login(const ApiRequest& request, std::string_view id) {
  // A form on another site cannot hold the id, but may not even try.
  const auto own = Url::parse(request.base_url);
  if (!request.origin.empty() && (!own || request.origin != own->origin())) return fail("E403", "foreign form");
  const std::string key = stored_key(id);
  HOIST_TRY(const auto row, services_.store.find_ephemeral(kPageKind, key, now()));
  if (!row) return expired_page();
  HOIST_TRY(const Json session, parse_object(row->value));
  const std::string user_name = query_value(request.body, "username");
  const std::string password = query_value(request.body, "password");
  const std::string address = services_.authenticator.client_address(request.credentials);
  const auto user = services_.login.check_password(user_name, password, address);
  if (!user) {
    const int status = user.error().code == "E429" ? 429 : 401;
    return html_response(
        render_login_page({.action = fmt::format("{}-/v1/login/{}", request.base_url, id),
                           .code = std::string(id.substr(id.size() - std::min<std::size_t>(8, id.size()))),
                           .address = text_of(session, "address"),
                           .agent = text_of(session, "agent"),
                           .problem = user.error().message}),
        status);
  }
  HOIST_TRY(const auto taken, services_.store.take_ephemeral(kPageKind, key, now()));
  if (!taken) return expired_page();
  HOIST_TRY(const bool told, services_.store.exchange_ephemeral({.kind = std::string(kPollKind),
                                                                 .key = text_of(session, "poll"),
                                                                 .value = user->name,
                                                                 .expires = row->expires},
                                                                std::string(kPending), now()));
  if (!told) return expired_page();
  return html_response(render_message_page("You are logged in", "Go back to the terminal; this page can be closed."));
}

}  // namespace hoist::registry
