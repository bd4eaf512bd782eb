#pragma once
/// The account side of a registry over a real store, with a clock that tests move.

#include <atomic>
#include <stdexcept>

#include "account/api.hpp"
#include "auth/access_policy.hpp"
#include "auth/token.hpp"
#include "hoist/base/text.hpp"
#include "hoist/registry/sqlite_store.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace hoist::test {

class SteppedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return TimePoint(std::chrono::seconds(seconds.load())); }
  void advance(std::chrono::seconds by) { seconds += by.count(); }

 private:
  std::atomic<long long> seconds{1'700'000'000};
};

struct Accounts {
  explicit Accounts(registry::Config chosen = registry::default_config()) : config(std::move(chosen)) {}

  registry::LoginService::Options login_options() const {
    return {.limits = config.login,
            .open_registration = config.open_registration,
            .cost = {16, 1, 1},
            .hashing = 2,
            .waiting = 16};
  }

  /// Adds a user with the password `pw-NAME` and returns a login token.
  std::string user(const std::string& name, bool is_admin = false) {
    REQUIRE(login.add_user(name, "pw-" + name, name + "@example.test", is_admin));
    return token(name);
  }
  std::string token(const std::string& name, const std::function<void(registry::TokenRow&)>& adjust = {}) {
    auto issued = registry::issue_token(name, "login", registry::row_time(clock), std::nullopt);
    if (adjust) adjust(issued.row);
    REQUIRE(store->add_token(issued.row));
    return issued.secret;
  }

  struct Call {
    std::string method = "GET";
    std::string path;  ///< below `/-/`, with its query
    std::string token{};
    std::string body{};
    std::string authorization{};
    std::string peer = "203.0.113.7";
    std::string forwarded_for{};
    std::string origin{};
  };
  registry::Response send(const Call& call) {
    const std::string authorization = call.token.empty() ? call.authorization : "Bearer " + call.token;
    registry::ApiRequest request;
    request.method = call.method;
    const auto question = call.path.find('?');
    for (const auto part : split(std::string_view(call.path).substr(0, question), '/')) {
      std::string decoded;
      REQUIRE(percent_decode(part, decoded));
      request.segments.push_back(std::move(decoded));
    }
    if (question != std::string::npos) request.query = std::string_view(call.path).substr(question + 1);
    request.body = call.body;
    request.credentials = {.method = call.method,
                           .authorization = authorization,
                           .forwarded_for = call.forwarded_for,
                           .peer_address = call.peer};
    request.user_agent = "npm/12 <test>";
    request.origin = call.origin;
    request.base_url = "http://reg.test/";
    return api.handle(request);
  }
  Json json(const Call& call, int status = 200) {
    const registry::Response response = send(call);
    CAPTURE(call.method, call.path, response.content());
    REQUIRE(response.status == status);
    return parse_json(response.content(), "answer").value();
  }
  Result<registry::Identity> identity(const std::string& authorization, const std::string& peer = "203.0.113.7",
                                      const std::string& forwarded_for = "") {
    return authenticator.authenticate(
        {.method = "GET", .authorization = authorization, .forwarded_for = forwarded_for, .peer_address = peer});
  }
  void publish(const std::string& name, const std::string& owner,
               registry::Visibility visibility = registry::Visibility::kPublic) {
    registry::PublishCommand command{.package = name, .visibility = visibility, .now = registry::row_time(clock)};
    command.version = {.version = "1.0.0",
                       .manifest = "{}",
                       .file_name = "x-1.0.0.tgz",
                       .blob = std::string(128, 'a'),
                       .integrity = "sha512-x",
                       .publisher = owner,
                       .published = registry::row_time(clock)};
    command.tags["latest"] = "1.0.0";
    const auto published = store->publish(command);
    if (!published) FAIL(published.error().message);
  }
  registry::Decision decide(const registry::Identity& who, const std::string& package, registry::Action action) {
    const auto found = store->load_package(package).value();
    registry::PackageFacts facts{.name = package, .exists = found.has_value()};
    if (found) {
      facts.visibility = found->package.visibility;
      facts.maintainers = &found->maintainers;
    }
    return policy.decide(who, facts, action);
  }

  TempDir directory;
  SteppedClock clock;
  registry::Config config;
  std::unique_ptr<registry::MetadataStore> store = open_store();
  registry::AccountIndex index{*store};
  registry::LoginService login{*store, login_options(), clock};
  registry::AccountAuthenticator authenticator{
      *store,
      index,
      login,
      {.trusted_proxies = registry::parse_cidrs(config.trusted_proxies).value(),
       .groups = config.groups,
       .admins = config.admins},
      clock};
  registry::RulePolicy policy{config, index};
  registry::AccountApi api{{*store, index, login, authenticator, policy, config, clock}};

 private:
  std::unique_ptr<registry::MetadataStore> open_store() {
    auto opened = registry::open_sqlite_store((directory / "registry.db").string());
    if (!opened) throw std::runtime_error(opened.error().message);
    return *std::move(opened);
  }
};

}  // namespace hoist::test
