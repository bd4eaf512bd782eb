#include "hosted/read_handlers.hpp"

#include "hoist/base/text.hpp"
#include "hoist/package/version.hpp"
#include "hoist/registry/conditions.hpp"
#include "hosted/responses.hpp"
#include "http/run_on.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kAbbreviatedType = "application/vnd.npm.install-v1+json";
constexpr std::string_view kJsonType = "application/json; charset=utf-8";
/// Up to this size a tarball is read and sent from memory: one write instead of two system calls more.
constexpr std::uint64_t kSmallTarball = 64U << 10U;

/// Whether the client has this very body. npm sends the tag of one representation when it asks for another, and only
/// If-None-Match can tell them apart: If-Modified-Since counts only where no tag came.
bool is_unchanged(const Request& request, std::string_view etag, std::string_view last_modified) {
  return request.if_none_match.empty() ? request.if_modified_since == last_modified
                                       : etag_matches(request.if_none_match, etag);
}

Response document_head(const PackageView& view, std::string etag) {
  Response response;
  // npm would not ask again within a max-age, and so miss what was just published.
  const bool is_private = view.package.visibility == Visibility::kRestricted;
  response.headers.reserve(8);
  response.headers = {{"ETag", std::move(etag)},
                      {"Last-Modified", view.last_modified},
                      {"Cache-Control", is_private ? "private, no-cache" : "no-cache"},
                      {"Vary", is_private ? "Accept, Accept-Encoding, Authorization" : "Accept, Accept-Encoding"}};
  return response;
}

void set_document(Response& response, std::shared_ptr<const std::string> body, std::string_view type,
                  Encoding encoding) {
  response.headers.emplace_back("Content-Type", type);
  if (encoding != Encoding::kIdentity) response.headers.emplace_back("Content-Encoding", content_encoding(encoding));
  response.set_body(std::move(body));
}

Response not_modified(Response response) {
  response.status = 304;
  return response;
}

}  // namespace

std::string requested_file(const Exchange& exchange) {
  if (exchange.parameters.size() == 1) return exchange.parameters[0];
  const std::string spelled = exchange.parameters[0] + "/" + exchange.parameters[1];
  return spelled.starts_with(exchange.package + "-") ? exchange.parameters[1] : std::string();
}

void ReadHandlers::add_routes(RouteTable& routes) {
  routes.add("GET", "/{pkg}", [this](Exchange& exchange) { return packument(exchange); });
  routes.add("GET", "/{pkg}/{}", [this](Exchange& exchange) { return manifest(exchange); });
  routes.add("GET", "/{pkg}/-/{}", [this](Exchange& exchange) { return tarball(exchange); });
  // Some clients repeat the scope in the file's name.
  routes.add("GET", "/{pkg}/-/{}/{}", [this](Exchange& exchange) { return tarball(exchange); });
  routes.add("GET", "/-/npm/v1/attestations/{pkg}", [this](Exchange& exchange) { return attestations(exchange); });
}

asio::awaitable<Response> ReadHandlers::packument(Exchange& exchange) {
  const Request& request = exchange.request;
  const bool write = query_value(exchange.query, "write") == "true";
  // A substring is what clients need: their real header lists several types with qualities.
  const Form form = !write && request.accept.contains(kAbbreviatedType) ? Form::kAbbreviated : Form::kFull;
  const std::string_view type = form == Form::kAbbreviated ? kAbbreviatedType : kJsonType;
  const Encoding encoding = choose_encoding(request.accept_encoding);
  for (;;) {
    const Result<View> view = co_await gate_.look(exchange, Action::kRead);
    if (!view) co_return response_for(view.error());
    if (*view == nullptr) {
      if (fallback_ == nullptr) co_return response_for(no_such_package(exchange.package).error());
      co_return co_await fallback_->packument(exchange);
    }
    std::string etag = etag_of(**view, form == Form::kFull ? "full" : "short", encoding);
    const bool unchanged = is_unchanged(request, etag, (*view)->last_modified);
    Response response = document_head(**view, std::move(etag));
    if (unchanged) co_return not_modified(std::move(response));
    std::shared_ptr<const std::string> body = gate_.views().peek_body(**view, form, encoding);
    if (body == nullptr) {
      auto loaded = co_await run_on(gate_.workers(), [this, seen = *view, form, encoding] {
        return gate_.views().load_body(*seen, form, encoding);
      });
      if (!loaded && loaded.error().code == "E409") continue;  // changed meanwhile: the new one is wanted anyway
      if (!loaded) co_return response_for(loaded.error());
      body = *std::move(loaded);
    }
    set_document(response, std::move(body), type, encoding);
    co_return response;
  }
}

