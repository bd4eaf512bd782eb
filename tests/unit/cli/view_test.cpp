#include "cli/output/inspect.hpp"
#include "cli/output/relative_date.hpp"
#include "cli/registry/query.hpp"
#include "hoist/base/text.hpp"
#include "registry_fake.hpp"

using namespace hoist;
using namespace hoist::cli;
using namespace hoist::cli::testing;

namespace {

Json manifest(const std::string& version) {
  return Json{{"name", "demo"},
              {"version", version},
              {"description", "A demo"},
              {"license", "MIT"},
              {"keywords", Json::array({"only"})},
              {"dependencies", {{"left", "^1.0.0"}}},
              {"dist", {{"tarball", "http://r/demo.tgz"}, {"shasum", "abc"}, {"unpackedSize", 1500}}},
              {"_npmUser", {{"name", "ann"}, {"email", "a@b.c"}}}};
}

Json packument() {
  Json versions = Json::object();
  for (const char* version : {"1.10.0", "1.2.0", "2.0.0-beta.1", "1.0.0"}) versions[version] = manifest(version);
  return Json{
      {"_id", "demo"},
      {"name", "demo"},
      {"dist-tags", {{"latest", "1.10.0"}, {"next", "2.0.0-beta.1"}}},
      {"versions", versions},
      {"maintainers", Json::array({{{"name", "ann"}, {"email", "a@b.c"}}, {{"name", "bob"}, {"email", "b@b.c"}}})},
      {"readme", "# Demo"}};
}

std::string shown(const char* json) { return inspect(Json::parse(json), Palette(false)); }

}  // namespace

TEST_CASE("view: one field of one version is a plain line", "[view]") {
  FakeRegistry fake;
  fake.answer("/demo", packument());
  CHECK(fake.project.run({"view", "demo", "version"}).out == "1.10.0\n");
  CHECK(fake.project.run({"info", "demo@next", "version"}).out == "2.0.0-beta.1\n");
  CHECK(fake.project.run({"show", "demo", "dist.unpackedSize"}).out == "1500\n");
  CHECK(fake.project.run({"v", "demo", "keywords"}).out == "only\n");
  CHECK(fake.project.run({"view", "demo", "readme"}).out == "# Demo\n");
  CHECK(fake.project.run({"view", "demo", "nothing"}).out.empty());
  const auto request = fake.server.requests().front();
  CHECK(request.headers.at("authorization") == "Bearer secret-token");
  CHECK(request.headers.at("npm-command") == "view");
}

TEST_CASE("view: a range prints every version it means, with its name", "[view]") {
  FakeRegistry fake;
  fake.answer("/demo", packument());
  CHECK(fake.project.run({"view", "demo@1", "version"}).out ==
        "demo@1.10.0 '1.10.0'\ndemo@1.2.0 '1.2.0'\ndemo@1.0.0 '1.0.0'\n");
  CHECK(fake.project.run({"view", "demo", "name", "version"}).out == "name = 'demo'\nversion = '1.10.0'\n");
  CHECK(fake.project.run({"view", "demo", "maintainers.name"}).out ==
        "maintainers[0].name = 'ann'\nmaintainers[1].name = 'bob'\n");
  CHECK(fake.project.run({"view", "demo", "maintainers[1].email"}).out == "b@b.c\n");
}

TEST_CASE("view: JSON is always a list", "[view]") {
  FakeRegistry fake;
  fake.answer("/demo", packument());
  CHECK(fake.project.run({"view", "demo", "version", "--json"}).json() == Json::array({"1.10.0"}));
  CHECK(fake.project.run({"view", "demo", "versions", "--json"}).json() ==
        Json::array({"1.0.0", "1.2.0", "1.10.0", "2.0.0-beta.1"}));
  CHECK(fake.project.run({"view", "demo", "name", "version", "--json"}).json() ==
        Json::array({{{"name", "demo"}, {"version", "1.10.0"}}}));
  CHECK(fake.project.run({"view", "demo@1", "version", "--json"}).json() == Json::array({"1.10.0", "1.2.0", "1.0.0"}));
  const auto whole = fake.project.run({"view", "demo", "--json"}).json();
  REQUIRE(whole.size() == 1);
  CHECK(whole[0]["version"] == "1.10.0");
  CHECK(whole[0]["maintainers"] == Json::array({"ann <a@b.c>", "bob <b@b.c>"}));
  CHECK_FALSE(whole[0].contains("readme"));
}

