#include "account_fixture.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace hoist::test;
using namespace std::chrono_literals;

namespace {

std::string login_body(const std::string& name, const std::string& password) {
  return Json{{"_id", "org.couchdb.user:" + name}, {"name", name}, {"password", password}, {"type", "user"}}.dump();
}

}  // namespace

TEST_CASE("whoami [32]: 401 without a valid token", "[registry][32]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  CHECK(accounts.json({.path = "whoami", .token = token})["username"] == "alice");
  const Response nobody = accounts.send({.path = "whoami"});
  CHECK(nobody.status == 401);
  CHECK(nobody.header("WWW-Authenticate") == "Bearer");
  CHECK(accounts.send({.path = "whoami", .token = make_token()}).status == 401);
}

TEST_CASE("legacy login: the right password gives a token, even with a stale one in the header", "[registry][auth]") {
  Accounts accounts;
  accounts.user("alice");
  const Json answer = accounts.json({.method = "PUT",
                                     .path = "user/org.couchdb.user:alice",
                                     .token = make_token(),
                                     .body = login_body("alice", "pw-alice")},
                                    201);
  const std::string token = answer["token"];
  CHECK(accounts.json({.path = "whoami", .token = token})["username"] == "alice");
  CHECK(accounts.send({.method = "PUT", .path = "user/org.couchdb.user:alice", .body = login_body("alice", "wrong")})
            .status == 401);
  CHECK(
      accounts.send({.method = "PUT", .path = "user/org.couchdb.user:alice", .body = login_body("bob", "x")}).status ==
      400);
  CHECK(accounts.send({.method = "PUT", .path = "user/org.couchdb.user:alice", .body = "not json"}).status == 400);
}

TEST_CASE("legacy login: an unknown name and a wrong password look the same; registration is closed",
          "[registry][auth]") {
  Accounts accounts;
  accounts.user("alice");
  const Response wrong =
      accounts.send({.method = "PUT", .path = "user/org.couchdb.user:alice", .body = login_body("alice", "x")});
  const Response unknown =
      accounts.send({.method = "PUT", .path = "user/org.couchdb.user:eve", .body = login_body("eve", "x")});
  CHECK(wrong.status == 401);
  CHECK(unknown.status == wrong.status);
  CHECK(unknown.content() == wrong.content());
  CHECK(unknown.headers == wrong.headers);
  CHECK_FALSE(accounts.store->find_user("eve").value());
}

TEST_CASE("legacy login: where registration is open, a new name becomes an account", "[registry][auth]") {
  Config config = default_config();
  config.open_registration = true;
  config.login.attempts_per_address = 3;
  Accounts accounts(config);
  const auto put = [&](const std::string& name, const std::string& password) {
    return accounts.send({.method = "PUT", .path = "user/org.couchdb.user:" + name, .body = login_body(name, password)})
        .status;
  };
  CHECK(put("eve", "secret") == 201);
  CHECK_FALSE(accounts.store->find_user("eve").value()->is_admin);
  CHECK(put("eve", "other") == 401);
  CHECK(put("eve2", "secret") == 201);
  CHECK(put("eve3", "secret") == 429);
}

TEST_CASE("logout [33]: the token is of no use any more", "[registry][33]") {
  Accounts accounts;
  accounts.user("alice");
  const std::string token = accounts.token("alice", [](TokenRow& row) { row.read_only = true; });
  REQUIRE(accounts.send({.path = "whoami", .token = token}).status == 200);
  CHECK(accounts.send({.method = "DELETE", .path = "user/token/" + token, .token = token}).status == 200);
  CHECK(accounts.send({.path = "whoami", .token = token}).status == 401);
}

TEST_CASE("user document: for those who are logged in", "[registry][auth]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  CHECK(accounts.send({.path = "user/org.couchdb.user:alice"}).status == 401);
  const Json user = accounts.json({.path = "user/org.couchdb.user:alice?write=true", .token = token});
  CHECK(user["name"] == "alice");
  CHECK(user["email"] == "alice@example.test");
  CHECK_FALSE(user.dump().contains("scrypt"));
  CHECK(accounts.send({.path = "user/org.couchdb.user:eve", .token = token}).status == 404);
}

