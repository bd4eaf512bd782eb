#pragma once
/// The way to a package: is it there, and may this caller do that with it?

#include "hoist/base/clock.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/thread_pool.hpp"
#include "hoist/registry/access.hpp"
#include "http/route_table.hpp"
#include "views/view_cache.hpp"

namespace hoist::registry {

using View = std::shared_ptr<const PackageView>;

/// What every handler of packages needs; thread safe.
class PackageGate {
 public:
  PackageGate(ViewCache& views, AccessPolicy& policy, ThreadPool& workers, const Clock& clock)
      : views_(views), policy_(policy), workers_(workers), clock_(clock) {}

  /// The package, or null when it does not exist and the caller would be allowed to see that. E401, E403, and E404 for
  /// a package that is hidden from this caller.
  boost::asio::awaitable<Result<View>> look(const Exchange& exchange, Action action);
  /// The same; E404 when it does not exist.
  boost::asio::awaitable<Result<View>> open(const Exchange& exchange, Action action);
  /// The decision alone, for a view at hand.
  [[nodiscard]] Result<void> check(const Identity& who, std::string_view name, const PackageView* view, Action action);

  [[nodiscard]] ViewCache& views() noexcept { return views_; }
  [[nodiscard]] ThreadPool& workers() noexcept { return workers_; }
  [[nodiscard]] Time now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }

 private:
  ViewCache& views_;
  AccessPolicy& policy_;
  ThreadPool& workers_;
  const Clock& clock_;
};

/// The E404 of a package that is missing, and of one that is hidden: the two must not differ.
[[nodiscard]] std::unexpected<Error> no_such_package(std::string_view name);

/// E401 for the anonymous.
[[nodiscard]] Result<void> require_login(const Identity& who);

/// A request body as JSON. E413, E400.
boost::asio::awaitable<Result<Json>> read_json(BodyReader& body, std::size_t limit = 1U << 20U);

}  // namespace hoist::registry
