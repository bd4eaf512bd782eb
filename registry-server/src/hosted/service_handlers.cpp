#include "hosted/service_handlers.hpp"

#include "hoist/package/gzip.hpp"
#include "hosted/responses.hpp"
#include "http/run_on.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;

/// Inflated: what a lockfile of a hundred thousand packages needs.
constexpr std::size_t kAuditLimit = 16U << 20U;

asio::awaitable<Response> empty_object(Exchange& /*exchange*/) { co_return json_response(200, Json::object()); }

/// The body of an audit, inflated when the client compressed it.
asio::awaitable<Result<Json>> read_audit(Exchange& exchange) {
  const bool zipped = exchange.request.content_encoding == "gzip";
  if (!zipped && !exchange.request.content_encoding.empty() && exchange.request.content_encoding != "identity") {
    co_return fail("E415", "only gzip is understood");
  }
  Result<std::string> text = co_await read_body(exchange.body, kAuditLimit);
  if (!text) co_return std::unexpected(text.error());
  if (zipped) {
    Result<std::string> inflated = package::gunzip(*text, {.max_output = kAuditLimit});
    if (!inflated)
      co_return fail(inflated.error().code == "ETARTOOLARGE" ? "E413" : "E400", "the body is not usable gzip");
    text = std::move(inflated);
  }
  Result<Json> json = parse_json(*text, "audit");
  if (!json || !json->is_object()) co_return fail("E400", "the request body is not a JSON object");
  co_return json;
}

}  // namespace

void ServiceHandlers::add_routes(RouteTable& routes) {
  routes.add("GET", "/", [this](Exchange& exchange) { return root(exchange); });
  routes.add("GET", "/-/ping", empty_object, Login::kNone);
  routes.add("GET", "/-/live", empty_object, Login::kNone);
  routes.add("GET", "/-/ready", [this](Exchange& exchange) { return ready(exchange); }, Login::kNone);
  routes.add("GET", "/-/metrics", [this](Exchange& exchange) { return metrics(exchange); });
  routes.add("GET", "/-/npm/v1/keys", [this](Exchange& exchange) { return keys(exchange); }, Login::kNone);
  routes.add(
      "POST", "/-/npm/v1/security/advisories/bulk", [this](Exchange& exchange) { return audit(exchange); },
      Login::kNone);
  routes.add(
      "POST", "/-/npm/v1/security/audits", [this](Exchange& exchange) { return old_audit(exchange); }, Login::kNone);
  routes.add(
      "POST", "/-/npm/v1/security/audits/quick", [this](Exchange& exchange) { return old_audit(exchange); },
      Login::kNone);
}

asio::awaitable<Response> ServiceHandlers::root(Exchange& /*exchange*/) {
  co_return json_response(200, Json{{"db_name", "registry"}, {"update_seq", store_.package_sequence()}});
}

asio::awaitable<Response> ServiceHandlers::ready(Exchange& /*exchange*/) {
  const auto checked = co_await run_on(gate_.workers(), [this]() -> Result<bool> {
    HOIST_CHECK(store_.check_ready());
    HOIST_CHECK(blobs_.check_ready());
    return true;
  });
  if (checked) co_return json_response(200, Json{{"ready", true}});
  co_return response_for(Error{"E503", "the storage is not ready", {}, {}, {}});
}

asio::awaitable<Response> ServiceHandlers::keys(Exchange& /*exchange*/) {
  co_return json_response(200, Json{{"keys", Json::array({Json{{"keyid", key_.keyid()},
                                                               {"keytype", "ecdsa-sha2-nistp256"},
                                                               {"scheme", "ecdsa-sha2-nistp256"},
                                                               {"key", key_.public_key()},
                                                               {"expires", nullptr}}})}});
}

asio::awaitable<Response> ServiceHandlers::metrics(Exchange& exchange) {
  // Numbers about everybody are for administrators, and for those on the machine itself.
  const bool is_local = exchange.request.peer_address == "127.0.0.1" || exchange.request.peer_address == "::1";
  if (!exchange.who.is_admin && (!is_local || !exchange.request.forwarded_for.empty())) {
    co_return response_for(Error{exchange.who.is_anonymous() ? "E401" : "E403", "for administrators only", {}, {}, {}});
  }
  Response response;
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Cache-Control", "no-store"}};
  response.set_body(std::make_shared<const std::string>(metrics_.render(gate_.views().memory_in_use())));
  co_return response;
}

asio::awaitable<Response> ServiceHandlers::audit(Exchange& exchange) {
  const Result<Json> body = co_await read_audit(exchange);
  if (!body) co_return response_for(body.error());
  co_return json_response(200, Json::object());
}

asio::awaitable<Response> ServiceHandlers::old_audit(Exchange& exchange) {
  const Result<Json> body = co_await read_audit(exchange);
  if (!body) co_return response_for(body.error());
  const Json none{{"info", 0}, {"low", 0}, {"moderate", 0}, {"high", 0}, {"critical", 0}};
  co_return json_response(200, Json{{"actions", Json::array()},
                                    {"advisories", Json::object()},
                                    {"muted", Json::array()},
                                    {"metadata", Json{{"vulnerabilities", none}}}});
}

}  // namespace hoist::registry