TEST_CASE("view: without fields it is a page", "[view]") {
  FakeRegistry fake;
  fake.answer("/demo", packument());
  const auto run = fake.project.run({"view", "demo"});
  CHECK(run.out ==
        "\ndemo@1.10.0 | MIT | deps: 1 | versions: 4\nA demo\n\ndist\n.tarball: http://r/demo.tgz\n.shasum: abc\n"
        ".unpackedSize: 1.5 kB\n\ndependencies:\nleft: ^1.0.0\n\nmaintainers:\n- ann <a@b.c>\n- bob <b@b.c>\n\n"
        "dist-tags:\nlatest: 1.10.0\nnext: 2.0.0-beta.1\n\npublished by ann <a@b.c>\n");
}

TEST_CASE("view: what is not there is E404", "[view]") {
  FakeRegistry fake;
  fake.answer("/demo", packument());
  const auto version = fake.project.run({"view", "demo@9", "version"});
  CHECK(version.code == 1);
  CHECK(version.err.find("No match found for version 9") != std::string::npos);
  const auto missing = fake.project.run({"view", "missing", "--json"});
  CHECK(missing.code == 1);
  CHECK(missing.json()["error"]["code"] == "E404");
  auto gone = packument();
  gone["time"] = {{"unpublished", {{"time", "2020-01-01"}}}};
  fake.answer("/gone", gone);
  CHECK(fake.project.run({"view", "gone"}).err.find("Unpublished on 2020-01-01") != std::string::npos);
}

TEST_CASE("view: a dot is the package of the project, and of each workspace", "[view]") {
  FakeRegistry fake;
  fake.answer("/demo", packument());
  fake.project.write("package.json", R"({"name":"demo","workspaces":["w"]})");
  fake.project.write("w/package.json", R"({"name":"other"})");
  CHECK(fake.project.run({"view", ".@1.2.0", "version"}).out == "1.2.0\n");
  const auto run = fake.project.run({"view", "-w", "other", ".", "version"});
  CHECK(run.code == 1);
  CHECK(run.out == "other:\n");
}

TEST_CASE("Query: keys are split at dots and brackets", "[view]") {
  const auto keys = [](const char* query) { return join(*parse_query(query), "|"); };
  CHECK(keys("a.b") == "a|b");
  CHECK(keys("a[0].b") == "a|0|b");
  CHECK(keys("time[1.0.0]") == "time|1.0.0");
  CHECK(keys("a[x.y].b[2]") == "a|x.y|b|2");
  CHECK(parse_query("a[]").error().code == "EINVALIDSYNTAX");
}

// What node 22's util.inspect prints for the same values.
TEST_CASE("Inspect: values look as in node", "[view]") {
  CHECK(shown(R"({"a":1,"b-c":"it's","d":null,"e":[],"f":{}})") == R"({ a: 1, 'b-c': "it's", d: null, e: [], f: {} })");
  CHECK(shown(R"(["a\nb","\\","\u001b"])") == R"([ 'a\nb', '\\', '\x1B' ])");
  CHECK(shown(R"([1,2,3,4,5,6,7])") == "[\n  1, 2, 3, 4,\n  5, 6, 7\n]");
  CHECK(shown(R"(["1.0.0","1.0.1","1.0.10","2.0.0","3.0.0-beta.1","4.0.0","5.0.0"])") ==
        "[\n  '1.0.0',\n  '1.0.1',\n  '1.0.10',\n  '2.0.0',\n  '3.0.0-beta.1',\n  '4.0.0',\n  '5.0.0'\n]");
  CHECK(shown(R"(["1.0.0","1.0.1","1.0.2","1.0.3","1.0.4","1.0.5","1.0.6","1.1.0","1.1.10"])") ==
        "[\n  '1.0.0',  '1.0.1',\n  '1.0.2',  '1.0.3',\n  '1.0.4',  '1.0.5',\n  '1.0.6',  '1.1.0',\n  '1.1.10'\n]");
  CHECK(shown(R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}})") ==
        "{\n  a: {\n    b: {\n      c: { d: { e: { f: [Object] } } }\n    }\n  }\n}");
}

TEST_CASE("Relative date: words for how long ago", "[view]") {
  using namespace std::chrono_literals;
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  CHECK(relative_date(now - 10s, now) == "just now");
  CHECK(relative_date(now - 45s, now) == "45 seconds ago");
  CHECK(relative_date(now - 5min, now) == "5 minutes ago");
  CHECK(relative_date(now - 90min, now) == "an hour ago");
  CHECK(relative_date(now - 5h, now) == "5 hours ago");
  CHECK(relative_date(now - 24h * 10, now) == "a week ago");
  CHECK(relative_date(now - 24h * 90, now) == "3 months ago");
  CHECK(relative_date(now - 24h * 800, now) == "over a year ago");
  CHECK(relative_date(now + 5h, now) == "5 hours from now");
}
