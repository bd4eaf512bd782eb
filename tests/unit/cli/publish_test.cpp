#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/tar_listing.hpp"
#include "registry_fake.hpp"

using namespace hoist;
using namespace hoist::cli;
using namespace hoist::cli::testing;

namespace {

Json versions(std::initializer_list<const char*> list) {
  Json map = Json::object();
  for (const char* version : list)
    map[version] = {{"name", "demo"}, {"version", version}, {"dist", {{"tarball", "http://elsewhere/x.tgz"}}}};
  return map;
}

Json packument(std::initializer_list<const char*> list) {
  return Json{{"_id", "demo"},
              {"_rev", "3-x"},
              {"name", "demo"},
              {"dist-tags", {{"latest", *(list.end() - 1)}}},
              {"versions", versions(list)}};
}

bool says(const Run& run, std::string_view text) { return run.err.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("publish: sends one document with manifest, tag and the tarball itself", "[publish]") {
  FakeRegistry fake;
  fake.answer("/@scope%2fdemo", Json::object(), 404);
  fake.server.on("/@scope%2fdemo", [](const test::SeenRequest& request, int) {
    return request.method == "PUT" ? test::Reply{201, "{}", {}} : test::Reply{404, "{}", {}};
  });
  fake.project.write("package.json",
                     R"json({"name":"@scope/demo","version":"v1.0.0","bin":"cli.js","repository":"ann/demo",
                         "author":"Ann <a@b.c> (http://ann)","_private":1,"keywords":"a, b"})json");
  fake.project.write("cli.js", "1\n");
  fake.project.write("README.md", "# Demo\n\nDoes things\nwell.\n\nMore.\n");
  fake.project.write("index.d.ts", "");
  const auto run = fake.project.run({"publish", "--tag", "next", "--access", "public", "--otp", "123456"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(run.out == "+ @scope/demo@1.0.0\n");
  CHECK(says(run, "with tag next and public access"));
  CHECK(says(run, "\"version\" was cleaned and set to \"1.0.0\""));
  CHECK_FALSE(says(run, "secret-token"));
  const auto request = fake.only("PUT");
  CHECK(request.target == "/@scope%2fdemo");
  CHECK(request.headers.at("authorization") == "Bearer secret-token");
  CHECK(request.headers.at("content-type") == "application/json");
  CHECK(request.headers.at("npm-otp") == "123456");
  CHECK(request.headers.at("npm-command") == "publish");
  const auto body = Json::parse(request.body);
  CHECK(body["_id"] == "@scope/demo");
  CHECK(body["access"] == "public");
  CHECK(body["dist-tags"] == Json{{"next", "1.0.0"}});
  CHECK(body["description"] == "Does things well.");
  const auto& manifest = body["versions"]["1.0.0"];
  CHECK(manifest["_id"] == "@scope/demo@1.0.0");
  CHECK(manifest["bin"] == Json{{"demo", "cli.js"}});
  CHECK(manifest["author"] == Json{{"name", "Ann"}, {"email", "a@b.c"}, {"url", "http://ann"}});
  CHECK(manifest["repository"]["url"] == "git+https://github.com/ann/demo.git");
  CHECK(manifest["bugs"]["url"] == "https://github.com/ann/demo/issues");
  CHECK(manifest["homepage"] == "https://github.com/ann/demo#readme");
  CHECK(manifest["keywords"] == Json::array({"a", "b"}));
  CHECK(manifest["readmeFilename"] == "README.md");
  CHECK(manifest["types"] == "./index.d.ts");
  CHECK_FALSE(manifest.contains("_private"));
  CHECK(manifest["_npmVersion"].is_string());
  const auto& attachment = body["_attachments"]["@scope/demo-1.0.0.tgz"];
  std::string tarball;
  REQUIRE(base64_decode(attachment["data"].get<std::string>(), tarball));
  CHECK(attachment["length"] == tarball.size());
  CHECK(manifest["dist"]["integrity"] == "sha512-" + base64_encode(hash(HashAlgorithm::kSha512, tarball)));
  CHECK(manifest["dist"]["shasum"] == hex_encode(hash(HashAlgorithm::kSha1, tarball)));
  CHECK(manifest["dist"]["tarball"] == fake.server.url("/@scope/demo/-/@scope/demo-1.0.0.tgz"));
  const auto list = package::list_tarball(tarball);
  REQUIRE(list);
  CHECK(list->size() == 4);
}

TEST_CASE("publish: a dry run asks but sends nothing", "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo", packument({"1.0.0"}));
  fake.project.write("package.json", R"({"name":"demo","version":"1.1.0"})");
  const auto run = fake.project.run({"publish", "--dry-run", "--json"});
  CHECK(run.code == 0);
  CHECK(run.json()["demo"]["id"] == "demo@1.1.0");
  CHECK(says(run, "with tag latest and default access (dry-run)"));
  CHECK(fake.asked() == std::vector<std::string>{"GET /demo"});
}

TEST_CASE("publish: needs a login, before anything is asked", "[publish]") {
  FakeRegistry fake;
  fake.project.write("../home/.npmrc", "");
  fake.project.write("package.json", R"({"name":"demo","version":"1.1.0"})");
  const auto run = fake.project.run({"publish"});
  CHECK(run.code == 1);
  CHECK(says(run, "code ENEEDAUTH"));
  CHECK(fake.asked().empty());
}

TEST_CASE("publish: a version that is there, an older one and a prerelease need more than a plain publish",
          "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo", packument({"1.0.0", "2.0.0"}));
  const auto publish = [&](const char* version, std::vector<std::string> more = {}) {
    fake.project.write("package.json", Json{{"name", "demo"}, {"version", version}}.dump());
    more.insert(more.begin(), "publish");
    more.emplace_back("--dry-run");
    return fake.project.run(more);
  };
  CHECK(says(publish("2.0.0"), "You cannot publish over the previously published versions: 2.0.0."));
  CHECK(
      says(publish("1.5.0"), "Cannot implicitly apply the \"latest\" tag because previously published version 2.0.0"));
  CHECK(publish("1.5.0", {"--tag", "old"}).code == 0);
  CHECK(says(publish("3.0.0-rc.1"), "You must specify a tag using --tag when publishing a prerelease version."));
  CHECK(publish("3.0.0-rc.1", {"--tag", "next"}).code == 0);
  CHECK(publish("3.0.0").code == 0);
  CHECK(publish("1.5.0", {"--force"}).code == 0);
  CHECK(says(publish("3.0.0", {"--tag", "1.x"}), "Tag name must not be a valid SemVer range: 1.x"));
}

TEST_CASE("publish: what is private or of the root alone stays at home", "[publish]") {
  FakeRegistry fake;
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0","private":true})");
  const auto run = fake.project.run({"publish"});
  CHECK(run.code == 1);
  CHECK(says(run, "code EPRIVATE"));
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0","packageExtensions":{}})");
  CHECK(says(fake.project.run({"publish"}), "code EPACKAGEEXTENSIONS"));
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0"})");
  CHECK(says(fake.project.run({"publish", "--access", "restricted"}), "code EUNSCOPED"));
  for (const auto& line : fake.asked()) CHECK(line == "GET /demo");
}

