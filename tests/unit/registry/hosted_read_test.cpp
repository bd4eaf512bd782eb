// Guarantees 20-30: reading, names and spellings, caching.
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hosted_fixture.hpp"
#include "storage/gzip.hpp"
#include "support/catch.hpp"
#include "views/packument_text.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

constexpr auto kAbbreviated = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

}  // namespace

TEST_CASE("Read 24: every spelling of a scoped name gives the same document", "[registry][read]") {
  HostedFixture fixture;
  fixture.publish("@acme/ui", "1.0.0");
  const std::string document = fixture.get("/@acme%2fui").body, tarball = make_tarball("@acme/ui", "1.0.0");
  for (const auto* name : {"@acme/ui", "@acme%2fui", "@acme%2Fui", "%40acme%2fui", "%40acme/ui"}) {
    INFO(name);
    CHECK(fixture.get(fmt::format("/{}", name)).body == document);
    CHECK(fixture.get(fmt::format("/{}/-/ui-1.0.0.tgz", name)).body == tarball);
    CHECK(fixture.get(fmt::format("/{}/-/@acme/ui-1.0.0.tgz", name)).body == tarball);
    CHECK(fixture.get(fmt::format("/{}/1.0.0", name)).status == 200);
    CHECK(fixture.get(fmt::format("/-/package/{}/dist-tags", name)).json() == Json{{"latest", "1.0.0"}});
    CHECK(fixture.get(fmt::format("/-/package/{}/owners", name)).status == 200);
  }
}

TEST_CASE("Read 20, 21, 23: odd names lead nowhere, and only tarballs are files", "[registry][read]") {
  HostedFixture fixture;
  fixture.publish("foo", "1.0.0");
  for (const auto* target : {"/__proto__", "/constructor", "/Foo", "/foo/-/package.json", "/foo/-/foo-1.0.1.tgz",
                             "/foo/-/Foo-1.0.0.tgz", "/foo/__proto__", "/foo/-/registry.db", "/@scope", "/-/unknown",
                             "/foo/-/@acme/foo-1.0.0.tgz", "/foo/-/foo-1.0.0.tgz/x"}) {
    INFO(target);
    CHECK(fixture.get(target).status == 404);
  }
  for (const auto* target : {"/%", "/foo%00", "//foo", "/foo/..", "/@%2fui"}) {
    INFO(target);
    CHECK(fixture.get(target).status == 400);
  }
  CHECK(fixture.ask({.method = "PATCH", .target = "/foo", .user = "alice"}).status == 405);
  CHECK(fixture.ask({.method = "PATCH", .target = "/foo", .user = "alice"}).header("Allow").contains("PUT"));
  CHECK(fixture.get("/" + std::string(5000, 'a')).status == 414);
}

TEST_CASE("Read 25: each representation has its own tag, and 304 answers only that one", "[registry][read]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0", {{"filler", std::string(3000, 'x')}});
  std::map<std::string, Ask> by_tag;
  for (const auto* accept : {"application/json", kAbbreviated}) {
    for (const auto* encoding : {"", "gzip", "br", "zstd"}) {
      const Ask ask{.target = "/left", .accept = accept, .accept_encoding = encoding};
      const auto answer = fixture.ask(ask);
      CHECK(answer.status == 200);
      CHECK(answer.header("Content-Encoding") == encoding);
      CHECK(answer.header("Vary") == "Accept, Accept-Encoding");
      CHECK(answer.header("Cache-Control") == "no-cache");
      by_tag.emplace(answer.header("ETag"), ask);
      if (std::string_view(encoding) == "gzip") {
        const auto plain = fixture.ask({.target = "/left", .accept = accept});
        CHECK(answer.body == registry::gzip(plain.body));
      }
    }
  }
  REQUIRE(by_tag.size() == 8);
  for (const auto& [tag, own] : by_tag) {
    for (const auto& [other, ask] : by_tag) {
      Ask again = ask;
      again.if_none_match = tag;
      CHECK(fixture.ask(again).status == (tag == other ? 304 : 200));
    }
  }
  CHECK(fixture.ask({.target = "/left", .accept_encoding = "gzip,deflate"}).header("Content-Encoding") == "gzip");
  CHECK(fixture.ask({.target = "/left", .accept_encoding = "zstd,gzip,deflate"}).header("Content-Encoding") == "zstd");
  CHECK(fixture.ask({.target = "/left", .accept_encoding = "gzip, deflate, br, zstd"}).header("Content-Encoding") ==
        "br");
  CHECK(fixture.ask({.target = "/left", .accept_encoding = "gzip;q=0"}).header("Content-Encoding").empty());
}

