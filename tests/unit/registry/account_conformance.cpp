#include "metadata_conformance.hpp"
#include "support/catch.hpp"

namespace hoist::test {

using namespace registry;

namespace {

constexpr Time kNow{std::chrono::milliseconds(1'700'000'000'123)};

template <class T>
T value(Result<T> result) {
  if (!result) FAIL(result.error().code << " " << result.error().message);
  return *std::move(result);
}
void ok(const Result<void>& result) {
  if (!result) FAIL(result.error().code << " " << result.error().message);
}
std::string code(const auto& result) { return result ? "" : result.error().code; }

}  // namespace

void check_accounts(const MetadataStoreFactory& make) {
  const auto store = make();
  const auto begin = store->account_sequence();
  UserRow alice{.name = "alice",
                .email = "a@x.test",
                .fullname = "A",
                .password_hash = "h",
                .profile = R"({"a":1})",
                .is_admin = true,
                .created = kNow,
                .updated = kNow};
  ok(store->add_user(alice));
  CHECK(store->account_sequence() > begin);
  CHECK(code(store->add_user(alice)) == "E409");
  CHECK(value(store->find_user("alice")) == alice);
  CHECK_FALSE(value(store->find_user("Alice")));
  alice.email = "b@x.test";
  ok(store->update_user(alice));
  CHECK(value(store->list_users()) == std::vector<UserRow>{alice});
  CHECK(code(store->update_user({.name = "bob"})) == "E404");

  TokenRow token{.key = "k1",
                 .hash = "hash1",
                 .prefix = "npm_ab",
                 .user = "alice",
                 .kind = "login",
                 .name = "n",
                 .description = "d",
                 .read_only = true,
                 .bypass_tfa = true,
                 .cidrs = {"10.0.0.0/8", "::1/128"},
                 .permissions = R"({"packages":["x"]})",
                 .created = kNow,
                 .expires = kNow + std::chrono::hours(1)};
  ok(store->add_token(token));
  CHECK(value(store->find_token("hash1")) == token);
  CHECK(code(store->add_token(token)) == "E409");
  TokenRow second{.key = "k2", .hash = "hash2", .user = "alice", .created = kNow + std::chrono::seconds(1)};
  ok(store->add_token(second));
  second.key = "k3";
  CHECK(code(store->add_token(second)) == "E409");  // the hash is taken
  CHECK(code(store->add_token({.key = "k4", .hash = "h4", .user = "nobody"})) == "E404");
  CHECK(value(store->list_tokens("alice")).size() == 2);
  ok(store->touch_token("k1", kNow));
  CHECK(value(store->find_token("hash1"))->last_used == kNow);

  const auto before = store->account_sequence();
  CHECK_FALSE(value(store->remove_token("bob", "k1")));
  CHECK(value(store->remove_token("alice", "k1")));
  CHECK(store->account_sequence() > before);
  CHECK_FALSE(value(store->find_token("hash1")));
  token.key = "k5";
  ok(store->add_token(token));
  CHECK(value(store->remove_expired_tokens(kNow)) == 0);
  CHECK(value(store->remove_expired_tokens(kNow + std::chrono::hours(2))) == 1);
  ok(store->remove_user("alice"));
  CHECK_FALSE(value(store->find_token("hash2")));
  CHECK(code(store->remove_user("alice")) == "E404");
}

void check_teams(const MetadataStoreFactory& make) {
  const auto store = make();
  for (const auto* name : {"alice", "bob"}) ok(store->add_user({.name = name}));
  CHECK(value(store->list_org_members("acme")).empty());
  ok(store->set_org_member("acme", {"alice", "owner"}));
  ok(store->set_org_member("acme", {"bob", "developer"}));
  ok(store->set_org_member("acme", {"bob", "admin"}));
  CHECK(code(store->set_org_member("acme", {"nobody", "admin"})) == "E404");
  CHECK(value(store->list_org_members("acme")) == std::vector<OrgMemberRow>{{"alice", "owner"}, {"bob", "admin"}});
  CHECK(value(store->list_orgs()) == std::vector<std::string>{"acme"});

  ok(store->add_team({"acme", "devs", "d"}));
  CHECK(code(store->add_team({"acme", "devs", "d"})) == "E409");
  CHECK(value(store->list_teams("acme")) == std::vector<TeamRow>{{"acme", "devs", "d"}});
  ok(store->add_team_member("acme", "devs", "bob"));
  CHECK(code(store->add_team_member("acme", "devs", "nobody")) == "E404");
  CHECK(code(store->add_team_member("acme", "none", "bob")) == "E404");
  CHECK(value(store->list_team_members("acme", "devs")) == std::vector<std::string>{"bob"});
  CHECK(code(store->list_team_members("acme", "none")) == "E404");

  const GrantRow grant{"acme", "devs", "@acme/ui", Permission::kReadWrite};
  ok(store->set_grant({"acme", "devs", "@acme/ui", Permission::kReadOnly}));
  ok(store->set_grant(grant));
  CHECK(value(store->list_package_grants("@acme/ui")) == std::vector<GrantRow>{grant});
  CHECK(value(store->list_team_grants("acme", "devs")) == std::vector<GrantRow>{grant});
  CHECK(value(store->list_user_grants("bob")) == std::vector<GrantRow>{grant});
  CHECK(value(store->list_user_grants("alice")).empty());

  CHECK(value(store->remove_org_member("acme", "bob")));
  CHECK_FALSE(value(store->remove_org_member("acme", "bob")));
  CHECK(value(store->list_team_members("acme", "devs")).empty());
  CHECK(value(store->remove_grant("acme", "devs", "@acme/ui")));
  CHECK_FALSE(value(store->remove_grant("acme", "devs", "@acme/ui")));
  ok(store->set_grant(grant));
  CHECK(value(store->remove_team("acme", "devs")));
  CHECK_FALSE(value(store->remove_team("acme", "devs")));
  CHECK(value(store->list_package_grants("@acme/ui")).empty());
}

void check_ephemerals(const MetadataStoreFactory& make) {
  const auto store = make();
  const auto later = kNow + std::chrono::minutes(5);
  ok(store->put_ephemeral({"login", "k", "v", later}));
  CHECK(value(store->find_ephemeral("login", "k", kNow))->value == "v");
  CHECK_FALSE(value(store->find_ephemeral("other", "k", kNow)));
  CHECK_FALSE(value(store->find_ephemeral("login", "k", later)));
  CHECK_FALSE(value(store->exchange_ephemeral({"login", "k", "w", later}, std::nullopt, kNow)));
  CHECK_FALSE(value(store->exchange_ephemeral({"login", "k", "w", later}, "x", kNow)));
  CHECK(value(store->exchange_ephemeral({"login", "k", "w", later}, "v", kNow)));
  CHECK(value(store->exchange_ephemeral({"login", "new", "w", later}, std::nullopt, kNow)));
  CHECK(value(store->take_ephemeral("login", "k", kNow))->value == "w");
  CHECK_FALSE(value(store->take_ephemeral("login", "k", kNow)));
  ok(store->remove_expired_ephemerals(later));
  CHECK_FALSE(value(store->find_ephemeral("login", "new", kNow)));
}

}  // namespace hoist::test
