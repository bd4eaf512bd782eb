#include "account_fixture.hpp"
#include "admin/accounts_command.hpp"
#include "admin/htpasswd_import.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace hoist::test;

TEST_CASE("user command: add, passwd, list, remove", "[registry][admin]") {
  Accounts accounts;
  auto& store = *accounts.store;
  const auto run = [&](UserCommand command, std::string password = "") {
    return run_user_command(store, command, std::move(password), accounts.clock);
  };
  CHECK(run({.action = "add", .name = "alice", .email = "a@example.test", .is_admin = true}, "secret\n"));
  CHECK(accounts.login.check_password("alice", "secret", "::1"));
  CHECK(run({.action = "add", .name = "alice"}, "x").error().code == "E409");
  CHECK(run({.action = "add", .name = "bob"}, "\n").error().code == "E400");
  CHECK(run({.action = "add", .name = "a b"}, "x").error().code == "E400");
  CHECK(run({.action = "list"}) == "alice\ta@example.test\tadmin\n");
  CHECK(run({.action = "passwd", .name = "alice"}, "better"));
  CHECK(accounts.login.check_password("alice", "better", "::1"));
  CHECK(run({.action = "remove", .name = "alice"}));
  CHECK(run({.action = "remove", .name = "alice"}).error().code == "E404");
}

TEST_CASE("token command: create, list, revoke", "[registry][admin]") {
  Accounts accounts;
  accounts.user("alice");
  auto& store = *accounts.store;
  const auto run = [&](const TokenCommand& command) { return run_token_command(store, command, accounts.clock); };
  auto secret = run({.action = "create", .user = "alice", .name = "ci", .read_only = true, .scopes = {"@acme"}});
  REQUIRE(secret);
  secret->pop_back();
  const auto who = accounts.identity("Bearer " + *secret);
  REQUIRE(who);
  CHECK(who->read_only);
  CHECK(TokenScope::parse(who->permissions).scopes == std::vector<std::string>{"@acme"});
  const auto list = run({.action = "list", .user = "alice"});
  CHECK(list->contains(who->token_key));
  CHECK_FALSE(list->contains(*secret));
  CHECK(run({.action = "create", .user = "nobody"}).error().code == "E404");
  CHECK_FALSE(run({.action = "create", .user = "alice", .cidrs = {"x"}}));
  CHECK(run({.action = "revoke", .user = "alice", .key = who->token_key}));
  CHECK_FALSE(accounts.identity("Bearer " + *secret));
}

TEST_CASE("htpasswd import: unknown users come in, known ones keep their password", "[registry][admin]") {
  Accounts accounts;
  accounts.user("alice");
  const auto file = accounts.directory / "htpasswd";
  CHECK(import_htpasswd(*accounts.store, file, Time{})->added == 0);
  write_text(file, "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\nold:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
  const auto count = import_htpasswd(*accounts.store, file, Time{});
  REQUIRE(count);
  CHECK(count->added == 1);
  CHECK(count->known == 1);
  CHECK(accounts.login.check_password("old", "secret", "::1"));
  CHECK(accounts.login.check_password("alice", "pw-alice", "::1"));
  CHECK_FALSE(accounts.login.check_password("alice", "secret", "::1"));
}

TEST_CASE("initial config: every line is a comment, and uncommented it is valid", "[registry][admin]") {
  const std::string text = initial_config();
  REQUIRE(parse_config(text, "config.yaml"));
  std::string uncommented;
  for (const auto line : split(text, '\n')) {
    const bool setting = line.starts_with("# ") && (line.contains(": ") || line.ends_with(":"));
    const bool prose = line.contains("Every line") || line.contains("Paths are") || line.contains("Names in") ||
                       line.contains("first pattern");
    if (setting && !prose) uncommented += std::string(line.substr(2)) + "\n";
  }
  const auto parsed = parse_config(uncommented, "config.yaml");
  if (!parsed) FAIL(parsed.error().message << " line " << parsed.error().where.line << "\n" << uncommented);
  CHECK(parsed->warnings.empty());
  CHECK_FALSE(parsed->config.open_registration);
}
