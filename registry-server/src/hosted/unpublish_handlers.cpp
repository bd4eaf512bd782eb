#include "hosted/unpublish_handlers.hpp"

#include "hosted/metadata_patch.hpp"
#include "hosted/publish_handlers.hpp"
#include "hosted/read_handlers.hpp"
#include "hosted/responses.hpp"
#include "http/run_on.hpp"
#include "storage/fault_point.hpp"
#include "views/packument_text.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;

/// A packument that is sent back may be as large as it was.
constexpr std::size_t kDocumentLimit = 32U << 20U;

std::unexpected<Error> stale(const std::string& name) {
  return fail("E409", fmt::format("{} has changed since it was read; read it again", name));
}

}  // namespace

Result<void> check_users(AccountStore& accounts, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    HOIST_TRY(const auto user, accounts.find_user(name));
    if (!user) return fail("E404", fmt::format("no user named {}", name));
  }
  return {};
}

void UnpublishHandlers::add_routes(RouteTable& routes) {
  routes.add("PUT", "/{pkg}/-rev/{}", [this](Exchange& exchange) { return put(exchange); });
  routes.add("DELETE", "/{pkg}/-rev/{}", [this](Exchange& exchange) { return remove_package(exchange); });
  routes.add("DELETE", "/{pkg}/-/{}/-rev/{}", [this](Exchange& exchange) { return remove_tarball(exchange); });
}

asio::awaitable<Response> UnpublishHandlers::put(Exchange& exchange) {
  const Result<void> known = require_login(exchange.who);
  if (!known) co_return response_for(known.error());
  const Result<View> view = co_await gate_.open(exchange, Action::kRead);
  if (!view) co_return response_for(view.error());
  auto document = co_await read_json(exchange.body, kDocumentLimit);
  if (!document) co_return response_for(document.error());
  auto shared = std::make_shared<const Json>(*std::move(document));
  const bool is_owner_change = find_member(*shared, "versions") == nullptr;
  const Result<void> allowed = gate_.check(exchange.who, exchange.package, view->get(),
                                           is_owner_change ? Action::kManageOwners : Action::kUnpublish);
  if (!allowed) co_return response_for(allowed.error());
  auto answer = co_await run_on(
      gate_.workers(),
      [this, shared, name = exchange.package, rev = exchange.parameters[0], who = exchange.who]() -> Result<Response> {
        HOIST_CHECK(apply(*shared, name, rev, who));
        return changed_response(201, store_, name);
      });
  co_return answer ? *std::move(answer) : response_for(answer.error());
}

Result<void> UnpublishHandlers::apply(const Json& document, const std::string& name, const std::string& rev,
                                      const Identity& who) {
  HOIST_TRY(const auto snapshot, store_.load_package(name));
  if (!snapshot) return no_such_package(name);
  if (rev != rev_of(snapshot->package)) return stale(name);
  PackagePatch patch{.at_revision = snapshot->package.revision};
  if (find_member(document, "versions") == nullptr) {
    // npm's owner command sends nothing but the maintainers: that removes no version.
    HOIST_TRY(patch.maintainers, read_maintainers(document));
    HOIST_CHECK(check_users(store_, *patch.maintainers));
  } else {
    HOIST_TRY(patch, read_unpublish_patch(document, *snapshot));
  }
  patch.by = who.user;
  patch.now = gate_.now();
  HOIST_TRY(const Revision revision, store_.patch_package(name, patch));
  (void)revision;
  fault_point("unpublish.committed");
  return {};
}

asio::awaitable<Response> UnpublishHandlers::remove_package(Exchange& exchange) {
  const Result<View> view = co_await gate_.open(exchange, Action::kUnpublish);
  if (!view) co_return response_for(view.error());
  if ((*view)->rev != exchange.parameters[0]) co_return response_for(stale(exchange.package).error());
  auto removed = co_await run_on(gate_.workers(), [this, seen = *view, user = exchange.who.user]() -> Result<bool> {
    HOIST_CHECK(store_.remove_package(seen->package.name, seen->package.revision, user, gate_.now()));
    fault_point("unpublish.removed");
    return true;
  });
  if (!removed) co_return response_for(removed.error());
  co_return json_response(200, Json{{"ok", true}, {"success", true}});
}

/// The second half of npm's unpublish. The first has removed the version and with it the tarball's address; the bytes
/// go with the next collection. So there is nothing left to do, however often it is asked for.
asio::awaitable<Response> UnpublishHandlers::remove_tarball(Exchange& exchange) {
  const Result<View> view = co_await gate_.look(exchange, Action::kUnpublish);
  if (!view) co_return response_for(view.error());
  if (*view != nullptr && (*view)->tarballs.contains(exchange.parameters[0])) {
    co_return error_response(409, "the version of this tarball is still published; unpublish the version");
  }
  co_return json_response(200, Json{{"ok", true}, {"success", true}});
}

}  // namespace hoist::registry
