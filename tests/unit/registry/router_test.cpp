#include "hoist/registry/router.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/json.hpp"
#include "hoist/registry/fixture_loader.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace hoist::registry;
using hoist::Json;

constexpr auto kUrl = "http://registry.test:1/";
constexpr auto kAbbreviated = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

const PackageCatalog& fixtures() {
  static const PackageCatalog catalog = [] {
    auto loaded = load_fixtures(HOIST_SOURCE_DIR "/fixtures/packages", kUrl);
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return *std::move(loaded);
  }();
  return catalog;
}

Response get(Request request) {
  request.method = "GET";
  return Router(fixtures(), {}).handle(request);
}
Response get(std::string_view target) { return get(Request{.target = target}); }
Json json_of(const Response& response) { return Json::parse(response.content()); }

}  // namespace

TEST_CASE("Router: the full packument holds every version, its tags and times", "[registry]") {
  const auto response = get("/tagged");
  REQUIRE(response.status == 200);
  CHECK(response.header("Content-Type") == "application/json; charset=utf-8");
  const Json body = json_of(response);
  CHECK(body["name"] == "tagged");
  CHECK(body["dist-tags"] == Json{{"latest", "1.0.0"}, {"next", "2.0.0-beta.2"}, {"previous", "1.0.0"}});
  CHECK(body["versions"].size() == 4);
  CHECK(body["time"]["1.0.0"] == "2023-05-01T10:00:00.000Z");
  CHECK(body["time"]["2.0.0-beta.1"] == "2024-01-03T00:00:00.000Z");
  CHECK(body["time"]["modified"] == "2024-01-04T00:00:00.000Z");
}

TEST_CASE("Router: the abbreviated packument keeps what an install needs and drops the rest", "[registry]") {
  const auto response = get({.target = "/with-install", .accept = kAbbreviated});
  CHECK(response.header("Content-Type") == "application/vnd.npm.install-v1+json");
  const Json manifest = json_of(response)["versions"]["1.0.0"];
  CHECK(manifest["hasInstallScript"] == true);
  CHECK_FALSE(manifest.contains("scripts"));
  CHECK_FALSE(manifest.contains("description"));
  CHECK(json_of(get("/with-install"))["versions"]["1.0.0"].contains("scripts"));
  CHECK(json_of(get({.target = "/with-install?write=true", .accept = kAbbreviated})).contains("_rev"));
}

TEST_CASE("Router: dist describes the very bytes that are served", "[registry]") {
  const Json dist = json_of(get("/@acme%2fui/latest"))["dist"];
  CHECK(dist["tarball"] == std::string(kUrl) + "@acme/ui/-/ui-2.0.0.tgz");
  for (const auto* target : {"/@acme/ui/-/ui-2.0.0.tgz", "/@acme%2fui/-/ui-2.0.0.tgz", "/@acme%2Fui/-/ui-2.0.0.tgz"}) {
    const auto tarball = get(target);
    REQUIRE(tarball.status == 200);
    CHECK(tarball.header("Content-Type") == "application/octet-stream");
    const auto sha512 = hoist::Integrity::from_digest(hoist::HashAlgorithm::kSha512,
                                                      hoist::hash(hoist::HashAlgorithm::kSha512, tarball.content()));
    CHECK(dist["integrity"] == sha512.to_string());
    const auto sha1 = hoist::Integrity::from_sha1_hex(dist["shasum"].get<std::string>());
    REQUIRE(sha1);
    CHECK(sha1->digests().front().bytes == hoist::hash(hoist::HashAlgorithm::kSha1, tarball.content()));
  }
  CHECK(dist["fileCount"] == 2);
}

TEST_CASE("Router: representations of one packument have different tags and answer 304 only to their own",
          "[registry]") {
  const std::vector<Request> variants = {
      {.target = "/left"},
      {.target = "/left", .accept_encoding = "gzip"},
      {.target = "/left", .accept = kAbbreviated},
      {.target = "/left", .accept = kAbbreviated, .accept_encoding = "gzip"},
  };
  std::set<std::string> tags;
  for (const auto& request : variants) {
    const auto response = get(request);
    CHECK(response.header("Vary") == "Accept, Accept-Encoding");
    CHECK(response.header("Cache-Control") == "no-cache");
    CHECK((response.header("Content-Encoding") == "gzip") == !request.accept_encoding.empty());
    tags.emplace(response.header("ETag"));
  }
  REQUIRE(tags.size() == variants.size());
  for (const auto& request : variants) {
    const std::string own(get(request).header("ETag"));
    for (const auto& tag : tags) {
      Request again = request;
      again.if_none_match = tag;
      CHECK(get(again).status == (tag == own ? 304 : 200));
    }
  }
}

