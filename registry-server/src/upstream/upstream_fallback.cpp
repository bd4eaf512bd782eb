#include "upstream/upstream_fallback.hpp"

#include "hoist/base/text.hpp"
#include "hoist/registry/conditions.hpp"
#include "hosted/responses.hpp"
#include "http/await_callback.hpp"
#include "http/file_response.hpp"
#include "http/request_body.hpp"
#include "http/run_on.hpp"
#include "storage/directory_blob.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kAbbreviatedType = "application/vnd.npm.install-v1+json";
constexpr std::string_view kJsonType = "application/json; charset=utf-8";
constexpr std::size_t kMaxAuditBody = 16U << 20U;

/// A text as an answer: negotiated encoding, strong ETag over what is sent, 304.
Response text_answer(const Request& request, const EncodedText& text, std::string_view type, Time modified) {
  const Encoding encoding = choose_encoding(request.accept_encoding);
  const EncodedText::Body& body = text.encoded(encoding);
  Response response;
  response.headers = {{"ETag", body.etag}, {"Cache-Control", "no-cache"}, {"Vary", "Accept, Accept-Encoding"}};
  if (modified != Time{}) {
    response.headers.emplace_back("Last-Modified", http_date(std::chrono::floor<std::chrono::seconds>(modified)));
  }
  if (etag_matches(request.if_none_match, body.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", type);
  if (encoding != Encoding::kIdentity) {
    response.headers.emplace_back("Content-Encoding", content_encoding(encoding));
  }
  response.set_body(body.bytes);
  return response;
}

/// What an upstream's failure is to our client: 502 for content that must not be passed on.
Response upstream_error(const Error& error) {
  if (error.code == "EINTEGRITY" || error.code == "EUPSTREAM" || error.code == "EBADSIZE") {
    return error_response(502, "the uplink sent something that cannot be trusted");
  }
  return response_for(error);
}

Result<Response> manifest_answer(const Request& request, const ProxiedPackage& view, std::string_view selector) {
  HOIST_TRY(const Json document, parse_json(view.full->text(), "packument"));
  const std::string* tagged = find_string(document["dist-tags"], selector);
  const Json* manifest = find_member(document["versions"], tagged == nullptr ? selector : std::string_view(*tagged));
  if (manifest == nullptr) return fail("E404", fmt::format("version not found: {}", selector));
  const EncodedText text(manifest->dump(-1, ' ', false, Json::error_handler_t::replace));
  return text_answer(request, text, kJsonType, view.modified);
}

}  // namespace

asio::awaitable<Result<void>> UpstreamFallback::check_routed(std::string name) {
  const auto missing = [&name] { return fail("E404", fmt::format("package not found: {}", name)); };
  if (!upstream_.routes(name)) co_return missing();
  auto look = [this, &name] { return store_.list_tombstones(name); };
  const auto tombstones = co_await run_on(workers_, look);
  if (!tombstones) co_return std::unexpected(tombstones.error());
  if (!tombstones->empty()) co_return missing();
  co_return Result<void>();
}

asio::awaitable<Upstream::PackageAnswer> UpstreamFallback::find(std::string name) {
  const Result<void> routed = co_await check_routed(name);
  if (!routed) co_return std::unexpected(routed.error());
  auto start = [this, &name](std::function<void(Upstream::PackageAnswer)> done) {
    upstream_.get_package(name, [done = std::move(done)](const Upstream::PackageAnswer& answer) { done(answer); });
  };
  co_return co_await await_callback<Upstream::PackageAnswer>(std::move(start));
}

asio::awaitable<Response> UpstreamFallback::packument(Exchange& exchange) {
  // npm looks before it publishes. The name is about to be private: nobody else should hear of it.
  if (exchange.request.npm_command == "publish") {
    co_return response_for(no_such_package(exchange.package).error());
  }
  const Upstream::PackageAnswer package = co_await find(exchange.package);
  if (!package) co_return upstream_error(package.error());
  const bool abbreviated = exchange.request.accept.contains(kAbbreviatedType);
  auto build = [&exchange, view = *package, abbreviated]() -> Result<Response> {
    return text_answer(exchange.request, abbreviated ? *view->abbreviated : *view->full,
                       abbreviated ? kAbbreviatedType : kJsonType, view->modified);
  };
  const Result<Response> response = co_await run_on(workers_, build);
  co_return response ? *response : response_for(response.error());
}

asio::awaitable<Response> UpstreamFallback::manifest(Exchange& exchange, const std::string& selector) {
  const Upstream::PackageAnswer package = co_await find(exchange.package);
  if (!package) co_return upstream_error(package.error());
  auto build = [&exchange, &selector, view = *package] { return manifest_answer(exchange.request, *view, selector); };
  const Result<Response> response = co_await run_on(workers_, build);
  co_return response ? *response : response_for(response.error());
}

asio::awaitable<Response> UpstreamFallback::tarball(Exchange& exchange, const std::string& file_name) {
  const Result<void> routed = co_await check_routed(exchange.package);
  if (!routed) co_return response_for(routed.error());
  auto start = [this, &exchange, &file_name](std::function<void(Upstream::FileAnswer)> done) {
    upstream_.get_tarball(exchange.package, file_name,
                          [done = std::move(done)](const Upstream::FileAnswer& answer) { done(answer); });
  };
  const Upstream::FileAnswer found = co_await await_callback<Upstream::FileAnswer>(std::move(start));
  if (!found) co_return upstream_error(found.error());
  auto open = [&found] { return open_file_blob(found->path); };
  const auto blob = co_await run_on(workers_, open);
  if (!blob) co_return response_for(blob.error());
  co_return file_response(exchange.request, *blob, fmt::format("\"{}\"", found->integrity.to_string()));
}

Result<std::string> UpstreamFallback::without_own_names(const std::string& body) {
  const auto asked = parse_json(body, "the audit");
  if (!asked || !asked->is_object()) return fail("E400", "the body must be a JSON object");
  Json kept = Json::object();
  for (const auto& [name, versions] : asked->items()) {
    if (!versions.is_array() || !upstream_.routes(name)) continue;
    HOIST_TRY(const auto local, store_.find_package(name));
    HOIST_TRY(const auto tombstones, store_.list_tombstones(name));
    if (!local && tombstones.empty()) kept[name] = versions;
  }
  return kept.dump(-1, ' ', false, Json::error_handler_t::replace);
}

asio::awaitable<Response> UpstreamFallback::audit(Exchange& exchange) {
  const Result<std::string> body = co_await read_request_body(exchange.request, exchange.body, kMaxAuditBody);
  if (!body) co_return response_for(body.error());
  auto filter = [this, &body] { return without_own_names(*body); };
  Result<std::string> asked = co_await run_on(workers_, filter);
  if (!asked) co_return response_for(asked.error());
  if (*asked == "{}") co_return json_response(200, Json::object());
  auto start = [this, question = *std::move(asked)](std::function<void(Upstream::AuditAnswer)> done) mutable {
    upstream_.audit(std::move(question),
                    [done = std::move(done)](const Upstream::AuditAnswer& answer) { done(answer); });
  };
  const Upstream::AuditAnswer answer = co_await await_callback<Upstream::AuditAnswer>(std::move(start));
  if (!answer) co_return upstream_error(answer.error());
  Response response;
  response.headers = {{"Content-Type", std::string(kJsonType)}, {"Cache-Control", "no-store"}};
  response.set_body(std::make_shared<const std::string>(*answer));
  co_return response;
}

}  // namespace hoist::registry
