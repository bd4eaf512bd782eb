#include <algorithm>
#include <filesystem>

#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/write.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using lockfile::parse_lockfile;
using lockfile::write_lockfile;

namespace {

std::filesystem::path fixture_folder() { return std::filesystem::path(HOIST_SOURCE_DIR) / "fixtures" / "lockfiles"; }

lockfile::Lockfile parsed(std::string_view text) {
  auto result = parse_lockfile(text, "package-lock.json");
  if (!result) FAIL(result.error().code << ": " << result.error().message);
  return *std::move(result);
}

/// Reversing what the reader got from the text shows whether the writer's order is its own.
void reverse(package::StringMap& map) { std::reverse(map.begin(), map.end()); }

}  // namespace

TEST_CASE("Lockfile: what npm 12 wrote is written again byte for byte", "[lockfile]") {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(fixture_folder())) {
    if (file.path().extension() != ".json") continue;
    INFO(file.path().filename());
    const std::string text = test::read_text(file.path());
    const auto lock = parsed(text);
    CHECK(write_lockfile(lock, {.style = package::detect_json_style(text)}) == text);
    ++count;
  }
  CHECK(count >= 9);
}

TEST_CASE("Lockfile: the order of members in memory does not show in the text", "[lockfile]") {
  const std::string text = test::read_text(fixture_folder() / "dev-tools.json");
  auto lock = parsed(text);
  for (auto& [location, entry] : lock.packages) {
    reverse(entry.manifest.dependencies);
    reverse(entry.manifest.optional_dependencies);
    reverse(entry.manifest.peer_dependencies);
    reverse(entry.manifest.bin);
  }
  CHECK(write_lockfile(lock, {}) == text);
}

TEST_CASE("Lockfile: a read file says where it came from", "[lockfile]") {
  const auto lock = parsed(test::read_text(fixture_folder() / "workspaces.json"));
  CHECK(lock.name == "ws-root");
  CHECK(lock.version == "1.0.0");
  CHECK(lock.loaded_from_disk);
  CHECK(lock.original_version == 3);
  CHECK(lock.lockfile_version == 3);
  CHECK_FALSE(lock.ancient);
  CHECK_FALSE(lock.had_conflicts);
  const auto& core = lock.packages.at("node_modules/@angular-devkit/architect");
  CHECK(core.manifest.version == "0.2202.7");
  CHECK_FALSE(core.dev);
  CHECK(core.resolved == "http://registry.test/@angular-devkit/architect/-/architect-0.2202.7.tgz");
  REQUIRE(package::find(core.manifest.dependencies, "rxjs") != nullptr);
  CHECK(*package::find(core.manifest.dependencies, "rxjs") == "7.8.2");
}

TEST_CASE("Lockfile: every form of one tree is what npm 12 writes", "[lockfile]") {
  const auto lock = parsed(test::read_text(fixture_folder() / "every-kind.json"));
  const auto expected = [](const char* name) { return test::read_text(fixture_folder() / "forms" / name); };
  auto other = lock;
  SECTION("version 1 has the legacy tree only") {
    other.lockfile_version = 1;
    CHECK(write_lockfile(other, {}) == expected("every-kind-v1.json"));
  }
  SECTION("version 2 has both") {
    other.lockfile_version = 2;
    CHECK(write_lockfile(other, {}) == test::read_text(fixture_folder() / "every-kind-v2.json"));
  }
  SECTION("without formatting") {
    other.lockfile_version = 2;
    CHECK(write_lockfile(other, {.format = false}) == expected("every-kind-line.json"));
  }
  SECTION("without the registry's URLs") {
    other.lockfile_version = 2;
    CHECK(write_lockfile(other, {.omit_registry_resolved = true}) == expected("every-kind-omit.json"));
  }
  SECTION("hidden") {
    other.name.clear();
    other.version.clear();
    CHECK(write_lockfile(other, {.hidden = true}) == expected("every-kind-hidden.json"));
  }
}

TEST_CASE("Lockfile: version 1 is migrated as npm 12 migrates it", "[lockfile]") {
  const auto lock = parsed(test::read_text(fixture_folder() / "forms" / "every-kind-v1.json"));
  CHECK(lock.ancient);
  CHECK(lock.original_version == 1);
  CHECK(lock.lockfile_version == 3);
  CHECK(write_lockfile(lock, {}) == test::read_text(fixture_folder() / "forms" / "migrated-from-v1.json"));
}

