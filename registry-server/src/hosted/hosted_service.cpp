#include "hosted/hosted_service.hpp"

#include "hoist/base/text.hpp"
#include "hoist/base/url.hpp"
#include "hosted/responses.hpp"
#include "http/run_on.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;

bool is_reading(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

}  // namespace

std::string redact_target(std::string_view target) {
  const auto question = target.find('?');
  std::string path(target.substr(0, question));
  // Whatever stands behind these is a token, or as good as one.
  for (const std::string_view prefix : {"/-/user/token/", "/-/npm/v1/tokens/token/", "/-/v1/done/", "/-/v1/login/"}) {
    if (path.starts_with(prefix)) path = std::string(prefix) + "***";
  }
  std::string shown = printable(redact(path.substr(0, 512)));
  // Only what is known to hold no secret is repeated.
  if (question != std::string_view::npos) {
    shown += query_value(target.substr(question + 1), "write") == "true" ? "?write=true" : "?***";
  }
  return shown;
}

RouteFamily* HostedService::find_family(std::string_view path, std::vector<std::string>& segments) const {
  if (families_.empty() || !path.starts_with("/-/")) return nullptr;
  auto decoded = decode_path(path);
  if (!decoded || decoded->size() < 2) return nullptr;
  segments.assign(decoded->begin() + 1, decoded->end());
  const auto found = std::ranges::find_if(families_, [&](const RouteFamily* family) { return family->owns(segments); });
  return found == families_.end() ? nullptr : *found;
}

asio::awaitable<Result<Identity>> HostedService::identify(const Request& request) {
  const Credentials credentials{.method = request.method,
                                .authorization = request.authorization,
                                .otp = request.otp,
                                .forwarded_for = request.forwarded_for,
                                .peer_address = request.peer_address};
  std::optional<Result<Identity>> known = authenticator_.try_authenticate(credentials);
  if (known) co_return *std::move(known);
  // The request lives in the session's frame, which waits right here.
  co_return co_await run_on(workers_, [this, credentials] { return authenticator_.authenticate(credentials); });
}

asio::awaitable<Response> HostedService::answer(const Request& request, BodyReader& body, std::string& user) {
  if (request.target.contains('#')) co_return error_response(400, "bad request path: fragment");
  const auto question = request.target.find('?');
  const std::string_view path = request.target.substr(0, question);
  Exchange exchange{.request = request, .body = body};
  if (question != std::string_view::npos) exchange.query = request.target.substr(question + 1);

  std::vector<std::string> segments;
  if (RouteFamily* family = find_family(path, segments)) {
    co_return co_await family->serve(request, body, std::move(segments), exchange.query);
  }
  Result<RouteTable::Found> found = routes_.find(request.method, path);
  if (!found) co_return response_for(found.error());
  exchange.package = std::move(found->package);
  exchange.parameters = std::move(found->parameters);
  if (found->login != Login::kNone) {
    Result<Identity> who = co_await identify(request);
    if (!who) co_return response_for(who.error());
    exchange.who = *std::move(who);
    user = exchange.who.user;
    if (exchange.who.read_only && !is_reading(request.method)) {
      co_return error_response(403, "this token may only read");
    }
  }
  co_return co_await (*found->handler)(exchange);
}

asio::awaitable<Response> HostedService::serve(const Request& request, BodyReader& body) {
  const auto begin = std::chrono::steady_clock::now();
  std::string user;
  Response response;
  try {
    response = co_await answer(request, body, user);
  } catch (const std::exception&) {
    // A bug, or no memory: this request fails, the server goes on.
    response = error_response(500, "internal error");
    response.close = true;
  }
  if (response.status >= 400) response.headers.emplace_back("X-Request-Id", fmt::format("{:x}", ++next_request_));
  const auto duration = std::chrono::steady_clock::now() - begin;
  metrics_.count_request(response.status, duration, response.length);
  if (log_) write_log(request, response, user, duration);
  co_return response;
}

void HostedService::write_log(const Request& request, const Response& response, const std::string& user,
                              std::chrono::nanoseconds duration) const {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  Json line{{"time", now.time_since_epoch().count()},
            {"address", request.peer_address},
            {"user", user},
            {"method", request.method},
            {"target", redact_target(request.target)},
            {"status", response.status},
            {"bytes", response.length},
            {"ms", static_cast<double>(duration.count() / 1000) / 1000.0},
            {"agent", printable(redact(request.user_agent.substr(0, 200)))}};
  if (const auto id = response.header("X-Request-Id"); !id.empty()) line["request"] = id;
  log_(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace hoist::registry
