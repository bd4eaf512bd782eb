#include "cli/packing/tarball_contents.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/tar_listing.hpp"
#include "registry_fake.hpp"

using namespace hoist;
using namespace hoist::cli;
using namespace hoist::cli::testing;

namespace {

std::vector<std::string> paths_in(const TestProject& project, const std::string& file) {
  const auto list = package::list_tarball(project.read(file));
  REQUIRE(list);
  std::vector<std::string> paths;
  for (const auto& entry : *list) paths.push_back(entry.path);
  return paths;
}

}  // namespace

TEST_CASE("pack: writes the tarball, says its name on standard output and the rest on standard error", "[pack]") {
  const TestProject project;
  project.write("package.json", R"({"name":"@scope/demo","version":"1.2.3"})");
  project.write("index.js", "1\n");
  const auto run = project.run({"pack"});
  CHECK(run.code == 0);
  CHECK(run.out == "scope-demo-1.2.3.tgz\n");
  CHECK(run.err.find("Tarball Details") != std::string::npos);
  CHECK(run.err.find("2B index.js") != std::string::npos);
  CHECK(run.err.find("total files: 2") != std::string::npos);
  CHECK(paths_in(project, "scope-demo-1.2.3.tgz") ==
        std::vector<std::string>{"package/index.js", "package/package.json"});
}

TEST_CASE("pack: a dry run writes nothing and --json is an object by name", "[pack]") {
  const TestProject project;
  project.write("package.json", R"({"name":"demo","version":"1.0.0"})");
  project.write("a.js", "12345");
  const auto run = project.run({"pack", "--dry-run", "--json"});
  CHECK(run.code == 0);
  CHECK_FALSE(project.has("demo-1.0.0.tgz"));
  const auto json = run.json()["demo"];
  CHECK(json["id"] == "demo@1.0.0");
  CHECK(json["filename"] == "demo-1.0.0.tgz");
  CHECK(json["entryCount"] == 2);
  CHECK(json["unpackedSize"] == 5 + 33);
  CHECK(json["files"][0] == Json{{"path", "a.js"}, {"size", 5}, {"mode", 420}});
  CHECK(json["bundled"] == Json::array());
  CHECK(json["integrity"].get<std::string>().starts_with("sha512-"));
}

TEST_CASE("pack: prepack, prepare and postpack run in that order around the packing", "[pack]") {
  const TestProject project;
  project.write("package.json", R"({"name":"demo","version":"1.0.0","files":["made.txt"],"scripts":{
    "prepack":"echo a >> made.txt; echo prepack >> log","prepare":"echo prepare >> log",
    "postpack":"echo postpack $npm_package_integrity >> log"}})");
  const auto run = project.run({"pack", "--pack-destination", "."});
  CHECK(run.code == 0);
  CHECK(project.read("log").starts_with("prepack\nprepare\npostpack sha512-"));
  CHECK(paths_in(project, "demo-1.0.0.tgz") == std::vector<std::string>{"package/package.json", "package/made.txt"});
  const auto quiet = project.run({"pack", "--ignore-scripts"});
  CHECK(quiet.code == 0);
  CHECK(std::ranges::count(project.read("log"), '\n') == 3);
}

TEST_CASE("pack: a failing script ends it with the script's exit code", "[pack]") {
  const TestProject project;
  project.write("package.json", R"({"name":"demo","version":"1.0.0","scripts":{"prepack":"exit 7"}})");
  const auto run = project.run({"pack"});
  CHECK(run.code == 7);
  CHECK_FALSE(project.has("demo-1.0.0.tgz"));
}

TEST_CASE("pack: name and version are needed", "[pack]") {
  const TestProject project;
  project.write("package.json", R"({"name":"demo"})");
  const auto run = project.run({"pack"});
  CHECK(run.code == 1);
  CHECK(run.err.find("Invalid package, must have name and version") != std::string::npos);
}

TEST_CASE("pack: every selected workspace is packed into one folder", "[pack]") {
  const TestProject project;
  project.write("package.json", R"({"name":"root","version":"1.0.0","workspaces":["w/*"]})");
  project.write("w/a/package.json", R"({"name":"a","version":"1.0.0"})");
  project.write("w/b/package.json", R"({"name":"b","version":"2.0.0"})");
  project.write("out/.keep", "");
  const auto run = project.run({"pack", "--workspaces", "--pack-destination", "out"});
  CHECK(run.code == 0);
  CHECK(run.out == "a-1.0.0.tgz\nb-2.0.0.tgz\n");
  CHECK(project.has("out/a-1.0.0.tgz"));
  const auto one = project.run({"pack", "-w", "b", "--json", "--dry-run"});
  CHECK(one.json().size() == 1);
  CHECK(one.json().contains("b"));
}

TEST_CASE("pack: a tarball of a registry is brought as it is", "[pack]") {
  FakeRegistry fake;
  fake.project.write("package.json", R"({"name":"demo","version":"1.0.0"})");
  REQUIRE(fake.project.run({"pack"}).code == 0);
  const auto bytes = fake.project.read("demo-1.0.0.tgz");
  const auto integrity = "sha512-" + base64_encode(hash(HashAlgorithm::kSha512, bytes));
  fake.answer("/demo", Json{{"name", "demo"},
                            {"dist-tags", {{"latest", "1.0.0"}}},
                            {"versions",
                             {{"1.0.0",
                               {{"name", "demo"},
                                {"version", "1.0.0"},
                                {"dist", {{"tarball", fake.server.url("/d.tgz")}, {"integrity", integrity}}}}}}}});
  fake.server.on("/d.tgz", {test::Reply{200, bytes, {}}});
  fake.project.write("elsewhere/.keep", "");
  const auto run = fake.project.run({"pack", "demo@latest"}, "elsewhere");
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(run.out == "demo-1.0.0.tgz\n");
  CHECK(fake.project.read("elsewhere/demo-1.0.0.tgz") == bytes);
}

TEST_CASE("Sizes: shown as npm shows them", "[pack]") {
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(1000) == "1.0 kB");
  CHECK(format_bytes(999'949, false) == "999.9kB");
  CHECK(format_bytes(999'950) == "1.0 MB");
  CHECK(format_bytes(2'500'000'000) == "2.5 GB");
}