TEST_CASE("Lockfile: the root of a version 1 file comes from package.json", "[lockfile]") {
  package::Manifest root;
  root.name = "app";
  root.dependencies = {{"a", "^1.0.0"}};
  const auto lock = parse_lockfile(R"({"name":"app","lockfileVersion":1,"requires":true,"dependencies":{
    "a":{"version":"1.2.0","resolved":"https://registry.test/a/-/a-1.2.0.tgz","integrity":"sha512-x","requires":{"b":"^1.0.0","c":"1"},
         "dependencies":{"b":{"version":"1.0.0","bundled":true}}},
    "c":{"version":"1.0.0","optional":true,"resolved":"https://registry.test/c/-/c-1.0.0.tgz"},
    "evil/../x":{"version":"1.0.0"}}})",
                                   "lock", {.root = &root});
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == "ELOCKFILE");
  const auto good = parse_lockfile(R"({"name":"app","lockfileVersion":1,"requires":true,"dependencies":{
    "a":{"version":"1.2.0","resolved":"https://registry.test/a/-/a-1.2.0.tgz","integrity":"sha512-x","requires":{"b":"^1.0.0","c":"1"},
         "dependencies":{"b":{"version":"1.0.0","bundled":true}}},
    "c":{"version":"1.0.0","optional":true,"resolved":"https://registry.test/c/-/c-1.0.0.tgz"}}})",
                                   "lock", {.root = &root});
  REQUIRE(good);
  CHECK(good->packages.at("").manifest.dependencies == root.dependencies);
  const auto& a = good->packages.at("node_modules/a");
  CHECK(a.manifest.dependencies == package::StringMap{{"b", "^1.0.0"}});
  CHECK(a.manifest.optional_dependencies == package::StringMap{{"c", "1"}});
  CHECK(a.manifest.bundle_dependencies == std::vector<std::string>{"b"});
  CHECK(good->packages.at("node_modules/a/node_modules/b").in_bundle);
  CHECK(good->packages.at("node_modules/c").resolved == "https://registry.test/c/-/c-1.0.0.tgz");
}

TEST_CASE("Lockfile: the style of package.json decides indentation and newlines", "[lockfile]") {
  const auto lock = parsed(R"({"name":"a","lockfileVersion":3,"requires":true,"packages":{"":{"name":"a"}}})");
  const std::string body =
      "{\n  \"name\": \"a\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {\n    \"\": {\n      "
      "\"name\": \"a\"\n    }\n  }\n}\n";
  CHECK(write_lockfile(lock, {}) == body);
  CHECK(write_lockfile(lock, {.style = {.indent = "", .newline = "\n", .final_newline = false}}) == body);
  const std::string tabs = write_lockfile(lock, {.style = {.indent = "\t", .newline = "\r\n", .final_newline = true}});
  CHECK(tabs.starts_with("{\r\n\t\"name\": \"a\",\r\n"));
  CHECK(tabs.ends_with("\t}\r\n}\r\n"));
  CHECK(write_lockfile(lock, {.style = {}, .format = false}) ==
        R"({"name":"a","lockfileVersion":3,"requires":true,"packages":{"":{"name":"a"}}})");
}

TEST_CASE("Lockfile: members are sorted as npm sorts them", "[lockfile]") {
  const auto lock = parsed(R"({"lockfileVersion":3,"packages":{
    "node_modules/ab":{"version":"1.0.0"},"node_modules/a.b":{"version":"1.0.0"},"node_modules/a_b":{"version":"1.0.0"},
    "node_modules/a-b":{"version":"1.0.0"},"node_modules/a":{"version":"1.0.0","dependencies":{"zed":"1","version":"1","10":"1","Lodash":"1","lodash":"1","2":"1","a10":"1","a2":"1"}},
    "node_modules/a/node_modules/x":{"version":"1.0.0"},"node_modules/@a/b":{"version":"1.0.0"},
    "packages/ws1":{"version":"1.0.0"},"docs":{"version":"1.0.0"},"apps/x":{"version":"1.0.0"},"":{"version":"1.0.0","name":"root"}}})");
  const std::string text = write_lockfile(lock, {});
  std::vector<std::size_t> places;
  for (const char* key : {"\"\":", "\"apps/x\"", "\"docs\"", "\"node_modules/@a/b\"", "\"node_modules/a\"",
                          "\"node_modules/a_b\"", "\"node_modules/a-b\"", "\"node_modules/a.b\"",
                          "\"node_modules/a/node_modules/x\"", "\"node_modules/ab\"", "\"packages/ws1\""}) {
    places.push_back(text.find(key));
    CHECK(places.back() != std::string::npos);
  }
  CHECK(std::is_sorted(places.begin(), places.end()));
  CHECK(
      text.find(
          "\"dependencies\": {\n        \"2\": \"1\",\n        \"10\": \"1\",\n        \"version\": \"1\",\n        "
          "\"a10\": \"1\",\n"
          "        \"a2\": \"1\",\n        \"lodash\": \"1\",\n        \"Lodash\": \"1\",\n        \"zed\": \"1\"\n") !=
      std::string::npos);
}

