// Guarantees 40-44: tags, unpublishing, revisions, owners.
#include <thread>

#include "hoist/base/text.hpp"
#include "hosted_fixture.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

Answer tag(HostedFixture& fixture, const std::string& name, const std::string& version,
           const std::string& user = "alice") {
  return fixture.ask({.method = "PUT",
                      .target = "/-/package/left/dist-tags/" + percent_encode_component(name),
                      .user = user,
                      .body = Json(version).dump()});
}

/// What npm does to remove one version: reads, drops it from the document, sends that to the revision it read.
Answer unpublish(HostedFixture& fixture, Json document, const std::string& version) {
  document["versions"].erase(version);
  for (auto it = document["dist-tags"].begin(); it != document["dist-tags"].end();) {
    it = it.value() == version ? document["dist-tags"].erase(it) : std::next(it);
  }
  return fixture.ask({.method = "PUT",
                      .target = "/left/-rev/" + document["_rev"].get<std::string>(),
                      .user = "alice",
                      .body = document.dump()});
}

}  // namespace

TEST_CASE("Tags 40: a tag points to a version that is there, is no range, and latest stays", "[registry][change]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  fixture.publish("left", "2.0.0");
  CHECK(tag(fixture, "next", "1.0.0").status == 200);
  CHECK(fixture.get("/-/package/left/dist-tags").json() == Json{{"latest", "2.0.0"}, {"next", "1.0.0"}});
  CHECK(tag(fixture, "next", "9.9.9").status == 404);
  for (const auto* bad : {"1.0.0", "1.x", "v2", "*", ">=1", "x", "~1", "1 - 2", "-x"}) {
    INFO(bad);
    CHECK(tag(fixture, bad, "1.0.0").status == 400);
  }
  const auto remove = [&](const std::string& name) {
    return fixture.ask({.method = "DELETE", .target = "/-/package/left/dist-tags/" + name, .user = "alice"}).status;
  };
  CHECK(remove("latest") == 400);
  CHECK(remove("none") == 404);
  CHECK(remove("next") == 200);
  CHECK(tag(fixture, "x1y", "1.0.0", "").status == 401);
  CHECK(tag(fixture, "x1y", "1.0.0", "bob").status == 403);
  CHECK(fixture.ask({.method = "PUT", .target = "/-/package/left/dist-tags/a", .user = "alice", .body = "1.0.0"})
            .status == 400);
  CHECK(fixture.ask({.method = "PUT", .target = "/-/package/left/dist-tags/a", .user = "alice", .body = "5"}).status ==
        400);
  CHECK(fixture.ask({.method = "PUT", .target = "/left/old", .user = "alice", .body = "\"1.0.0\""}).status == 200);
  CHECK(fixture
            .ask({.method = "POST", .target = "/-/package/left/dist-tags", .user = "alice", .body = R"({"a":"1.0.0"})"})
            .status == 200);
  CHECK(
      fixture.ask({.method = "PUT", .target = "/-/package/left/dist-tags", .user = "alice", .body = R"({"a":"1.0.0"})"})
          .status == 400);
  CHECK(fixture
            .ask({.method = "PUT",
                  .target = "/-/package/left/dist-tags",
                  .user = "alice",
                  .body = R"({"latest":"1.0.0"})"})
            .status == 200);
  CHECK(fixture.get("/-/package/left/dist-tags").json() == Json{{"latest", "1.0.0"}});
  CHECK(fixture.get("/-/package/nobody/dist-tags").status == 404);
}