TEST_CASE("tokens: created with limits, listed without the secret, revoked by key or by value", "[registry][auth]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  const Json body{{"password", "pw-alice"},
                  {"name", "ci"},
                  {"packages", {"a"}},
                  {"scopes", {"acme"}},
                  {"packages_and_scopes_permission", "read-only"},
                  {"expires", 7},
                  {"cidr_whitelist", {"203.0.113.0/24"}}};
  const Json made =
      accounts.json({.method = "POST", .path = "npm/v1/tokens", .token = token, .body = body.dump()}, 201);
  const std::string secret = made["token"];
  CHECK(made["expires"] == "2023-11-21T22:13:20.000Z");
  CHECK(made["scopes"] == Json{"@acme"});
  const Json list = accounts.json({.path = "npm/v1/tokens", .token = token});
  CHECK(list["objects"].size() == 2);
  CHECK(list["urls"].contains("next"));
  CHECK(list["total"] == 2);
  CHECK_FALSE(list.dump().contains(secret));
  CHECK(accounts.send({.path = "whoami", .token = secret}).status == 200);
  CHECK(accounts.send({.path = "whoami", .token = secret, .peer = "198.51.100.1"}).status == 401);
  // A limited token may not make or end tokens, or it would not be limited.
  CHECK(accounts.send({.method = "POST", .path = "npm/v1/tokens", .token = secret, .body = body.dump()}).status == 403);
  const std::string key = made["key"];
  CHECK(accounts.send({.method = "DELETE", .path = "npm/v1/tokens/token/" + key, .token = secret}).status == 403);
  const bool by_value = GENERATE(false, true);
  CHECK(accounts.send({.method = "DELETE", .path = "npm/v1/tokens/token/" + (by_value ? secret : key), .token = token})
            .status == 200);
  CHECK(accounts.send({.path = "whoami", .token = secret}).status == 401);
  CHECK(accounts.send({.method = "DELETE", .path = "npm/v1/tokens/token/" + key, .token = token}).status == 404);
}

TEST_CASE("tokens: pages", "[registry][auth]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  for (int i = 0; i < 4; ++i) (void)accounts.token("alice");
  const Json first = accounts.json({.path = "npm/v1/tokens?perPage=2", .token = token});
  CHECK(first["objects"].size() == 2);
  CHECK(first["urls"]["next"] == "http://reg.test/-/npm/v1/tokens?page=1&perPage=2");
  const Json last = accounts.json({.path = "npm/v1/tokens?page=2&perPage=2", .token = token});
  CHECK(last["objects"].size() == 1);
  CHECK(last["urls"]["next"].is_null());
  CHECK(accounts.json({.path = "npm/v1/tokens?page=18446744073709551615", .token = token})["objects"].empty());
}

TEST_CASE("tokens: what cannot be a limit is refused", "[registry][auth]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  const auto status = [&](const Json& body) {
    return accounts.send({.method = "POST", .path = "npm/v1/tokens", .token = token, .body = body.dump()}).status;
  };
  CHECK(status({{"password", "pw-alice"}, {"cidr_whitelist", {"everywhere"}}}) == 400);
  CHECK(status({{"password", "pw-alice"}, {"expires", -1}}) == 400);
  CHECK(status({{"password", "pw-alice"}, {"packages", "a"}}) == 400);
  CHECK(status({{"password", "pw-alice"}, {"packages_and_scopes_permission", "everything"}}) == 400);
  CHECK(status({{"password", "wrong"}}) == 403);
  CHECK(status(Json::object()) == 400);
  CHECK(status({{"password", "pw-alice"}, {"readonly", true}}) == 201);
}

TEST_CASE("profile: read, changed, password changed", "[registry][auth]") {
  Accounts accounts;
  const std::string token = accounts.user("alice");
  const auto post = [&](const Json& body) {
    return accounts.send({.method = "POST", .path = "npm/v1/user", .token = token, .body = body.dump()}).status;
  };
  CHECK(post({{"fullname", "Alice A"}, {"github", "alice"}, {"email", "new@example.test"}, {"is_admin", "yes"}}) ==
        200);
  const Json profile = accounts.json({.path = "npm/v1/user", .token = token});
  CHECK(profile["fullname"] == "Alice A");
  CHECK(profile["github"] == "alice");
  CHECK(profile["tfa"].is_null());
  CHECK_FALSE(accounts.store->find_user("alice").value()->is_admin);
  CHECK(post({{"github", nullptr}}) == 200);
  CHECK(accounts.json({.path = "npm/v1/user", .token = token})["github"] == "");
  CHECK(post({{"password", {{"old", "wrong"}, {"new", "x"}}}}) == 403);
  CHECK(post({{"password", {{"old", "pw-alice"}, {"new", "better"}}}}) == 200);
  CHECK(accounts.login.check_password("alice", "better", "203.0.113.7"));
  CHECK(post({{"email", 7}}) == 400);
  CHECK(accounts.send({.path = "npm/v1/user"}).status == 401);
}