TEST_CASE("Lockfile: only what npm keeps of an entry is written", "[lockfile]") {
  auto lock =
      parsed(R"({"name":"r","lockfileVersion":3,"packages":{"":{"name":"r"},"node_modules/a":{"version":"1.0.0"}}})");
  auto& entry = lock.packages.at("node_modules/a");
  entry.manifest.name = "a";
  entry.manifest.license = Json::parse(R"({"type":"MIT","url":"https://example.test"})");
  entry.manifest.funding = "https://example.test/fund";
  entry.manifest.engines = Json::object();
  entry.manifest.deprecated = "";
  entry.manifest.dev_dependencies = {{"x", "1"}};
  entry.manifest.scripts = {{"install", "true"}};
  entry.manifest.has_install_script = true;
  entry.dev_optional = true;
  entry.optional = true;
  CHECK(
      write_lockfile(lock, {.format = false}) ==
      R"({"name":"r","lockfileVersion":3,"requires":true,"packages":{"":{"name":"r"},"node_modules/a":{"version":"1.0.0",)"
      R"("hasInstallScript":true,"license":"MIT","optional":true,"funding":{"url":"https://example.test/fund"}}}})");

  SECTION("an alias is named, extraneous hides the other flags") {
    entry.manifest.name = "real";
    entry.extraneous = true;
    const std::string text = write_lockfile(lock, {.format = false});
    CHECK(text.find(R"("node_modules/a":{"name":"real","version":"1.0.0","extraneous":true)") != std::string::npos);
    CHECK(text.find("optional") == std::string::npos);
  }
  SECTION("a link has its target only") {
    entry.link = true;
    entry.resolved = "packages/a";
    CHECK(write_lockfile(lock, {.format = false}).find(R"("node_modules/a":{"resolved":"packages/a","link":true}})") !=
          std::string::npos);
  }
}

TEST_CASE("Lockfile: strings are escaped as JSON.stringify escapes them", "[lockfile]") {
  auto lock = parsed(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"}}})");
  lock.packages.at("node_modules/a").manifest.deprecated = std::string("a\"b\\c\n\t\x01<é>\x7f", 13);
  CHECK(write_lockfile(lock, {.format = false}).find("\"a\\\"b\\\\c\\n\\t\\u0001<é>\x7f\"") != std::string::npos);
}

TEST_CASE("Lockfile: the hidden lockfile has no root and is version 3", "[lockfile]") {
  auto lock = parsed(
      R"({"name":"r","version":"1.0.0","lockfileVersion":2,"packages":{"":{"name":"r"},"node_modules/a":{"version":"1.0.0"}}})");
  CHECK(
      write_lockfile(lock, {.hidden = true, .format = false}) ==
      R"({"name":"r","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"node_modules/a":{"version":"1.0.0"}}})");
  lock.name.clear();
  lock.version.clear();
  CHECK(
      write_lockfile(lock, {.hidden = true, .format = false}).starts_with(R"({"lockfileVersion":3,"requires":true,)"));
}

TEST_CASE("Lockfile: patches and extension state force version 4", "[lockfile]") {
  auto lock =
      parsed(R"({"name":"r","lockfileVersion":3,"packages":{"":{"name":"r"},"node_modules/a":{"version":"1.0.0"}}})");
  CHECK(lockfile::written_version(lock) == 3);
  SECTION("by a patch") {
    lock.packages.at("node_modules/a").patched = Json::parse(R"({"path":"patches/a.patch","integrity":"sha512-x"})");
    CHECK(lockfile::written_version(lock) == 4);
    CHECK(write_lockfile(lock, {.format = false}) ==
          R"({"lockfileVersion":4,"requires":true,"packages":{"":{"name":"r"},"node_modules/a":{"version":"1.0.0",)"
          R"("patched":{"integrity":"sha512-x","path":"patches/a.patch"}}}})");
  }
  SECTION("by the root's hash") {
    lock.packages.at("").package_extensions_hash = "sha512-y";
    CHECK(lockfile::written_version(lock) == 4);
  }
}

TEST_CASE("Lockfile: omit-lockfile-registry-resolved keeps what did not come from the registry", "[lockfile]") {
  const auto lock = parsed(
      R"({"name":"r","lockfileVersion":3,"packages":{"":{"name":"r","dependencies":{"a":"^1.0.0","b":"https://example.test/b.tgz"}},
    "node_modules/a":{"version":"1.0.0","resolved":"https://registry.test/a/-/a-1.0.0.tgz","integrity":"sha512-x"},
    "node_modules/b":{"version":"1.0.0","resolved":"https://example.test/b.tgz"},
    "node_modules/c":{"version":"1.0.0","resolved":"https://registry.test/c/-/c-1.0.0.tgz","extraneous":true}}})");
  const std::string text = write_lockfile(lock, {.omit_registry_resolved = true, .format = false});
  CHECK(text.find("a-1.0.0.tgz") == std::string::npos);
  CHECK(text.find("sha512-x") != std::string::npos);
  CHECK(text.find("https://example.test/b.tgz\",\"") == std::string::npos);
  CHECK(text.find(R"("resolved":"https://example.test/b.tgz")") != std::string::npos);
  CHECK(text.find("c-1.0.0.tgz") != std::string::npos);
}