TEST_CASE("Read 26: every change shows in the next answer, and Last-Modified moves with it", "[registry][read]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  const auto look = [&] { return fixture.ask({.target = "/left", .accept = kAbbreviated, .accept_encoding = "gzip"}); };
  std::set<std::string> dates, tags;
  const auto changed = [&] {
    const auto answer = look();
    return dates.insert(answer.header("Last-Modified")).second && tags.insert(answer.header("ETag")).second;
  };
  CHECK(changed());
  // All within the same second.
  fixture.publish("left", "1.1.0");
  CHECK(changed());
  CHECK(fixture.ask({.method = "PUT", .target = "/-/package/left/dist-tags/a", .user = "alice", .body = "\"1.0.0\""})
            .status == 200);
  CHECK(changed());
  CHECK(fixture.get("/-/package/left/dist-tags").json()["a"] == "1.0.0");
  Json document = fixture.packument("left");
  document["versions"]["1.0.0"]["deprecated"] = "x";
  CHECK(fixture.ask({.method = "PUT", .target = "/left", .user = "alice", .body = document.dump()}).status == 201);
  CHECK(changed());
  CHECK_FALSE(changed());
  const std::string date = look().header("Last-Modified");
  CHECK(fixture.ask({.target = "/left", .accept = kAbbreviated, .accept_encoding = "gzip", .if_modified_since = date})
            .status == 304);
}