TEST_CASE("web login [36]: pending, confirmed once, polled once", "[registry][36]") {
  Accounts accounts;
  accounts.user("alice");
  const std::string base = "http://reg.test/-/";
  const Json urls = accounts.json({.method = "POST", .path = "v1/login"});
  const std::string page = urls["loginUrl"].get<std::string>().substr(base.size());
  const std::string poll = urls["doneUrl"].get<std::string>().substr(base.size());
  CHECK(page.substr(page.rfind('/')) != poll.substr(poll.rfind('/')));

  const Response pending = accounts.send({.path = poll});
  CHECK(pending.status == 202);
  CHECK(pending.header("Retry-After") == "1");
  const Response shown = accounts.send({.path = page});
  CHECK(shown.status == 200);
  CHECK(shown.content().contains("203.0.113.7"));
  CHECK(shown.content().contains("npm/12 &lt;test&gt;"));
  CHECK(shown.header("Content-Security-Policy").contains("frame-ancestors 'none'"));

  const auto confirm = [&](const std::string& form, const std::string& origin = "") {
    return accounts.send({.method = "POST", .path = page, .body = form, .origin = origin}).status;
  };
  CHECK(confirm("username=alice&password=pw-alice", "http://evil.test") == 403);
  CHECK(confirm("username=alice&password=wrong") == 401);
  CHECK(accounts.send({.path = poll}).status == 202);
  CHECK(confirm("username=alice&password=pw%2Dalice", "http://reg.test") == 200);
  CHECK(confirm("username=alice&password=pw-alice") == 404);
  const std::string token = accounts.json({.path = poll})["token"];
  CHECK(accounts.json({.path = "whoami", .token = token})["username"] == "alice");
  CHECK(accounts.send({.path = poll}).status == 404);
}

TEST_CASE("web login [36]: it ends after five minutes, and guessing finds nothing", "[registry][36]") {
  Accounts accounts;
  accounts.user("alice");
  const std::string base = "http://reg.test/-/";
  const Json urls = accounts.json({.method = "POST", .path = "v1/login"});
  const std::string page = urls["loginUrl"].get<std::string>().substr(base.size());
  const std::string poll = urls["doneUrl"].get<std::string>().substr(base.size());
  CHECK(accounts.send({.path = "v1/done/" + std::string(48, '0')}).status == 404);
  // The page's id, which a browser's history holds, is no poll secret.
  CHECK(accounts.send({.path = "v1/done/" + page.substr(page.rfind('/') + 1)}).status == 404);
  accounts.clock.advance(301s);
  CHECK(accounts.send({.path = poll}).status == 404);
  CHECK(accounts.send({.path = page}).status == 404);
  CHECK(accounts.send({.method = "POST", .path = page, .body = "username=alice&password=pw-alice"}).status == 404);
}