asio::awaitable<Response> ReadHandlers::manifest(Exchange& exchange) {
  const std::string selector = exchange.parameters[0];
  const Result<View> view = co_await gate_.look(exchange, Action::kRead);
  if (!view) co_return response_for(view.error());
  if (*view == nullptr) {
    if (fallback_ == nullptr) co_return response_for(no_such_package(exchange.package).error());
    co_return co_await fallback_->manifest(exchange, selector);
  }
  const auto tag = (*view)->tags.find(selector);
  const std::string wanted = tag == (*view)->tags.end() ? selector : tag->second;
  const std::string etag = etag_of(**view, "manifest:" + wanted, Encoding::kIdentity);
  const auto text = co_await run_on(gate_.workers(), [this, name = exchange.package, wanted]() -> Result<std::string> {
    HOIST_TRY(const auto snapshot, packages_.load_package(name));
    if (!snapshot) return no_such_package(name);
    const auto found = std::ranges::find(snapshot->versions, wanted, &VersionRow::version);
    if (found == snapshot->versions.end()) return fail("E404", fmt::format("version not found: {}", wanted));
    return manifest_text(*snapshot, *found, gate_.views().public_url());
  });
  if (!text) co_return response_for(text.error());
  Response response = document_head(**view, etag);
  if (is_unchanged(exchange.request, etag, (*view)->last_modified)) co_return not_modified(std::move(response));
  set_document(response, std::make_shared<const std::string>(*text), kJsonType, Encoding::kIdentity);
  co_return response;
}

asio::awaitable<Response> ReadHandlers::tarball(Exchange& exchange) {
  const std::string file = requested_file(exchange);
  const Result<View> view = co_await gate_.look(exchange, Action::kRead);
  if (!view) co_return response_for(view.error());
  if (*view == nullptr) {
    if (fallback_ == nullptr) co_return response_for(no_such_package(exchange.package).error());
    co_return co_await fallback_->tarball(exchange, file);
  }
  const auto found = (*view)->tarballs.find(file);
  if (found == (*view)->tarballs.end()) co_return error_response(404, fmt::format("file not found: {}", file));
  const bool is_private = (*view)->package.visibility == Visibility::kRestricted;
  Response response = co_await send_tarball(exchange, found->second);
  if (response.status < 400) {
    response.headers.emplace_back("Cache-Control",
                                  is_private ? "private, max-age=31536000, immutable" : "max-age=31536000, immutable");
  }
  co_return response;
}

asio::awaitable<Response> ReadHandlers::send_tarball(const Exchange& exchange, const TarballFacts& facts) {
  const Request& request = exchange.request;
  const std::string etag = '"' + facts.blob.substr(0, 64) + '"';
  Response response;
  response.headers.reserve(8);
  response.headers = {{"ETag", etag}, {"Accept-Ranges", "bytes"}};
  if (etag_matches(request.if_none_match, etag)) co_return not_modified(std::move(response));
  // RFC 9110 13.1.5: a range counts only for the very bytes the client has a part of. Dates are not compared.
  const bool range_applies = request.method == "GET" && (request.if_range.empty() || request.if_range == etag);
  RangeDecision decision = WholeBody{};
  if (range_applies && !request.range.empty()) decision = decide_range(request.range, facts.size);
  if (std::holds_alternative<Unsatisfiable>(decision)) {
    Response refused = error_response(416, "range not satisfiable");
    refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", facts.size));
    co_return refused;
  }
  response.headers.emplace_back("Content-Type", "application/octet-stream");
  response.length = facts.size;
  if (const auto* range = std::get_if<ByteRange>(&decision)) {
    response.status = 206;
    response.offset = range->first;
    response.length = range->length;
    response.headers.emplace_back(
        "Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->first + range->length - 1, facts.size));
  }
  if (const auto content = hot_.find(facts.blob)) {
    response.body = content;
    co_return response;
  }
  // An open and a read of what is in the page cache take microseconds: less than a change of threads would.
  const auto blob = blobs_.open(facts.blob);
  if (!blob || (*blob)->size() != facts.size) co_return error_response(500, "the tarball is damaged or missing");
  if (facts.size > kSmallTarball) {
    response.file = *blob;
    co_return response;
  }
  Result<std::string> bytes = (*blob)->read(0, facts.size);
  if (!bytes || bytes->size() != facts.size) co_return error_response(500, "the tarball cannot be read");
  const auto content = std::make_shared<const std::string>(*std::move(bytes));
  hot_.keep(facts.blob, content);
  response.body = content;
  co_return response;
}

asio::awaitable<Response> ReadHandlers::attestations(Exchange& exchange) {
  // `{pkg}` took `@acme/ui@1.0.0` whole.
  const auto at = exchange.package.rfind('@');
  if (at == 0 || at == std::string::npos) co_return error_response(404, "not found");
  const std::string version = exchange.package.substr(at + 1);
  exchange.package.resize(at);
  const Result<View> view = co_await gate_.open(exchange, Action::kRead);
  if (!view) co_return response_for(view.error());
  auto text = co_await run_on(
      gate_.workers(), [this, name = exchange.package, version] { return packages_.find_attestations(name, version); });
  if (!text) co_return response_for(text.error());
  if (!*text) co_return error_response(404, "no attestations");
  Response response = document_head(**view, etag_of(**view, "attestations:" + version, Encoding::kIdentity));
  set_document(response, std::make_shared<const std::string>(**std::move(text)), kJsonType, Encoding::kIdentity);
  co_return response;
}

}  // namespace hoist::registry
