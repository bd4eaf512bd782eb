#include "hosted/gate.hpp"

#include "hoist/base/json.hpp"
#include "http/run_on.hpp"

namespace hoist::registry {

namespace asio = boost::asio;

std::unexpected<Error> no_such_package(std::string_view name) {
  return fail("E404", fmt::format("package not found: {}", name));
}

Result<void> require_login(const Identity& who) {
  if (who.is_anonymous()) return fail("E401", "you must be logged in to do this");
  return {};
}

Result<void> PackageGate::check(const Identity& who, std::string_view name, const PackageView* view, Action action) {
  PackageFacts facts{.name = name};
  if (view != nullptr) {
    facts.exists = true;
    facts.visibility = view->package.visibility;
    facts.maintainers = &view->maintainers;
  }
  switch (policy_.decide(who, facts, action)) {
    case Decision::kAllow:
      return {};
    case Decision::kLogin:
      return fail("E401", "you must be logged in to do this");
    case Decision::kForbid:
      return fail("E403", fmt::format("you do not have permission to do this with {}", name));
    case Decision::kHide:
      break;
  }
  return no_such_package(name);
}

asio::awaitable<Result<View>> PackageGate::look(const Exchange& exchange, Action action) {
  std::optional<View> known = views_.peek(exchange.package);
  if (!known) {
    auto loaded = co_await run_on(workers_, [this, name = exchange.package] { return views_.load(name); });
    if (!loaded) co_return std::unexpected(std::move(loaded).error());
    known = *std::move(loaded);
  }
  const Result<void> allowed = check(exchange.who, exchange.package, known->get(), action);
  if (!allowed) co_return std::unexpected(allowed.error());
  co_return *std::move(known);
}

asio::awaitable<Result<View>> PackageGate::open(const Exchange& exchange, Action action) {
  Result<View> view = co_await look(exchange, action);
  if (view && *view == nullptr) co_return no_such_package(exchange.package);
  co_return view;
}

asio::awaitable<Result<Json>> read_json(BodyReader& body, std::size_t limit) {
  const Result<std::string> text = co_await read_body(body, limit);
  if (!text) co_return std::unexpected(text.error());
  Result<Json> json = parse_json(*text, "request body");
  if (!json) co_return fail("E400", "the request body is not JSON");
  co_return json;
}

}  // namespace hoist::registry
