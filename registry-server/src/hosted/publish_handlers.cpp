#include "hosted/publish_handlers.hpp"

#include "hosted/metadata_patch.hpp"
#include "hosted/responses.hpp"
#include "http/run_on.hpp"
#include "storage/fault_point.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {

namespace asio = boost::asio;

Response changed_response(int status, PackageStore& packages, const std::string& name) {
  const auto row = packages.find_package(name);
  const std::string rev = row && *row ? rev_of(**row) : "0-0";
  return json_response(status, Json{{"ok", true}, {"success", true}, {"id", name}, {"rev", rev}});
}

void PublishHandlers::add_routes(RouteTable& routes) {
  routes.add("PUT", "/{pkg}", [this](Exchange& exchange) { return put(exchange); });
}

/// The document without its tarball, which goes to `upload` as it arrives.
asio::awaitable<Result<std::string>> PublishHandlers::receive(Exchange& exchange, Upload& upload) {
  const std::uint64_t most = limits_.tarball_bytes / 3 * 4 + 4 + limits_.document_bytes;
  if (exchange.body.announced().value_or(0) > most) {
    co_return fail("E413",
                   fmt::format("the tarball is larger than the {} bytes this registry takes (max_tarball_bytes)",
                               limits_.tarball_bytes));
  }
  PublishScanner scanner(upload, limits_.document_bytes);
  for (;;) {
    const Result<std::string_view> piece = co_await exchange.body.next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    Result<void> taken = scanner.feed(*piece);
    if (!taken) co_return std::unexpected(std::move(taken).error());
  }
  co_return scanner.take_document();
}

asio::awaitable<Response> PublishHandlers::put(Exchange& exchange) {
  // Before the body: a stranger's hundred megabytes are not even read.
  const Result<void> known = require_login(exchange.who);
  if (!known) co_return response_for(known.error());
  const Result<View> view = co_await gate_.look(exchange, Action::kPublish);
  if (!view) co_return response_for(view.error());
  if (!exchange.request.content_encoding.empty() && exchange.request.content_encoding != "identity") {
    co_return error_response(415, "a package document must not be compressed");
  }
  const auto upload = std::make_shared<Upload>(blobs_, limits_.tarball_bytes);
  Result<std::string> text = co_await receive(exchange, *upload);
  if (!text) co_return response_for(text.error());
  upload->finish();
  auto document = co_await run_on(gate_.workers(), [text = std::make_shared<std::string>(*std::move(text))] {
    return parse_json(*text, "package document");
  });
  if (!document) co_return error_response(400, "the request body is not JSON");
  if (!document->is_object()) co_return error_response(400, "the package document is not an object");
  if (!has_attachments(*document) && !upload->has_content()) co_return co_await change(exchange, *document);

  const bool is_new = *view == nullptr;
  auto shared = std::make_shared<const Json>(*std::move(document));
  auto answer = co_await run_on(
      gate_.workers(),
      [this, shared, upload, is_new, name = exchange.package, user = exchange.who.user]() -> Result<Response> {
        HOIST_TRY(const PublishResult result, publish(*shared, name, is_new, *upload, user));
        (void)result;
        return changed_response(201, store_, name);
      });
  co_return answer ? *std::move(answer) : response_for(answer.error());
}

/// The order makes a crash harmless: first the bytes are durable, then one transaction makes everything visible.
Result<PublishResult> PublishHandlers::publish(const Json& document, const std::string& package, bool is_new,
                                               Upload& upload, const std::string& user) {
  HOIST_TRY(PublishDocument checked, read_publish_document(document, package, is_new));
  if (!upload.has_content()) return fail("E400", "a version needs its tarball");
  HOIST_TRY(const auto account, store_.find_user(user));
  const Publisher publisher{user, account ? account->email : ""};
  HOIST_TRY(PublishCommand command, plan_publish(std::move(checked), upload, publisher, key_, gate_.now()));
  fault_point("publish.verified");
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    HOIST_CHECK(upload.commit());
    fault_point("publish.blob-stored");
    Result<PublishResult> result = store_.publish(command);
    fault_point("publish.committed");
    const bool was_collected = !result && result.error().code == "E503";
    if (!was_collected || attempt == kAttempts) return result;
    HOIST_TRY(const bool revived, store_.revive_blob(upload.key()));
    if (!revived) return result;  // a collection is at it: the client tries again
  }
}

asio::awaitable<Response> PublishHandlers::change(const Exchange& exchange, const Json& document) {
  const Result<View> view = co_await gate_.open(exchange, Action::kDeprecate);
  if (!view) co_return response_for(view.error());
  const bool may_tag = gate_.check(exchange.who, exchange.package, view->get(), Action::kTag).has_value();
  auto shared = std::make_shared<const Json>(document);
  auto answer = co_await run_on(
      gate_.workers(),
      [this, shared, may_tag, name = exchange.package, user = exchange.who.user]() -> Result<Response> {
        HOIST_TRY(const auto snapshot, store_.load_package(name));
        if (!snapshot) return no_such_package(name);
        HOIST_TRY(PackagePatch patch, read_metadata_patch(*shared, *snapshot, {.may_tag = may_tag, .user = user}));
        patch.by = user;
        patch.now = gate_.now();
        HOIST_TRY(const Revision revision, store_.patch_package(name, patch));
        (void)revision;
        return changed_response(201, store_, name);
      });
  co_return answer ? *std::move(answer) : response_for(answer.error());
}

}  // namespace hoist::registry
