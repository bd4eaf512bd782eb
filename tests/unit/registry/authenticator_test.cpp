#include "account_fixture.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace hoist::test;
using namespace std::chrono_literals;

namespace {

std::string basic(const std::string& user, const std::string& password) {
  return "Basic " + base64_encode(user + ":" + password);
}

std::string code_of(const Result<Identity>& result) { return result ? "" : result.error().code; }

Config with_proxies() {
  Config config = default_config();
  config.trusted_proxies = {"10.0.0.0/8"};
  return config;
}

}  // namespace

TEST_CASE("authenticator: tokens, passwords and nobody", "[registry][auth]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  CHECK(accounts.identity("")->is_anonymous());
  CHECK(accounts.identity("Bearer " + token)->user == "alice");
  CHECK(accounts.identity("bearer  " + token)->user == "alice");
  CHECK(accounts.identity(basic("alice", "pw-alice"))->user == "alice");
  CHECK(accounts.identity(basic("alice", token))->user == "alice");
  for (const std::string& bad :
       {std::string("Bearer x"), std::string("Bearer " + make_token()), basic("alice", "pw"), basic("nobody", "pw"),
        std::string("Basic !"), std::string("Digest x"), std::string(10'000, 'x'), std::string("Bearer")}) {
    CAPTURE(bad.substr(0, 80));
    CHECK(code_of(accounts.identity(bad)) == "E401");
  }
}

TEST_CASE("authenticator [33]: a revoked token, a removed and a disabled user are refused at once", "[registry][33]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  REQUIRE(accounts.identity("Bearer " + token));
  CHECK(accounts.authenticator.try_authenticate({.authorization = "Bearer " + token}).has_value() == true);
  SECTION("revoked") { REQUIRE(accounts.store->remove_token("alice", token_key(hash_token(token)))); }
  SECTION("removed") { REQUIRE(accounts.store->remove_user("alice")); }
  SECTION("disabled") {
    auto user = *accounts.store->find_user("alice").value();
    user.is_disabled = true;
    REQUIRE(accounts.store->update_user(user));
  }
  SECTION("by another program on the same store") {
    const auto other = open_sqlite_store((accounts.directory / "registry.db").string()).value();
    REQUIRE(other->remove_token("alice", token_key(hash_token(token))));
    // A node looks for others' changes at most this long after they happened; the guarantee is a second.
    const auto deadline = std::chrono::steady_clock::now() + 1s;
    while (accounts.identity("Bearer " + token) && std::chrono::steady_clock::now() < deadline) {
    }
  }
  CHECK(code_of(accounts.identity("Bearer " + token)) == "E401");
}

TEST_CASE("authenticator [33]: a changed password ends what was remembered of the old one", "[registry][33]") {
  Accounts accounts;
  accounts.user("alice");
  REQUIRE(accounts.identity(basic("alice", "pw-alice")));
  REQUIRE(accounts.login.set_password(*accounts.store->find_user("alice").value(), "new"));
  CHECK(code_of(accounts.identity(basic("alice", "pw-alice"))) == "E401");
  CHECK(accounts.identity(basic("alice", "new")));
}

TEST_CASE("authenticator [33]: an expired token is refused, remembered or not", "[registry][33]") {
  Accounts accounts;
  accounts.user("alice");
  const std::string token =
      accounts.token("alice", [&](TokenRow& row) { row.expires = row_time(accounts.clock) + 60s; });
  REQUIRE(accounts.identity("Bearer " + token));
  accounts.clock.advance(60s);
  CHECK(code_of(accounts.identity("Bearer " + token)) == "E401");
}

TEST_CASE("authenticator [34]: a network limit holds, also behind a proxy and against a spoofed header",
          "[registry][34]") {
  Accounts accounts(with_proxies());
  accounts.user("alice");
  const std::string header =
      "Bearer " + accounts.token("alice", [](TokenRow& row) { row.cidrs = {"198.51.100.0/24"}; });
  CHECK(accounts.identity(header, "198.51.100.9"));
  const auto refused = accounts.identity(header, "203.0.113.1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().hint == "ipaddress");
  CHECK_FALSE(accounts.identity(header, "203.0.113.1", "198.51.100.9"));
  CHECK(accounts.identity(header, "10.0.0.1", "198.51.100.9"));
  CHECK_FALSE(accounts.identity(header, "10.0.0.1", "198.51.100.9, 203.0.113.1"));
  CHECK_FALSE(accounts.identity(header, "10.0.0.1"));
}

TEST_CASE("authenticator [37]: guessing is stopped per user and per address, and others go on", "[registry][37]") {
  Config config = default_config();
  config.login = {.attempts_per_user = 3, .attempts_per_address = 5, .window = 300s};
  Accounts accounts(config);
  accounts.user("alice");
  const std::string bob = "Bearer " + accounts.user("bob");
  for (int i = 0; i < 3; ++i) CHECK(code_of(accounts.identity(basic("alice", "wrong"), "203.0.113.1")) == "E401");
  const auto limited = accounts.identity(basic("alice", "pw-alice"), "203.0.113.2");
  REQUIRE_FALSE(limited);
  CHECK(limited.error().code == "E429");
  CHECK(limited.error().hint == "300");
  CHECK(accounts.identity(bob, "203.0.113.1"));
  for (int i = 0; i < 3; ++i) (void)accounts.identity(basic("user" + std::to_string(i), "x"), "203.0.113.1");
  CHECK(code_of(accounts.identity(basic("bob", "pw-bob"), "203.0.113.1")) == "E429");
  CHECK(accounts.identity(basic("bob", "pw-bob"), "203.0.113.9"));
  accounts.clock.advance(301s);
  CHECK(accounts.identity(basic("alice", "pw-alice"), "203.0.113.1"));
}

TEST_CASE("login: a weak stored hash is replaced when its password is seen", "[registry][auth]") {
  Accounts accounts;
  REQUIRE(accounts.store->add_user({.name = "old", .password_hash = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="}));
  REQUIRE(accounts.identity(basic("old", "secret")));
  CHECK(accounts.store->find_user("old").value()->password_hash.starts_with("$scrypt$"));
  CHECK(accounts.identity(basic("old", "secret")));
}

TEST_CASE("hash gate [37]: so many hash, so many wait, the rest are told to come back", "[registry][37]") {
  HashGate gate(1, 0);
  auto turn = gate.enter();
  REQUIRE(turn);
  {
    const auto refused = gate.enter();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "E429");
  }
  {
    const auto ended = *std::move(turn);
  }
  CHECK(gate.enter());
}

TEST_CASE("policy [31]: no credential 401, no right 403, hidden 404", "[registry][31]") {
  Config config = default_config();
  config.packages = {{.pattern = "@team/*", .access = {"$authenticated"}, .publish = {"alice"}},
                     {.pattern = "@few/*", .access = {"alice"}},
                     {.pattern = "**"}};
  Accounts accounts(config);
  const Identity alice = *accounts.identity("Bearer " + accounts.user("alice"));
  const Identity bob = *accounts.identity("Bearer " + accounts.user("bob"));
  const Identity nobody;
  accounts.publish("@team/x", "alice");
  accounts.publish("@few/x", "alice");
  accounts.publish("@open/secret", "alice", Visibility::kRestricted);
  accounts.publish("plain", "alice");
  using enum Action;
  CHECK(accounts.decide(nobody, "@team/x", kRead) == Decision::kLogin);
  CHECK(accounts.decide(nobody, "@team/missing", kRead) == Decision::kLogin);
  CHECK(accounts.decide(bob, "@team/x", kRead) == Decision::kAllow);
  CHECK(accounts.decide(bob, "@few/x", kRead) == Decision::kForbid);
  CHECK(accounts.decide(bob, "@few/missing", kRead) == Decision::kForbid);
  CHECK(accounts.decide(nobody, "@open/secret", kRead) == Decision::kHide);
  CHECK(accounts.decide(bob, "@open/secret", kRead) == Decision::kHide);
  CHECK(accounts.decide(bob, "@open/secret", kPublish) == Decision::kHide);
  CHECK(accounts.decide(alice, "@open/secret", kRead) == Decision::kAllow);
  CHECK(accounts.decide(nobody, "plain", kRead) == Decision::kAllow);
  CHECK(accounts.decide(nobody, "plain", kPublish) == Decision::kLogin);
  CHECK(accounts.decide(bob, "plain", kPublish) == Decision::kForbid);
  CHECK(accounts.decide(bob, "new", kPublish) == Decision::kAllow);
  CHECK(accounts.decide(bob, "@team/new", kPublish) == Decision::kForbid);
  for (const Action action : {kPublish, kDeprecate, kTag, kUnpublish, kManageOwners, kManageAccess}) {
    CHECK(accounts.decide(alice, "plain", action) == Decision::kAllow);
  }
}

TEST_CASE("policy: teams read and write what they were given", "[registry][auth]") {
  Accounts accounts;
  accounts.user("alice");
  accounts.user("reader");
  accounts.user("writer");
  accounts.user("member");
  auto& store = *accounts.store;
  REQUIRE(store.set_org_member("acme", {.user = "alice", .role = "owner"}));
  for (const auto* name : {"reader", "writer", "member"}) {
    REQUIRE(store.set_org_member("acme", {.user = name, .role = "developer"}));
  }
  accounts.publish("@acme/x", "alice", Visibility::kRestricted);
  accounts.publish("@other/x", "alice", Visibility::kRestricted);
  for (const auto* team : {"readers", "writers"}) REQUIRE(store.add_team({.org = "acme", .name = team}));
  REQUIRE(store.add_team_member("acme", "readers", "reader"));
  REQUIRE(store.add_team_member("acme", "writers", "writer"));
  REQUIRE(store.set_grant({.org = "acme", .team = "readers", .package = "@other/x"}));
  REQUIRE(
      store.set_grant({.org = "acme", .team = "writers", .package = "@other/x", .permission = Permission::kReadWrite}));
  const auto who = [&](const std::string& name) { return *accounts.identity(basic(name, "pw-" + name)); };
  CHECK(accounts.decide(who("reader"), "@other/x", Action::kRead) == Decision::kAllow);
  CHECK(accounts.decide(who("reader"), "@other/x", Action::kPublish) == Decision::kForbid);
  CHECK(accounts.decide(who("writer"), "@other/x", Action::kPublish) == Decision::kAllow);
  CHECK(accounts.decide(who("writer"), "@other/x", Action::kManageOwners) == Decision::kForbid);
  CHECK(accounts.decide(who("member"), "@other/x", Action::kRead) == Decision::kHide);
  CHECK(accounts.decide(who("member"), "@acme/x", Action::kRead) == Decision::kAllow);
  CHECK(accounts.decide(who("member"), "@acme/new", Action::kPublish) == Decision::kAllow);
  accounts.user("outsider");
  CHECK(accounts.decide(who("outsider"), "@acme/new", Action::kPublish) == Decision::kForbid);
  REQUIRE(store.remove_team_member("acme", "writers", "writer"));
  CHECK(accounts.decide(who("writer"), "@other/x", Action::kPublish) == Decision::kHide);
}

TEST_CASE("policy [34]: read-only and limited tokens cannot do more than they say", "[registry][34]") {
  Accounts accounts;
  accounts.user("alice", true);
  accounts.publish("a", "alice");
  accounts.publish("@acme/b", "alice");
  accounts.publish("@acme/hidden", "alice", Visibility::kRestricted);
  const auto who = [&](const std::function<void(TokenRow&)>& adjust) {
    return *accounts.identity("Bearer " + accounts.token("alice", adjust));
  };
  const Identity reader = who([](TokenRow& row) { row.read_only = true; });
  const TokenScope scope{.granular = true, .scopes = {"@acme"}, .permission = TokenPermission::kReadWrite};
  const Identity scoped = who([&](TokenRow& row) { row.permissions = scope.to_json(); });
  const TokenScope other{.granular = true, .packages = {"a"}, .permission = TokenPermission::kReadOnly};
  const Identity limited = who([&](TokenRow& row) { row.permissions = other.to_json(); });
  using enum Action;
  for (const Action action : {kPublish, kDeprecate, kTag, kUnpublish, kManageOwners, kManageAccess}) {
    CHECK(accounts.decide(reader, "a", action) == Decision::kForbid);
    CHECK(accounts.decide(limited, "a", action) == Decision::kForbid);
    CHECK(accounts.decide(scoped, "a", action) == Decision::kForbid);
    CHECK(accounts.decide(scoped, "@acme/b", action) == Decision::kAllow);
  }
  CHECK(accounts.decide(reader, "@acme/hidden", kRead) == Decision::kAllow);
  CHECK(accounts.decide(scoped, "@acme/hidden", kRead) == Decision::kAllow);
  CHECK(accounts.decide(limited, "@acme/hidden", kRead) == Decision::kHide);
  CHECK(accounts.decide(limited, "@acme/b", kRead) == Decision::kAllow);
}
