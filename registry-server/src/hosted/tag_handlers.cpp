#include "hosted/tag_handlers.hpp"

#include "hosted/responses.hpp"
#include "http/run_on.hpp"
#include "publish/publish_document.hpp"

namespace hoist::registry {

namespace asio = boost::asio;

void TagHandlers::add_routes(RouteTable& routes) {
  routes.add("GET", "/-/package/{pkg}/dist-tags", [this](Exchange& exchange) { return list(exchange); });
  routes.add("POST", "/-/package/{pkg}/dist-tags", [this](Exchange& exchange) { return set_many(exchange, false); });
  routes.add("PUT", "/-/package/{pkg}/dist-tags", [this](Exchange& exchange) { return set_many(exchange, true); });
  routes.add("PUT", "/-/package/{pkg}/dist-tags/{}", [this](Exchange& exchange) { return set(exchange); });
  routes.add("POST", "/-/package/{pkg}/dist-tags/{}", [this](Exchange& exchange) { return set(exchange); });
  routes.add("DELETE", "/-/package/{pkg}/dist-tags/{}", [this](Exchange& exchange) { return remove(exchange); });
  routes.add("PUT", "/{pkg}/{}", [this](Exchange& exchange) { return set(exchange); });  // clients of long ago
}

asio::awaitable<Response> TagHandlers::list(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kRead);
  if (!view) co_return response_for(view.error());
  Response response = json_response(200, Json((*view)->tags));
  co_return response;
}

/// No revision is asked for: of many writers of different tags each one wins.
asio::awaitable<Response> TagHandlers::apply(const Exchange& exchange, PackagePatch patch) {
  patch.by = exchange.who.user;
  patch.now = gate_.now();
  const auto changed = co_await run_on(gate_.workers(), [this, patch = std::move(patch), name = exchange.package] {
    return packages_.patch_package(name, patch);
  });
  if (!changed) co_return response_for(changed.error());
  co_return json_response(200, Json{{"ok", true}, {"success", true}});
}

asio::awaitable<Response> TagHandlers::set(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kTag);
  if (!view) co_return response_for(view.error());
  const std::string tag = exchange.parameters[0];
  if (const auto fit = check_tag(tag); !fit) co_return response_for(fit.error());
  const Result<Json> version = co_await read_json(exchange.body);
  if (!version) co_return response_for(version.error());
  if (!version->is_string()) co_return error_response(400, "the body must be a version as a JSON string");
  PackagePatch patch;
  patch.set_tags.emplace(tag, version->get<std::string>());
  co_return co_await apply(exchange, std::move(patch));
}

asio::awaitable<Response> TagHandlers::remove(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kTag);
  if (!view) co_return response_for(view.error());
  const std::string tag = exchange.parameters[0];
  if (tag == "latest") co_return error_response(400, "the tag latest cannot be removed");
  if (!(*view)->tags.contains(tag)) co_return error_response(404, fmt::format("no such dist-tag: {}", tag));
  PackagePatch patch;
  patch.remove_tags.insert(tag);
  co_return co_await apply(exchange, std::move(patch));
}

asio::awaitable<Response> TagHandlers::set_many(Exchange& exchange, bool replace) {
  const Result<View> view = co_await gate_.open(exchange, Action::kTag);
  if (!view) co_return response_for(view.error());
  const Result<Json> tags = co_await read_json(exchange.body);
  if (!tags) co_return response_for(tags.error());
  if (!tags->is_object()) co_return error_response(400, "the body must be an object of tags");
  PackagePatch patch;
  for (const auto& [tag, version] : tags->items()) {
    if (const auto fit = check_tag(tag); !fit) co_return response_for(fit.error());
    if (!version.is_string()) co_return error_response(400, "a version must be a string");
    patch.set_tags.emplace(tag, version.get<std::string>());
  }
  if (replace) {
    if (!patch.set_tags.contains("latest")) co_return error_response(400, "the tag latest cannot be removed");
    for (const auto& [tag, version] : (*view)->tags) {
      if (!patch.set_tags.contains(tag)) patch.remove_tags.insert(tag);
    }
    patch.at_revision = (*view)->package.revision;
  }
  co_return co_await apply(exchange, std::move(patch));
}

}  // namespace hoist::registry