TEST_CASE("publish: publishConfig chooses, the command line more so", "[publish]") {
  FakeRegistry fake;
  fake.answer("/other/demo", Json::object());
  fake.project.write("../home/.npmrc",
                     "//127.0.0.1:" + std::to_string(fake.server.port()) + "/other/:_authToken=other-token\n");
  const auto registry = fake.server.url("/other/");
  fake.project.write("package.json",
                     Json{{"name", "demo"},
                          {"version", "1.0.0"},
                          {"publishConfig", {{"registry", registry}, {"tag", "beta"}, {"access", "public"}}}}
                         .dump());
  REQUIRE(fake.project.run({"publish", "--tag", "next"}).code == 0);
  const auto request = fake.only("PUT");
  CHECK(request.target == "/other/demo");
  CHECK(request.headers.at("authorization") == "Bearer other-token");
  const auto body = Json::parse(request.body);
  CHECK(body["dist-tags"] == Json{{"next", "1.0.0"}});
  CHECK(body["access"] == "public");
  CHECK(body["versions"]["1.0.0"]["dist"]["tarball"] == registry + "demo/-/demo-1.0.0.tgz");
}

TEST_CASE("publish: a ready tarball is sent byte for byte", "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo", Json::object());
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0","description":"inside"})");
  fake.project.write("README.md", "text");
  REQUIRE(fake.project.run({"pack"}).code == 0);
  const auto bytes = fake.project.read("demo-1.0.0.tgz");
  fake.project.write("package.json", R"({"name":"changed","version":"9.9.9"})");
  const auto run = fake.project.run({"publish", "./demo-1.0.0.tgz"});
  INFO(run.err);
  CHECK(run.code == 0);
  const auto body = fake.body_of("PUT");
  CHECK(body["_attachments"]["demo-1.0.0.tgz"]["data"] == base64_encode(bytes));
  CHECK(body["versions"]["1.0.0"]["description"] == "inside");
  CHECK(body["versions"]["1.0.0"]["readme"] == "text");
}

