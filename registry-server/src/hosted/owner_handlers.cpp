#include "hosted/owner_handlers.hpp"

#include "hosted/publish_handlers.hpp"
#include "hosted/responses.hpp"
#include "hosted/unpublish_handlers.hpp"
#include "http/run_on.hpp"

namespace hoist::registry {

namespace asio = boost::asio;

void OwnerHandlers::add_routes(RouteTable& routes) {
  routes.add("GET", "/-/package/{pkg}/owners", [this](Exchange& exchange) { return list(exchange); });
  routes.add("PUT", "/-/package/{pkg}/owners", [this](Exchange& exchange) { return add(exchange); });
  routes.add("DELETE", "/-/package/{pkg}/owners/{}", [this](Exchange& exchange) { return remove(exchange); });
}

asio::awaitable<Response> OwnerHandlers::list(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kRead);
  if (!view) co_return response_for(view.error());
  Json owners = Json::array();
  for (const MaintainerRow& owner : (*view)->maintainers) {
    owners.push_back(Json{{"username", owner.name}, {"email", owner.email}});
  }
  co_return json_response(200, owners);
}

asio::awaitable<Response> OwnerHandlers::apply(const Exchange& exchange, PackagePatch patch) {
  patch.by = exchange.who.user;
  patch.now = gate_.now();
  auto answer =
      co_await run_on(gate_.workers(), [this, patch = std::move(patch), name = exchange.package]() -> Result<Response> {
        HOIST_CHECK(check_users(store_, patch.add_maintainers));
        HOIST_TRY(const Revision revision, store_.patch_package(name, patch));
        (void)revision;
        return changed_response(200, store_, name);
      });
  co_return answer ? *std::move(answer) : response_for(answer.error());
}

asio::awaitable<Response> OwnerHandlers::add(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kManageOwners);
  if (!view) co_return response_for(view.error());
  const Result<Json> body = co_await read_json(exchange.body);
  if (!body) co_return response_for(body.error());
  const std::string* user = find_string(*body, "user");
  if (user == nullptr || user->empty()) co_return error_response(400, "the body must name a user");
  PackagePatch patch;
  patch.add_maintainers.push_back(*user);
  co_return co_await apply(exchange, std::move(patch));
}

asio::awaitable<Response> OwnerHandlers::remove(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kManageOwners);
  if (!view) co_return response_for(view.error());
  const std::string& user = exchange.parameters[0];
  const auto& owners = (*view)->maintainers;
  if (std::ranges::find(owners, user, &MaintainerRow::name) == owners.end()) {
    co_return error_response(404, fmt::format("{} is no owner of {}", user, exchange.package));
  }
  if (owners.size() == 1) co_return error_response(400, "a package needs at least one maintainer");
  PackagePatch patch;
  // Two owners who remove each other at once must not leave none.
  patch.at_revision = (*view)->package.revision;
  patch.remove_maintainers.push_back(user);
  co_return co_await apply(exchange, std::move(patch));
}

}  // namespace hoist::registry