TEST_CASE("Read 27: tarballs have exact lengths, ranges and validators", "[registry][read]") {
  HostedFixture fixture;
  // Small ones are sent from memory, large ones from the file.
  for (const auto& [name, filler] :
       std::vector<std::pair<std::string, std::size_t>>{{"small", 10}, {"large", 300'000}}) {
    std::string noise(filler, '\0');
    std::uint32_t seed = 1;
    for (char& c : noise) c = static_cast<char>('a' + ((seed = seed * 1664525U + 1013904223U) >> 24U) % 26);
    fixture.publish(name, "1.0.0", {{"noise", noise}});
    const std::string whole = make_tarball(name, "1.0.0", {{"noise", noise}});
    const std::string target = fmt::format("/{}/-/{}-1.0.0.tgz", name, name);
    const auto answer = fixture.get(target);
    CHECK(answer.body == whole);
    CHECK(answer.header("Content-Type") == "application/octet-stream");
    CHECK(answer.header("Cache-Control") == "max-age=31536000, immutable");
    CHECK(answer.header("Content-Encoding").empty());
    const std::string tag = answer.header("ETag");
    const auto part = fixture.ask({.target = target, .range = "bytes=10-99"});
    CHECK(part.status == 206);
    CHECK(part.body == whole.substr(10, 90));
    CHECK(part.header("Content-Range") == fmt::format("bytes 10-99/{}", whole.size()));
    CHECK(fixture.ask({.target = target, .range = "bytes=-5"}).body == whole.substr(whole.size() - 5));
    CHECK(fixture.ask({.target = target, .if_none_match = tag}).status == 304);
    CHECK(fixture.ask({.target = target, .range = "bytes=1-2", .if_range = tag}).status == 206);
    CHECK(fixture.ask({.target = target, .range = "bytes=1-2", .if_range = "\"x\""}).status == 200);
    const auto beyond = fixture.ask({.target = target, .range = "bytes=99999999-"});
    CHECK(beyond.status == 416);
    CHECK(beyond.header("Content-Range") == fmt::format("bytes */{}", whole.size()));
  }
}

TEST_CASE("Read 28: the abbreviated document is a projection of the full one", "[registry][read]") {
  HostedFixture fixture;
  const Json odd{{"dependencies", {{"a\"b", "1 \\ {}"}, {"c", "[\"]"}}},
                 {"bin", {{"x", "y"}}},
                 {"os", {"linux"}},
                 {"engines", {{"node", ">=1"}}},
                 {"scripts", {{"install", "x"}}},
                 {"funding", nullptr},
                 {"cpu", Json::array()},
                 {"weird \u00fc\U0001F600", {{"deep", {1, 2.5, true, nullptr, "}"}}}},
                 {"peerDependenciesMeta", {{"p", {{"optional", true}}}}},
                 {"directories", Json::object()},
                 {"empty", ""},
                 {"number", -1.5e300},
                 {"acceptDependencies", {{"z", "*"}}}};
  fixture.publish("left", "1.0.0", odd);
  fixture.publish("left", "1.1.0");
  const Json full = fixture.get("/left").json();
  const Json brief = fixture.ask({.target = "/left", .accept = kAbbreviated}).json();
  const std::set<std::string> kept = {"name",
                                      "version",
                                      "dependencies",
                                      "optionalDependencies",
                                      "devDependencies",
                                      "bundleDependencies",
                                      "bundledDependencies",
                                      "peerDependencies",
                                      "peerDependenciesMeta",
                                      "acceptDependencies",
                                      "bin",
                                      "directories",
                                      "dist",
                                      "engines",
                                      "os",
                                      "cpu",
                                      "libc",
                                      "funding",
                                      "deprecated",
                                      "_hasShrinkwrap",
                                      "hasInstallScript"};
  Json expected{{"name", "left"},
                {"modified", full["time"]["modified"]},
                {"dist-tags", full["dist-tags"]},
                {"versions", Json::object()},
                {"time", full["time"]}};
  for (const auto& [version, manifest] : full["versions"].items()) {
    Json projected = Json::object();
    for (const auto& [key, value] : manifest.items()) {
      if (kept.contains(key)) projected[key] = value;
    }
    expected["versions"][version] = projected;
  }
  CHECK(brief == expected);
  CHECK(full["versions"]["1.0.0"]["weird \u00fc\U0001F600"] == odd["weird \u00fc\U0001F600"]);
  CHECK(full["versions"]["1.0.0"]["dependencies"] == odd["dependencies"]);
  CHECK(brief["versions"]["1.0.0"]["hasInstallScript"] == true);
  CHECK_FALSE(brief["versions"]["1.1.0"].contains("hasInstallScript"));
}

TEST_CASE("Read 29: a packument of ten thousand versions is put together from its rows", "[registry][read]") {
  registry::PackageSnapshot package;
  package.package.name = "many";
  package.tags.emplace("latest", "1.0.9999");
  for (int i = 0; i < 10'000; ++i) {
    registry::VersionRow row;
    row.version = fmt::format("1.0.{}", i);
    row.manifest = Json{{"name", "many"}, {"version", row.version}, {"filler", std::string(2500, 'f')}}.dump();
    package.versions.push_back(std::move(row));
  }
  const std::string full = registry::full_text(package, "http://r/");
  CHECK(full.size() > 25'000'000);
  const std::string brief = registry::abbreviated_text(package, "http://r/");
  CHECK(brief.size() < 5'000'000);
  CHECK(Json::parse(brief)["versions"].size() == 10'000);
}

TEST_CASE("Read: health, keys, audit, and what is not found are plain JSON", "[registry][read]") {
  HostedFixture fixture;
  CHECK(fixture.get("/-/ping").body == "{}");
  CHECK(fixture.get("/-/ping?write=true").body == "{}");
  CHECK(fixture.get("/-/live").status == 200);
  CHECK(fixture.get("/-/ready").status == 200);
  CHECK(fixture.get("/-/ping", "stranger").status == 200);  // health is nobody's secret
  CHECK(fixture.get("/left", "stranger").status == 401);
  CHECK(fixture.get("/left", "stranger").header("WWW-Authenticate") == "Bearer");
  const auto audit = [&](const std::string& body, const std::string& encoding) {
    return fixture.ask(
        {.method = "POST", .target = "/-/npm/v1/security/advisories/bulk", .body = body, .content_encoding = encoding});
  };
  CHECK(audit(R"({"left":["1.0.0"]})", "").body == "{}");
  CHECK(audit(registry::gzip(R"({"left":["1.0.0"]})"), "gzip").body == "{}");
  CHECK(audit("x", "").status == 400);
  CHECK(audit("x", "gzip").status == 400);
  CHECK(audit("x", "br").status == 415);
  CHECK(audit(registry::gzip("\"" + std::string(40U << 20U, 'x') + "\""), "gzip").status == 413);
  CHECK(
      fixture.ask({.method = "POST", .target = "/-/npm/v1/security/audits/quick", .body = "{}"}).json()["advisories"] ==
      Json::object());
  const auto metrics = fixture.get("/-/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.body.contains("hoist_registry_requests_total{status=\"2xx\"}"));
}

TEST_CASE("Log 38: no secret that a client puts into a path or a query is written down", "[registry][read]") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"/left", "/left"},
      {"/left?write=true", "/left?write=true"},
      {"/left?token=abc", "/left?***"},
      {"/-/user/token/hoist_secret", "/-/user/token/***"},
      {"/-/npm/v1/tokens/token/hoist_secret", "/-/npm/v1/tokens/token/***"},
      {"/-/v1/done/0123456789?x=y", "/-/v1/done/***?***"},
      {"/npm_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/***"},
  };
  for (const auto& [target, shown] : table) {
    INFO(target);
    CHECK(registry::redact_target(target) == shown);
  }
  CHECK_FALSE(registry::redact_target("/a\x1b[2J").contains('\x1b'));
}

TEST_CASE("Read 1: everything is the same after the registry is opened again", "[registry][read]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  fixture.publish("@acme/ui", "1.0.0");
  const auto before = fixture.get("/left"), keys = fixture.get("/-/npm/v1/keys");
  fixture.reopen();
  const auto after = fixture.get("/left");
  CHECK(after.body == before.body);
  CHECK(after.headers == before.headers);
  CHECK(fixture.get("/-/npm/v1/keys").body == keys.body);
  CHECK(fixture.get("/@acme/ui/-/ui-1.0.0.tgz").body == make_tarball("@acme/ui", "1.0.0"));
}