TEST_CASE("Router: If-Modified-Since counts only without If-None-Match", "[registry]") {
  const std::string date(get("/left").header("Last-Modified"));
  CHECK(get({.target = "/left", .if_modified_since = date}).status == 304);
  CHECK(get({.target = "/left", .if_none_match = "\"other\"", .if_modified_since = date}).status == 200);
}

TEST_CASE("Router: parts of a tarball are served, also under If-Range", "[registry]") {
  const auto whole = get("/left/-/left-1.0.0.tgz");
  const std::string tag(whole.header("ETag"));
  const auto part = get({.target = "/left/-/left-1.0.0.tgz", .range = "bytes=10-19"});
  CHECK(part.status == 206);
  CHECK(part.content() == whole.content().substr(10, 10));
  CHECK(part.header("Content-Range") == fmt::format("bytes 10-19/{}", whole.length));
  CHECK(get({.target = "/left/-/left-1.0.0.tgz", .if_range = tag, .range = "bytes=10-"}).status == 206);
  CHECK(get({.target = "/left/-/left-1.0.0.tgz", .if_range = "\"other\"", .range = "bytes=10-"}).status == 200);
  const auto beyond = get({.target = "/left/-/left-1.0.0.tgz", .range = "bytes=999999-"});
  CHECK(beyond.status == 416);
  CHECK(beyond.header("Content-Range") == fmt::format("bytes */{}", whole.length));
}

TEST_CASE("Router: a manifest is found by version and by tag", "[registry]") {
  CHECK(json_of(get("/left/1.1.0"))["version"] == "1.1.0");
  CHECK(json_of(get("/tagged/next"))["version"] == "2.0.0-beta.2");
  CHECK(json_of(get("/left"))["dist-tags"]["latest"] == "2.0.0");
  CHECK(get("/left/9.9.9").status == 404);
  CHECK(json_of(get("/-/package/tagged/dist-tags"))["previous"] == "1.0.0");
  CHECK(json_of(get("/old-thing/1.0.0"))["deprecated"] == "use old-thing 1.0.1");
}

TEST_CASE("Router: errors are JSON with the same text under both keys", "[registry]") {
  for (const auto& [target, status] : std::vector<std::pair<std::string, int>>{
           {"/nobody", 404}, {"/left/-/other-1.0.0.tgz", 404}, {"/%", 400}, {"/bad\xff", 404}}) {
    INFO(target);
    const auto response = get(Request{.target = target});
    CHECK(response.status == status);
    const Json body = json_of(response);
    CHECK_FALSE(body["error"].get<std::string>().empty());
    CHECK(body["error"] == body["message"]);
  }
}

TEST_CASE("Router: other methods are refused with the list of what works", "[registry]") {
  const auto response = Router(fixtures(), {}).handle({.method = "PUT", .target = "/left"});
  CHECK(response.status == 405);
  CHECK(response.header("Allow") == "GET, HEAD");
}

TEST_CASE("Router: with a token required, only its bearer reads", "[registry]") {
  const Router router(fixtures(), {.required_token = "secret"});
  CHECK(router.handle({.method = "GET", .target = "/left"}).status == 401);
  CHECK(router.handle({.method = "GET", .target = "/left"}).header("WWW-Authenticate") == "Bearer");
  CHECK(router.handle({.method = "GET", .target = "/left", .authorization = "Bearer secre"}).status == 401);
  CHECK(router.handle({.method = "GET", .target = "/left", .authorization = "Basic secret"}).status == 401);
  CHECK(router.handle({.method = "GET", .target = "/left", .authorization = "Bearer secret"}).status == 200);
}

TEST_CASE("Fixtures: the same tree gives the same bytes", "[registry]") {
  const auto again = load_fixtures(HOIST_SOURCE_DIR "/fixtures/packages", kUrl);
  REQUIRE(again);
  for (const auto* name : {"left", "@acme/ui", "odd-files", "bundler"}) {
    CHECK(again->find(name)->full.identity.etag == fixtures().find(name)->full.identity.etag);
  }
}

TEST_CASE("Fixtures: a folder that disagrees with its package.json is refused", "[registry]") {
  hoist::test::TempDir folder;
  hoist::test::write_text(folder / "left/1.0.0/package.json", R"({"name":"left","version":"1.0.1"})");
  auto loaded = load_fixtures(folder.path(), kUrl);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == "EFIXTURE");

  hoist::test::write_text(folder / "left/1.0.0/package.json", R"({"name":"left","version":"1.0.0"})");
  hoist::test::write_text(folder / "left/.dist-tags.json", R"({"next":"2.0.0"})");
  loaded = load_fixtures(folder.path(), kUrl);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == "EFIXTURE");
  CHECK(load_fixtures(folder / "nowhere", kUrl).error().code == "ENOENT");
}