TEST_CASE("publish: scripts run around it in npm's order", "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo", Json::object());
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0","scripts":{
    "prepublishOnly":"echo prepublishOnly >> log","prepack":"echo prepack >> log","prepare":"echo prepare >> log",
    "postpack":"echo postpack >> log","publish":"echo publish >> log","postpublish":"echo postpublish >> log"}})");
  REQUIRE(fake.project.run({"publish"}).code == 0);
  CHECK(fake.project.read("log") == "prepublishOnly\nprepack\nprepare\npostpack\npublish\npostpublish\n");
}

TEST_CASE("publish: workspaces are published one after the other, private ones skipped", "[publish]") {
  FakeRegistry fake;
  fake.answer("/a", Json::object());
  fake.answer("/b", Json::object());
  fake.project.write("package.json", R"({"name":"root","workspaces":["w/*"]})");
  fake.project.write("w/a/package.json", R"({"name":"a","version":"1.0.0"})");
  fake.project.write("w/b/package.json", R"({"name":"b","version":"1.0.0","private":true})");
  const auto run = fake.project.run({"publish", "--workspaces"});
  CHECK(run.code == 0);
  CHECK(run.out == "+ a@1.0.0\n");
  CHECK(says(run, "Skipping workspace b, marked as private"));
  CHECK(fake.only("PUT").target == "/a");
}

TEST_CASE("publish: a provenance bundle must speak of this tarball", "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo", Json::object());
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0"})");
  fake.project.write(".npmignore", "bundle.json\n*.tgz\n");
  REQUIRE(fake.project.run({"pack"}).code == 0);
  const auto digest = hex_encode(hash(HashAlgorithm::kSha512, fake.project.read("demo-1.0.0.tgz")));
  const auto bundle = [&](const std::string& name, const std::string& sha512) {
    const Json statement{{"subject", Json::array({{{"name", name}, {"digest", {{"sha512", sha512}}}}})}};
    return Json{{"mediaType", "application/x"}, {"dsseEnvelope", {{"payload", base64_encode(statement.dump())}}}}
        .dump();
  };
  fake.project.write("bundle.json", bundle("pkg:npm/other@1.0.0", digest));
  CHECK(says(fake.project.run({"publish", "--provenance-file", "bundle.json"}), "does not match the package"));
  fake.project.write("bundle.json", bundle("pkg:npm/demo@1.0.0", "00"));
  CHECK(says(fake.project.run({"publish", "--provenance-file", "bundle.json"}), "digest does not match"));
  const auto good = bundle("pkg:npm/demo@1.0.0", digest);
  fake.project.write("bundle.json", good);
  const auto run = fake.project.run({"publish", "--provenance-file", "bundle.json"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(fake.body_of("PUT")["_attachments"]["demo-1.0.0.sigstore"] ==
        Json{{"content_type", "application/x"}, {"data", good}, {"length", good.size()}});
}

TEST_CASE("unpublish: a version leaves the packument, its tags and its tarball", "[publish]") {
  FakeRegistry fake;
  auto document = packument({"1.0.0", "1.10.0", "2.0.0"});
  document["dist-tags"]["old"] = "1.0.0";
  document["versions"]["2.0.0"]["dist"]["tarball"] = fake.server.url("/demo/-/demo-2.0.0.tgz");
  fake.answer("/demo?write=true", document);
  fake.answer("/demo/-rev/3-x", Json::object());
  fake.answer("/demo/-/demo-2.0.0.tgz/-rev/3-x", Json::object());
  const auto run = fake.project.run({"unpublish", "demo@2.0.0"});
  CHECK(run.out == "- demo@2.0.0\n");
  CHECK(fake.asked() == std::vector<std::string>{"GET /demo?write=true", "GET /demo?write=true", "PUT /demo/-rev/3-x",
                                                 "GET /demo?write=true", "DELETE /demo/-/demo-2.0.0.tgz/-rev/3-x"});
  const auto body = fake.body_of("PUT");
  CHECK(body["dist-tags"] == Json{{"old", "1.0.0"}, {"latest", "1.10.0"}});
  CHECK_FALSE(body["versions"].contains("2.0.0"));
}

TEST_CASE("unpublish: a whole package, or its last version, takes --force", "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo?write=true", packument({"1.0.0"}));
  fake.answer("/demo/-rev/3-x", Json::object());
  CHECK(says(fake.project.run({"unpublish", "demo"}), "Refusing to delete entire project."));
  CHECK(says(fake.project.run({"unpublish", "demo@1.0.0"}), "Refusing to delete the last version of the package."));
  CHECK(says(fake.project.run({"unpublish", "demo@^1"}), "Can only unpublish a single version"));
  CHECK(fake.project.run({"unpublish", "demo", "--force", "--dry-run"}).out == "- demo\n");
  CHECK(std::ranges::none_of(fake.asked(), [](const auto& line) { return line.starts_with("DELETE"); }));
  CHECK(fake.project.run({"unpublish", "demo@1.0.0", "--force"}).out == "- demo\n");
  CHECK(fake.only("DELETE").target == "/demo/-rev/3-x");
}

TEST_CASE("deprecate: the message goes to every version of the range, an empty one takes it back", "[publish]") {
  FakeRegistry fake;
  fake.answer("/demo?write=true", packument({"1.0.0", "1.1.0-beta", "2.0.0"}));
  fake.answer("/demo", Json::object());
  const auto run = fake.project.run({"deprecate", "demo@1", "use 2"});
  CHECK(run.code == 0);
  CHECK(says(run, "deprecating demo@1.0.0 with message \"use 2\""));
  const auto body = fake.body_of("PUT");
  CHECK(body["versions"]["1.0.0"]["deprecated"] == "use 2");
  CHECK(body["versions"]["1.1.0-beta"]["deprecated"] == "use 2");
  CHECK_FALSE(body["versions"]["2.0.0"].contains("deprecated"));
  CHECK(fake.project.run({"undeprecate", "demo"}).code == 0);
  const auto last = Json::parse(fake.server.requests().back().body);
  CHECK(last["versions"]["2.0.0"]["deprecated"] == "");
  CHECK(says(fake.project.run({"deprecate", "demo@9", "x"}), "No version found for 9"));
  CHECK(fake.project.run({"deprecate", "demo"}).code == 1);
}
