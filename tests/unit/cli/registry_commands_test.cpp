#include "cli/registry/web_auth.hpp"
#include "hoist/base/text.hpp"
#include "registry_fake.hpp"

using namespace hoist;
using namespace hoist::cli;
using namespace hoist::cli::testing;

namespace {

bool says(const Run& run, std::string_view text) { return run.err.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("ping: says PONG and what the registry told", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/ping", Json{{"up", true}});
  const auto run = fake.project.run({"ping", "--json"});
  CHECK(run.code == 0);
  CHECK(run.json()["details"] == Json{{"up", true}});
  CHECK(run.json()["registry"] == fake.server.url("/"));
  CHECK(says(run, "PONG"));
  fake.project.registry = "http://127.0.0.1:9/";
  CHECK(fake.project.run({"ping"}).code == 1);
}

TEST_CASE("whoami: asks with a token, knows with a user name, fails without either", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/whoami", Json{{"username", "ann"}});
  CHECK(fake.project.run({"whoami"}).out == "ann\n");
  CHECK(fake.project.run({"whoami", "--json"}).json() == Json("ann"));
  const auto key = "//127.0.0.1:" + std::to_string(fake.server.port()) + "/";
  fake.project.write("../home/.npmrc", key + ":username=bob\n" + key + ":_password=" + base64_encode("pw") + "\n");
  CHECK(fake.project.run({"whoami"}).out == "bob\n");
  fake.project.write("../home/.npmrc", "");
  const auto run = fake.project.run({"whoami"});
  CHECK(run.code == 1);
  CHECK(says(run, "ENEEDAUTH"));
}

TEST_CASE("search: text, parseable, JSON and exclusions", "[registry]") {
  FakeRegistry fake;
  const Json one{{"name", "left"},
                 {"version", "1.0.0"},
                 {"description", "Pads"},
                 {"date", "2020-02-03T04:05:06.000Z"},
                 {"publisher", {{"username", "ann"}}},
                 {"maintainers", Json::array({{{"username", "ann"}}})},
                 {"keywords", Json::array({"pad"})}};
  const Json two{{"name", "right"}, {"version", "2.0.0"}, {"maintainers", Json::array()}};
  fake.answer("/-/v1/search?text=pad+it&size=20&from=0&quality=0.65&popularity=0.98&maintenance=0.5",
              Json{{"objects", Json::array({{{"package", one}}, {{"package", two}}})}});
  CHECK(fake.project.run({"search", "Pad", "it"}).out ==
        "left\nPads\nVersion 1.0.0 published 2020-02-03 by ann\nMaintainers: ann\nKeywords: pad\n"
        "https://npm.im/left\n\nright\nVersion 2.0.0 published prehistoric by ???\nMaintainers: \n"
        "https://npm.im/right\n\n");
  CHECK(fake.project.run({"search", "pad", "it", "--parseable", "--searchexclude", "right"}).out ==
        "left\tPads\t2020-02-03\t1.0.0\tpad\n");
  CHECK(fake.project.run({"s", "pad", "it", "--json", "--searchexclude", "/^LEFT/"}).json() == Json::array({two}));
  fake.answer("/-/v1/search?text=x&size=5&from=0&quality=1&popularity=0&maintenance=0",
              Json{{"objects", Json::array()}});
  CHECK(fake.project.run({"find", "x", "--searchlimit", "5", "--searchopts", "sortBy=quality"}).out ==
        "No matches found for \"x\"\n");
  CHECK(says(fake.project.run({"search"}), "search must be called with arguments"));
}

TEST_CASE("dist-tag: adds, removes and lists", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/package/@s%2fdemo/dist-tags", Json{{"latest", "1.0.0"}, {"beta", "2.0.0"}});
  fake.answer("/-/package/@s%2fdemo/dist-tags/next", Json::object());
  fake.answer("/-/package/@s%2fdemo/dist-tags/beta", Json::object());
  CHECK(fake.project.run({"dist-tag", "add", "@s/demo@1.0.0", "next"}).out == "+next: @s/demo@1.0.0\n");
  const auto put = fake.only("PUT");
  CHECK(put.target == "/-/package/@s%2fdemo/dist-tags/next");
  CHECK(put.body == "\"1.0.0\"");
  CHECK(put.headers.at("content-type") == "application/json");
  CHECK(fake.project.run({"dist-tag", "rm", "@s/demo", "beta"}).out == "-beta: @s/demo@2.0.0\n");
  CHECK(fake.only("DELETE").target == "/-/package/@s%2fdemo/dist-tags/beta");
  CHECK(fake.project.run({"dist-tags", "ls", "@s/demo"}).out == "beta: 2.0.0\nlatest: 1.0.0\n");
  fake.project.write("package.json", R"({"name":"@s/demo"})");
  CHECK(fake.project.run({"dist-tag"}).out == "beta: 2.0.0\nlatest: 1.0.0\n");
  CHECK(says(fake.project.run({"dist-tag", "rm", "@s/demo", "none"}), "none is not a dist-tag on @s/demo"));
  CHECK(says(fake.project.run({"dist-tag", "add", "@s/demo@2.0.0", "beta"}), "beta is already set to version 2.0.0"));
  CHECK(says(fake.project.run({"dist-tag", "add", "@s/demo@1.0.0", "1.x"}), "must not be a valid SemVer range"));
}

TEST_CASE("owner: the list of maintainers goes back with its revision", "[registry]") {
  FakeRegistry fake;
  const Json ann{{"name", "ann"}, {"email", "a@b.c"}}, bob{{"name", "bob"}, {"email", "b@b.c"}};
  fake.answer("/demo", Json{{"_id", "demo"}, {"_rev", "3-x"}, {"maintainers", Json::array({ann})}});
  fake.answer("/-/user/org.couchdb.user:bob", Json{{"name", "bob"}, {"email", "b@b.c"}, {"extra", 1}});
  fake.answer("/-/user/org.couchdb.user:ann", ann);
  fake.answer("/demo/-rev/3-x", Json{{"ok", true}});
  CHECK(fake.project.run({"owner", "ls", "demo"}).out == "ann <a@b.c>\n");
  CHECK(fake.project.run({"owner", "ls", "demo", "--json"}).out == "ann <a@b.c>\n");
  CHECK(fake.project.run({"owner", "add", "bob", "demo"}).out == "+ bob (demo)\n");
  CHECK(fake.body_of("PUT") == Json{{"_id", "demo"}, {"_rev", "3-x"}, {"maintainers", Json::array({ann, bob})}});
  CHECK(fake.project.run({"author", "add", "ann", "demo"}).out.empty());
  const auto last = fake.project.run({"owner", "rm", "ann", "demo"});
  CHECK(last.code == 1);
  CHECK(says(last, "code EOWNERRM"));
  CHECK(fake.project.run({"owner", "rm", "bob", "demo"}).code == 0);
  CHECK(fake.asked().back() == "GET /demo");
  CHECK(fake.project.run({"owner", "frob"}).code == 1);
}

TEST_CASE("access: status, collaborators, packages and team permissions", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/package/@s%2fdemo/visibility", Json{{"public", false}});
  fake.answer("/-/package/@s%2fdemo/access", Json::object());
  fake.answer("/-/package/@s%2fdemo/collaborators", Json{{"zoe", "read"}, {"ann", "write"}});
  fake.answer("/-/team/s/devs/package", Json::object());
  fake.answer("/-/user/ann/package", Json{{"demo", "write"}});
  CHECK(fake.project.run({"access", "get", "status", "@s/demo"}).out == "@s/demo: private\n");
  CHECK(fake.project.run({"access", "set", "status=private", "@s/demo"}).out == "@s/demo: private\n");
  CHECK(fake.body_of("POST") == Json{{"access", "restricted"}});
  CHECK(fake.project.run({"access", "list", "collaborators", "@s/demo"}).out == "ann: read-write\nzoe: read-only\n");
  CHECK(fake.project.run({"access", "list", "collaborators", "@s/demo", "zoe"}).out == "zoe: read-only\n");
  CHECK(fake.project.run({"access", "list", "packages", "ann", "--json"}).json() == Json{{"demo", "read-write"}});
  CHECK(fake.project.run({"access", "grant", "read-only", "@s:devs", "@s/demo"}).code == 0);
  CHECK(fake.body_of("PUT") == Json{{"package", "@s/demo"}, {"permissions", "read-only"}});
  CHECK(fake.project.run({"access", "revoke", "s:devs", "@s/demo"}).code == 0);
  CHECK(fake.body_of("DELETE") == Json{{"package", "@s/demo"}});
  CHECK(says(fake.project.run({"access", "set", "status=public", "plain"}), "only available for scoped packages"));
  CHECK(fake.project.run({"access", "set", "mfa=often", "@s/demo"}).code == 1);
  CHECK(fake.project.run({"access", "set", "mfa=automation", "@s/demo"}).code == 0);
  CHECK(Json::parse(fake.server.requests().back().body) ==
        Json{{"publish_requires_tfa", true}, {"automation_token_overrides_tfa", true}});
}

TEST_CASE("team: created, filled, listed and destroyed", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/org/s/team", Json::object());
  fake.answer("/-/team/s/devs/user", Json::object());
  fake.answer("/-/team/s/devs", Json::object());
  fake.answer("/-/team/s/devs/user?format=cli", Json::array({"zoe", "ann"}));
  fake.answer("/-/org/s/team?format=cli", Json::array({"s:devs"}));
  CHECK(fake.project.run({"team", "create", "@s:devs"}).out == "+@s:devs\n");
  CHECK(fake.body_of("PUT") == Json{{"name", "devs"}});
  CHECK(fake.only("PUT").headers.at("npm-scope") == "s");
  CHECK(fake.project.run({"team", "add", "s:devs", "ann", "--json"}).json() ==
        Json{{"added", true}, {"team", "s:devs"}, {"user", "ann"}});
  CHECK(fake.project.run({"team", "rm", "s:devs", "ann", "--parseable"}).out == "ann\ts:devs\tremoved\n");
  CHECK(fake.body_of("DELETE") == Json{{"user", "ann"}});
  CHECK(fake.project.run({"team", "ls", "s:devs"}).out == "@s:devs has 2 users:\nann\nzoe\n");
  CHECK(fake.project.run({"team", "ls", "@s"}).out == "@s has 1 team:\n@s:devs\n");
  CHECK(fake.project.run({"team", "destroy", "s:devs"}).out == "-@s:devs\n");
  CHECK(fake.asked().back() == "DELETE /-/team/s/devs");
  CHECK(fake.project.run({"team", "create", "devs"}).code == 1);
}

TEST_CASE("org: members are set, removed and listed", "[registry]") {
  FakeRegistry fake;
  fake.server.on("/-/org/s/user", [](const test::SeenRequest& request, int) {
    const Json set{{"org", {{"name", "s"}, {"size", 2}}}, {"user", "ann"}, {"role", "admin"}};
    const Json roster{{"zoe", "owner"}, {"ann", "admin"}};
    return test::Reply{200, request.method == "PUT" ? set.dump() : roster.dump(), {}};
  });
  CHECK(fake.project.run({"org", "set", "@s", "@ann", "admin"}).out ==
        "Added ann as admin to s. You now have 2 members in this org.\n");
  CHECK(fake.body_of("PUT") == Json{{"user", "ann"}, {"role", "admin"}});
  CHECK(fake.project.run({"org", "ls", "s"}).out == "ann - admin\nzoe - owner\n");
  CHECK(fake.project.run({"ogr", "ls", "s", "zoe", "--json"}).json() == Json{{"zoe", "owner"}});
  CHECK(fake.project.run({"org", "rm", "s", "ann", "--parseable"}).out ==
        "user\torg\tuserCount\tdeleted\nann\ts\t2\ttrue\n");
  CHECK(says(fake.project.run({"org", "set", "s", "ann", "king"}), "Third argument `role` must be one of"));
  CHECK(says(fake.project.run({"org", "set", "s"}), "Second argument `username` is required."));
}

TEST_CASE("token: listed page by page, created with what was asked for, revoked by the start of its key",
          "[registry]") {
  FakeRegistry fake;
  const Json first{{"key", "abcdef123"}, {"token", "npm_aa"},
                   {"name", "ci"},       {"created", "2026-01-02T03:04:05Z"},
                   {"readonly", true},   {"cidr_whitelist", Json::array({"10.0.0.0/8"})}};
  const Json second{{"key", "abcdef999"}, {"token", "npm_bb"}, {"name", "me"}, {"created", "2026-02-02T03:04:05Z"}};
  fake.server.on("/-/npm/v1/tokens", [&](const test::SeenRequest& request, int) {
    if (request.method == "POST")
      return test::Reply{
          200, Json{{"key", "k"}, {"token", "npm_new"}, {"cidr_whitelist", Json::array({"10.0.0.0/8"})}}.dump(), {}};
    return test::Reply{
        200, Json{{"objects", Json::array({first})}, {"urls", {{"next", "/-/npm/v1/tokens?page=1"}}}}.dump(), {}};
  });
  fake.answer("/-/npm/v1/tokens?page=1", Json{{"objects", Json::array({second})}, {"urls", Json::object()}});
  fake.answer("/-/npm/v1/tokens/token/abcdef999", Json::object());
  CHECK(fake.project.run({"token"}).out ==
        "Token npm_aa… with id abcdef1 name ci created 2026-01-02\nwith IP whitelist: 10.0.0.0/8\n\n"
        "Token npm_bb… with id abcdef9 name me created 2026-02-02\n\n");
  CHECK(fake.project.run({"token", "list", "--json"}).json()[1]["id"] == "abcdef9");
  CHECK(fake.project.run({"token", "revoke", "abcdef9"}).out == "Removed 1 token\n");
  CHECK(fake.only("DELETE").target == "/-/npm/v1/tokens/token/abcdef999");
  CHECK(says(fake.project.run({"token", "rm", "abcdef"}), "was ambiguous"));
  CHECK(says(fake.project.run({"token", "rm", "zzz"}), "Unknown token id or value \"zzz\"."));
  const auto run = fake.project.run({"token", "create", "--name", "ci", "--password", "pw", "--cidr", "10.0.0.0/8",
                                     "--packages", "a", "--packages", "b", "--expires", "30", "--bypass-2fa"});
  CHECK(run.out == "Created token npm_new\nwith IP whitelist: 10.0.0.0/8\n");
  CHECK(fake.body_of("POST") == Json{{"name", "ci"},
                                     {"password", "pw"},
                                     {"packages", Json::array({"a", "b"})},
                                     {"expires", 30},
                                     {"cidr_whitelist", Json::array({"10.0.0.0/8"})},
                                     {"bypass_2fa", true}});
  CHECK(says(fake.project.run({"token", "create", "--password", "pw", "--cidr", "10.0.0.0/33"}), "EINVALIDCIDR"));
  CHECK(says(fake.project.run({"token", "create", "--password", "pw", "--cidr", "::1/64"}), "is IPv6"));
}

TEST_CASE("profile: read in npm's order, changed without losing the rest", "[registry]") {
  FakeRegistry fake;
  const Json profile{{"name", "ann"},
                     {"email", "a@b.c"},
                     {"email_verified", true},
                     {"fullname", "Ann"},
                     {"homepage", ""},
                     {"tfa", {{"mode", "auth-only"}, {"pending", false}}},
                     {"cidr_whitelist", nullptr},
                     {"team", "x"}};
  fake.server.on("/-/npm/v1/user", [&](const test::SeenRequest& request, int) {
    return test::Reply{200, request.method == "POST" ? Json{{"fullname", "Ann B"}}.dump() : profile.dump(), {}};
  });
  CHECK(fake.project.run({"profile", "get"}).out ==
        "name: ann\nemail: a@b.c (verified)\ntwo-factor auth: auth-only\nfullname: Ann\nhomepage: \ngithub: \ncreated: "
        "\nupdated: \nteam: x\n");
  CHECK(fake.project.run({"profile", "get", "name,fullname"}).out == "ann\tAnn\n");
  CHECK_FALSE(fake.project.run({"profile", "get", "--json"}).json().contains("cidr_whitelist"));
  CHECK(fake.project.run({"profile", "set", "fullname", "Ann", "B"}).out == "Set fullname to Ann B\n");
  CHECK(fake.body_of("POST") == Json{{"email", "a@b.c"}, {"fullname", "Ann B"}, {"homepage", nullptr}});
  CHECK(says(fake.project.run({"profile", "set", "shoe", "42"}), "is not a property we can set"));
  CHECK(says(fake.project.run({"profile", "set", "password", "x"}), "Do not include your current or new passwords"));
  CHECK(fake.project.run({"profile", "enable-2fa", "auth-only"}).out ==
        "Two factor authentication is already enabled and set to auth-only\n");
}

TEST_CASE("login: by the browser, asking until it is done, and the token lands in .npmrc", "[registry]") {
  FakeRegistry fake;
  fake.project.write("../home/.npmrc", "color=false\n");
  fake.answer("/-/v1/login",
              Json{{"loginUrl", fake.server.url("/web/login")}, {"doneUrl", fake.server.url("/web/done")}});
  fake.server.on("/web/done", {test::Reply{202, "{}", {}}, test::Reply{200, R"({"token":"npm_fresh"})", {}}});
  const auto run = fake.project.run({"login"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(run.out == "Logged in on " + fake.server.url("/") + ".\n");
  CHECK(says(run, "Login at:\n" + fake.server.url("/web/login")));
  CHECK_FALSE(says(run, "npm_fresh"));
  CHECK(fake.server.count("/web/done") == 2);
  const auto npmrc = fake.project.read("../home/.npmrc");
  CHECK(npmrc.find("//127.0.0.1:" + std::to_string(fake.server.port()) + "/:_authToken=npm_fresh\n") !=
        std::string::npos);
  CHECK(npmrc.find("color=false") != std::string::npos);
  CHECK((fs::status(fake.project.home() / ".npmrc").permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("login: a scope remembers its registry", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/v1/login", Json{{"loginUrl", fake.server.url("/l")}, {"doneUrl", fake.server.url("/d")}});
  fake.answer("/d", Json{{"token", "t"}});
  CHECK(fake.project.run({"login", "--scope", "@s"}).out == "Logged in to scope @s on " + fake.server.url("/") + ".\n");
  CHECK(fake.project.read("../home/.npmrc").find("@s:registry=" + fake.server.url("/")) != std::string::npos);
}

TEST_CASE("login: addresses that are none are refused", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/v1/login", Json{{"loginUrl", "file:///etc/passwd"}, {"doneUrl", fake.server.url("/d")}});
  const auto run = fake.project.run({"login"});
  CHECK(run.code == 1);
  CHECK(says(run, "Invalid response from web login endpoint"));
}

TEST_CASE("logout: the token is revoked, then forgotten", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/user/token/secret-token", Json::object());
  CHECK(fake.project.run({"logout"}).code == 0);
  CHECK(fake.asked() == std::vector<std::string>{"DELETE /-/user/token/secret-token"});
  CHECK_FALSE(fs::exists(fake.project.home() / ".npmrc"));
  const auto run = fake.project.run({"logout"});
  CHECK(run.code == 1);
  CHECK(says(run, "not logged in to " + fake.server.url("/") + ", so can't log out!"));
}

TEST_CASE("logout: a registry that refuses keeps the token", "[registry]") {
  FakeRegistry fake;
  fake.answer("/-/user/token/secret-token", Json::object(), 500);
  const auto run = fake.project.run({"logout", "--loglevel", "silly"});
  CHECK(run.code == 1);
  CHECK(says(run, "/-/user/token/***"));
  CHECK_FALSE(says(run, "secret-token"));
  CHECK(fake.project.read("../home/.npmrc").find("secret-token") != std::string::npos);
}

TEST_CASE("Web login: a done address of the public registry moves to the one that is asked", "[registry]") {
  CHECK(move_done_url("https://registry.npmjs.org/-/v1/done?authId=1", "http://mirror:8080/npm/") ==
        "http://mirror:8080/npm/-/v1/done?authId=1");
  CHECK(move_done_url("https://elsewhere.example/done", "http://mirror/") == "https://elsewhere.example/done");
}

TEST_CASE("One-time password: without a terminal the challenge is an error with advice", "[registry]") {
  FakeRegistry fake;
  fake.server.on("/-/package/demo/dist-tags", {test::Reply{200, "{}", {}}});
  fake.server.on("/-/package/demo/dist-tags/next",
                 {test::Reply{401, R"({"error":"otp"})", {{"www-authenticate", "OTP"}}}});
  const auto run = fake.project.run({"dist-tag", "add", "demo@1.0.0", "next"});
  CHECK(run.code == 1);
  CHECK(says(run, "code EOTP"));
}