TEST_CASE("organisations and teams: the way of npm's commands", "[registry][auth]") {
  Accounts accounts;
  const std::string root = accounts.user("root", true);
  const std::string alice = accounts.user("alice");
  const std::string bob = accounts.user("bob");
  const auto status = [&](std::string method, std::string path, const std::string& token, const Json& body = {}) {
    return accounts.send({.method = std::move(method), .path = std::move(path), .token = token, .body = body.dump()})
        .status;
  };
  CHECK(status("PUT", "org/acme/user", alice, {{"user", "alice"}, {"role", "owner"}}) == 404);
  CHECK(status("PUT", "org/acme/user", root, {{"user", "alice"}, {"role", "owner"}}) == 200);
  CHECK(status("PUT", "org/acme/user", alice, {{"user", "bob"}}) == 200);
  CHECK(accounts.json({.path = "org/acme/user", .token = bob}) == Json{{"alice", "owner"}, {"bob", "developer"}});
  CHECK(status("PUT", "org/acme/user", bob, {{"user", "bob"}, {"role", "owner"}}) == 403);
  CHECK(status("PUT", "org/acme/user", alice, {{"user", "nobody"}}) == 404);
  CHECK(status("DELETE", "org/acme/user", alice, {{"user", "alice"}}) == 400);

  CHECK(status("PUT", "org/acme/team", alice, {{"name", "devs"}}) == 201);
  CHECK(status("PUT", "org/acme/team", alice, {{"name", "devs"}}) == 409);
  CHECK(status("PUT", "org/acme/team", bob, {{"name", "more"}}) == 403);
  CHECK(accounts.json({.path = "org/@acme/team?format=cli", .token = alice}) == Json{"acme:devs"});
  // pnpm asks without the format and wants objects.
  CHECK(accounts.json({.path = "org/acme/team", .token = alice})[0]["name"] == "devs");
  CHECK(status("PUT", "team/acme/devs/user", alice, {{"user", "bob"}}) == 201);
  CHECK(accounts.json({.path = "team/acme/devs/user", .token = alice})[0]["name"] == "bob");
  CHECK(status("PUT", "team/acme/devs/user", alice, {{"user", "root"}}) == 403);
  CHECK(accounts.json({.path = "team/acme/devs/user?format=cli", .token = alice}) == Json{"bob"});

  accounts.publish("@acme/x", "alice", Visibility::kRestricted);
  CHECK(status("PUT", "team/acme/devs/package", bob, {{"package", "@acme/x"}, {"permissions", "read-write"}}) == 403);
  CHECK(status("PUT", "team/acme/devs/package", alice, {{"package", "@acme/x"}, {"permissions", "read-write"}}) == 201);
  CHECK(accounts.json({.path = "team/acme/devs/package", .token = bob}) == Json{{"@acme/x", "write"}});
  CHECK(accounts.json({.path = "org/acme/package", .token = bob}) == Json{{"@acme/x", "write"}});
  CHECK(accounts.json({.path = "user/bob/package", .token = bob}) == Json{{"@acme/x", "write"}});
  CHECK(accounts.json({.path = "package/@acme%2fx/collaborators?format=cli", .token = bob}) ==
        Json{{"bob", "write"}, {"alice", "write"}});
  CHECK(status("DELETE", "team/acme/devs/package", alice, {{"package", "@acme/x"}}) == 200);
  CHECK(status("DELETE", "team/acme/devs/user", alice, {{"user", "bob"}}) == 200);
  CHECK(status("DELETE", "team/acme/devs", alice) == 200);
  CHECK(status("DELETE", "team/acme/devs", alice) == 404);
  CHECK(status("DELETE", "org/acme/user", alice, {{"user", "bob"}}) == 200);
  CHECK(accounts.send({.path = "org/acme/user", .token = bob}).status == 404);
}

TEST_CASE("access: read by everyone who sees the package, changed by its owners", "[registry][auth]") {
  Accounts accounts;
  const std::string alice = accounts.user("alice");
  const std::string bob = accounts.user("bob");
  accounts.publish("@acme/x", "alice");
  accounts.publish("plain", "alice");
  CHECK(accounts.json({.path = "package/@acme%2fx/visibility"}) == Json{{"public", true}});
  CHECK(accounts.json({.path = "package/@acme/x/access"})["access"] == "public");
  const auto post = [&](const std::string& package, const std::string& token, const Json& body) {
    return accounts
        .send({.method = "POST", .path = "package/" + package + "/access", .token = token, .body = body.dump()})
        .status;
  };
  CHECK(post("@acme%2fx", "", {{"access", "restricted"}}) == 401);
  CHECK(post("@acme%2fx", bob, {{"access", "restricted"}}) == 403);
  CHECK(post("@acme%2fx", alice, {{"access", "secret"}}) == 400);
  CHECK(post("plain", alice, {{"access", "restricted"}}) == 400);
  CHECK(post("@acme%2fx", alice, {{"access", "restricted"}}) == 200);
  const Response hidden = accounts.send({.path = "package/@acme%2fx/visibility", .token = bob});
  const Response missing = accounts.send({.path = "package/@acme%2fy/visibility", .token = bob});
  CHECK(hidden.status == 404);
  CHECK(replace_all(std::string(hidden.content()), "/x", "/y") == missing.content());
  CHECK(hidden.headers == missing.headers);
  CHECK(accounts.json({.path = "package/@acme%2fx/visibility", .token = alice}) == Json{{"public", false}});
}

TEST_CASE("account routes: unknown paths and methods", "[registry][auth]") {
  Accounts accounts;
  CHECK(accounts.send({.path = "user/alice"}).status == 404);
  CHECK(accounts.send({.path = "team/acme"}).status == 404);
  CHECK(accounts.send({.method = "POST", .path = "whoami"}).status == 405);
  CHECK(accounts.send({.method = "PATCH", .path = "npm/v1/tokens"}).status == 405);
  CHECK(accounts.send({.path = "v1/login"}).status == 405);
  CHECK_FALSE(AccountApi::owns(std::vector<std::string>{"ping"}));
  CHECK_FALSE(AccountApi::owns(std::vector<std::string>{"package", "x", "dist-tags"}));
}