TEST_CASE("Races 5, 6, 41: of ten writers of one version one wins, of different versions and tags all do",
          "[registry][race]") {
  constexpr int kWriters = 10, kRounds = 50;
  HostedFixture fixture;
  fixture.publish("left", "0.0.1");
  for (int round = 0; round < kRounds; ++round) {
    const std::string same = fmt::format("1.0.{}", round);
    std::array<int, kWriters> same_status{}, own_status{}, tag_status{};
    {
      std::vector<std::jthread> writers;
      for (std::size_t i = 0; i < kWriters; ++i) {
        writers.emplace_back([&, i] {
          const auto put = [&](const std::string& version, const Json& extra) {
            return fixture
                .ask({.method = "PUT",
                      .target = "/left",
                      .user = "alice",
                      .body = publish_document("left", version, extra).dump()})
                .status;
          };
          same_status[i] = put(same, {{"by", i}});
          own_status[i] = put(fmt::format("2.{}.{}", round, i), Json::object());
          tag_status[i] = tag(fixture, fmt::format("t{}", i), "0.0.1").status;
        });
      }
    }
    REQUIRE(std::ranges::count(same_status, 201) == 1);
    REQUIRE(std::ranges::count(same_status, 409) == kWriters - 1);
    REQUIRE(std::ranges::count(own_status, 201) == kWriters);
    REQUIRE(std::ranges::count(tag_status, 200) == kWriters);
    const Json document = fixture.packument("left");
    const Json dist = document["versions"][same]["dist"];
    const std::string tarball = fixture.get(fmt::format("/left/-/left-{}.tgz", same)).body;
    const auto actual =
        Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, tarball)).to_string();
    REQUIRE(dist["integrity"] == actual);
    REQUIRE(document["versions"].size() == static_cast<std::size_t>(1 + (round + 1) * (kWriters + 1)));
    REQUIRE(document["dist-tags"].size() == kWriters + 1);
  }
}

TEST_CASE("Unpublish 42, 44: one version goes at the revision that was read, and latest moves to the highest stable",
          "[registry][change]") {
  HostedFixture fixture;
  for (const auto* version : {"1.0.0", "1.10.0", "1.9.0", "2.0.0-beta.1", "3.0.0"}) fixture.publish("left", version);
  const Json seen = fixture.packument("left");
  fixture.publish("left", "3.0.1");
  CHECK(unpublish(fixture, seen, "1.0.0").status == 409);  // a stale document would take 3.0.1 away
  CHECK(fixture.packument("left")["versions"].size() == 6);

  REQUIRE(unpublish(fixture, fixture.packument("left"), "3.0.1").status == 201);
  REQUIRE(unpublish(fixture, fixture.packument("left"), "3.0.0").status == 201);
  const Json left = fixture.packument("left");
  CHECK_FALSE(left["versions"].contains("3.0.0"));
  CHECK(left["dist-tags"]["latest"] == "1.10.0");
  // The tarball's own removal follows, and has nothing left to do, however often.
  const std::string rev = left["_rev"];
  for (int i = 0; i < 2; ++i) {
    CHECK(fixture.ask({.method = "DELETE", .target = "/left/-/left-3.0.0.tgz/-rev/" + rev, .user = "alice"}).status ==
          200);
  }
  CHECK(fixture.ask({.method = "DELETE", .target = "/left/-/left-1.0.0.tgz/-rev/" + rev, .user = "alice"}).status ==
        409);
  CHECK(fixture.get("/left/-/left-3.0.0.tgz").status == 404);
  CHECK(fixture.get("/left/3.0.0").status == 404);
  // Its number cannot come back with other content; the same content may.
  const auto put = [&](const Json& extra) {
    return fixture
        .ask({.method = "PUT",
              .target = "/left",
              .user = "alice",
              .body = publish_document("left", "3.0.0", extra).dump()})
        .status;
  };
  CHECK(put({{"x", 1}}) == 409);
  CHECK(put(Json::object()) == 201);
}

TEST_CASE("Unpublish 42: a whole package goes only at its revision, and only by its owner", "[registry][change]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  const std::string old = fixture.packument("left")["_rev"];
  fixture.publish("left", "1.1.0");
  const std::string rev = fixture.packument("left")["_rev"];
  const auto remove = [&](const std::string& at, const std::string& user) {
    return fixture.ask({.method = "DELETE", .target = "/left/-rev/" + at, .user = user}).status;
  };
  CHECK(remove(old, "alice") == 409);
  CHECK(remove(rev, "bob") == 403);
  CHECK(remove(rev, "") == 401);
  CHECK(fixture.packument("left")["versions"].size() == 2);
  CHECK(remove(rev, "alice") == 200);
  CHECK(fixture.get("/left").status == 404);
  CHECK(remove(rev, "alice") == 404);
  CHECK(fixture.ask({.method = "DELETE", .target = "/left/-/left-1.0.0.tgz/-rev/" + rev, .user = "alice"}).status ==
        200);
  CHECK(fixture
            .ask({.method = "PUT",
                  .target = "/left",
                  .user = "bob",
                  .body = publish_document("left", "1.0.0", {{"x", 1}}).dump()})
            .status == 409);
}

TEST_CASE("Unpublish: removing the last version through the document removes the package", "[registry][change]") {
  HostedFixture fixture;
  fixture.publish("left", "1.0.0");
  CHECK(unpublish(fixture, fixture.packument("left"), "1.0.0").status == 201);
  CHECK(fixture.get("/left").status == 404);
}

TEST_CASE("Owners: npm's partial document and pnpm's routes change owners and nothing else", "[registry][change]") {
  HostedFixture fixture;
  fixture.publish("@acme/ui", "1.0.0");
  const auto owner_document = [&](const Json& maintainers, const std::string& user) {
    const std::string rev = fixture.packument("@acme/ui")["_rev"];
    const Json body{{"_id", "@acme/ui"}, {"_rev", rev}, {"maintainers", maintainers}};
    return fixture.ask({.method = "PUT", .target = "/@acme%2fui/-rev/" + rev, .user = user, .body = body.dump()})
        .status;
  };
  const Json both = Json::array({Json{{"name", "alice"}, {"email", ""}}, Json{{"name", "bob"}, {"email", ""}}});
  CHECK(owner_document(both, "bob") == 403);
  CHECK(owner_document(Json::array({Json{{"name", "nobody"}}}), "alice") == 404);
  CHECK(owner_document(Json::array(), "alice") == 400);
  CHECK(owner_document(both, "alice") == 201);
  CHECK(fixture.packument("@acme/ui")["versions"].size() == 1);
  CHECK(fixture.packument("@acme/ui")["maintainers"].size() == 2);

  const auto add = [&](const std::string& user) {
    return fixture
        .ask({.method = "PUT",
              .target = "/-/package/@acme%2Fui/owners",
              .user = "bob",
              .body = Json{{"user", user}}.dump()})
        .status;
  };
  CHECK(add("carol") == 200);
  CHECK(add("nobody") == 404);
  CHECK(fixture.get("/-/package/@acme/ui/owners").json().size() == 3);
  const auto remove = [&](const std::string& user) {
    return fixture.ask({.method = "DELETE", .target = "/-/package/@acme%2fui/owners/" + user, .user = "alice"}).status;
  };
  CHECK(remove("bob") == 200);
  CHECK(remove("bob") == 404);
  CHECK(remove("carol") == 200);
  CHECK(remove("alice") == 400);
}

TEST_CASE("Search: packages are found by words, and only those that may be read", "[registry][change]") {
  HostedFixture fixture;
  fixture.publish("left-pad", "1.0.0", {{"description", "pads strings"}, {"keywords", {"Text", "pad"}}});
  fixture.publish("@acme/other", "0.1.0", {{"description", "something with pads"}});
  Json secret = publish_document("secret-pad", "1.0.0");
  secret["access"] = "restricted";
  REQUIRE(fixture.ask({.method = "PUT", .target = "/secret-pad", .user = "bob", .body = secret.dump()}).status == 201);
  const auto names = [&](const std::string& query, const std::string& user = {}) {
    const auto answer = fixture.get("/-/v1/search?" + query, user);
    REQUIRE(answer.status == 200);
    std::set<std::string> found;
    for (const auto& object : answer.json()["objects"]) {
      found.insert(object["package"]["name"]);
      CHECK(object["package"]["maintainers"].is_array());
      CHECK(object["package"]["publisher"].contains("username"));
      CHECK(object["package"]["date"].is_string());
    }
    return found;
  };
  using Names = std::set<std::string>;
  CHECK(names("text=pad") == Names{"left-pad", "@acme/other"});
  CHECK(names("text=pad", "bob") == Names{"left-pad", "@acme/other", "secret-pad"});
  CHECK(names("text=keywords:text") == Names{"left-pad"});
  CHECK(names("text=scope:acme") == Names{"@acme/other"});
  CHECK(names("text=pad+not:unstable") == Names{"left-pad"});
  CHECK(names("text=maintainer:bob", "root") == Names{"secret-pad"});
  CHECK(names("text=\"%20OR%20*") == Names{});
  CHECK(fixture.get("/-/v1/search?text=pad&size=1").json()["objects"].size() == 1);
  CHECK(fixture.get("/-/v1/search?text=pad&size=1").json()["total"] == 2);
  CHECK(fixture.get("/-/v1/search?text=pad&size=1&from=1").json()["objects"].size() == 1);
}
