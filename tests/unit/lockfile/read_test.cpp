#include "hoist/lockfile/read.hpp"

#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/write.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using lockfile::parse_lockfile;

namespace {

std::string code_of(std::string_view text) {
  const auto result = parse_lockfile(text, "package-lock.json");
  return result ? "" : result.error().code;
}

std::string with_location(std::string_view location) {
  return R"({"lockfileVersion":3,"packages":{")" + std::string(location) +
         R"(":{"version":"1.0.0","resolved":"https://x.test/a.tgz"}}})";
}

}  // namespace

TEST_CASE("Lockfile reader: locations that could write elsewhere are refused", "[lockfile][security]") {
  for (const char* location : {"/etc",
                               "/node_modules/a",
                               "C:/a",
                               "../a",
                               "../../a",
                               "../a/node_modules/b",
                               "node_modules/../../a",
                               "node_modules/a/../../../b",
                               "a/./b",
                               "a//b",
                               "node_modules/",
                               "node_modules",
                               "node_modules/.bin",
                               "node_modules/.bin/x",
                               "node_modules/..",
                               "node_modules/@a",
                               "node_modules/@a/..",
                               "node_modules/@/b",
                               "node_modules/a\\\\b",
                               "packages\\\\..\\\\..\\\\x",
                               "node_modules/a/node_modules/../../../../x",
                               "node_modules/a b",
                               "node_modules/node_modules",
                               "node_modules/Node_Modules/x",
                               "node_modules/_private",
                               "a/../b",
                               "./a",
                               "node_modules/a\\u0000b",
                               "packages/a\\nb"}) {
    INFO(location);
    CHECK(code_of(with_location(location)) == "ELOCKFILE");
  }
}

TEST_CASE("Lockfile reader: locations that npm writes are read", "[lockfile]") {
  for (const char* location :
       {"", "node_modules/a", "node_modules/@s/b", "node_modules/A.b_c-d~1", "node_modules/a/node_modules/@s/b",
        "packages/a", "a b/ü/c", "packages/@s/b", "node_modules/a/vendor/b", "packages/a/node_modules/b",
        "node_modules/.store/a@1.0.0-abc", "node_modules/1", "node_modules/.store/@s/a@1.0.0-abc/node_modules/@s/a",
        "node_modules/a!'()*"}) {
    INFO(location);
    CHECK(code_of(with_location(location)).empty());
  }
}

TEST_CASE("Lockfile reader: a link may lead outside, nothing is installed there", "[lockfile][security]") {
  const auto lock = parse_lockfile(R"({"lockfileVersion":3,"packages":{
    "../ext/lib":{"version":"1.0.0","dependencies":{"x":"1"}},
    "../ext/lib/node_modules/x":{"version":"1.0.0","resolved":"https://x.test/x.tgz"},
    "../old":{"extraneous":true},
    "node_modules/lib":{"resolved":"../ext/lib","link":true}}})",
                                   "lock");
  REQUIRE(lock);
  CHECK(lock->packages.contains("../ext/lib"));
  CHECK(lock->packages.contains("../ext/lib/node_modules/x"));
  CHECK_FALSE(lock->packages.contains("../old"));
  CHECK(lockfile::is_outside_project("../ext/lib/node_modules/x"));
  CHECK_FALSE(lockfile::is_outside_project("..a"));
  CHECK_FALSE(lockfile::is_outside_project("node_modules/lib"));
}

TEST_CASE("Lockfile reader: links that lead astray are refused", "[lockfile][security]") {
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"link":true,"resolved":"packages/a"}}})") ==
        "EMISSINGTARGET");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"link":true,"resolved":"/etc"},"/etc":{}}})") ==
        "ELOCKFILE");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"link":true,"resolved":"/etc"}}})") ==
        "ELOCKFILE");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"../x":{},"node_modules/a":{"link":true,"resolved":"../x"},
    "node_modules/a-b":{"version":"1.0.0"},"node_modules/a/node_modules/evil":{"version":"1.0.0","resolved":"https://x.test/e.tgz"}}})") ==
        "ELOCKFILE");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"link":true,"resolved":"node_modules/b"},
    "node_modules/b":{"link":true,"resolved":"node_modules/a"}}})") == "ELOCKFILE");
}

TEST_CASE("Lockfile reader: what is no lockfile is an error with a place", "[lockfile]") {
  CHECK(code_of("") == "EJSONPARSE");
  CHECK(code_of("{") == "EJSONPARSE");
  CHECK(code_of("{\"packages\":{}}x") == "EJSONPARSE");
  CHECK(code_of("[]").empty());  // npm 12 reads nothing in it
  CHECK(code_of("null") == "ELOCKFILE");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":[]})") == "ELOCKFILE");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"node_modules/a":1}})") == "ELOCKFILE");
  CHECK(code_of(R"({"lockfileVersion":5,"packages":{}})") == "ELOCKFILEVERSION");
  CHECK(code_of(R"({"lockfileVersion":4.5,"packages":{}})") == "ELOCKFILEVERSION");
  CHECK(code_of(R"({"lockfileVersion":"99999999999999999999","packages":{}})") == "ELOCKFILEVERSION");
  CHECK(code_of(R"({"lockfileVersion":4,"packages":{}})").empty());
  CHECK(code_of(std::string(100'000, '[')) == "EJSONPARSE");
  CHECK(code_of(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"engines":)" + std::string(600, '[') +
                std::string(600, ']') + "}}}") == "EJSONPARSE");
  const auto broken = parse_lockfile("{\n  \"packages\": {\n    oops\n  }\n}", "package-lock.json");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().where.line == 3);
}

TEST_CASE("Lockfile reader: members of the wrong type are ignored", "[lockfile]") {
  const auto lock = parse_lockfile(
      R"({"name":1,"version":{},"lockfileVersion":3,"packages":{"node_modules/a":{"version":7,"resolved":[],
    "dependencies":["x"],"peerDependencies":{"p":1,"q":"2"},"os":"linux","cpu":[1,"x64"],"bin":"cli.js","dev":1,"optional":0,"deprecated":true,
    "bundleDependencies":false}}})",
      "lock");
  REQUIRE(lock);
  const auto& entry = lock->packages.at("node_modules/a");
  CHECK(lock->name.empty());
  CHECK(entry.manifest.version.empty());
  CHECK(entry.resolved.empty());
  CHECK(entry.manifest.dependencies.empty());
  CHECK(entry.manifest.peer_dependencies == package::StringMap{{"q", "2"}});
  CHECK(entry.manifest.os == std::vector<std::string>{"linux"});
  CHECK(entry.manifest.cpu == std::vector<std::string>{"x64"});
  CHECK(entry.manifest.bin == package::StringMap{{"a", "cli.js"}});
  CHECK(entry.dev);
  CHECK_FALSE(entry.optional);
  CHECK_FALSE(entry.manifest.deprecated);
  CHECK(entry.manifest.bundle_dependencies.empty());
}

TEST_CASE("Lockfile reader: a repeated key keeps its last value", "[lockfile]") {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\"d" + std::to_string(i % 50) + "\":\"" + std::to_string(i) + "\",";
  many.pop_back();
  const auto lock = parse_lockfile(R"({"lockfileVersion":3,"packages":{"node_modules/a":{"version":"1.0.0"},
    "node_modules/a":{"version":"2.0.0","dependencies":{"x":"1","x":"2"},"optionalDependencies":{)" +
                                       many + "}}}}",
                                   "lock");
  REQUIRE(lock);
  const auto& entry = lock->packages.at("node_modules/a");
  CHECK(entry.manifest.version == "2.0.0");
  CHECK(entry.manifest.dependencies == package::StringMap{{"x", "2"}});
  CHECK(entry.manifest.optional_dependencies.size() == 50);
  CHECK(*package::find(entry.manifest.optional_dependencies, "d7") == "57");
}

TEST_CASE("Lockfile reader: conflict markers are resolved by taking both sides", "[lockfile]") {
  const std::string text = R"({
  "name": "r",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "r",
      "dependencies": {
<<<<<<< HEAD
        "ours": "^1.0.0",
||||||| parent
        "old": "^1.0.0",
=======
        "theirs": "^1.0.0",
>>>>>>> branch
        "common": "^1.0.0"
      }
    },
<<<<<<< HEAD
    "node_modules/ours": { "version": "1.0.0" },
    "node_modules/shared": { "version": "2.0.0" },
||||||| parent
    "node_modules/old": { "version": "1.0.0" },
    "node_modules/shared": { "version": "1.0.0" },
=======
    "node_modules/theirs": { "version": "1.0.0" },
    "node_modules/shared": { "version": "1.5.0" },
>>>>>>> branch
    "node_modules/common": { "version": "1.0.0" }
  }
}
)";
  const auto lock = parse_lockfile(text, "package-lock.json");
  REQUIRE(lock);
  CHECK(lock->had_conflicts);
  std::vector<std::string> locations;
  for (const auto& [location, entry] : lock->packages) locations.push_back(location);
  CHECK(locations == std::vector<std::string>{"", "node_modules/common", "node_modules/ours", "node_modules/shared",
                                              "node_modules/theirs"});
  CHECK(lock->packages.at("node_modules/shared").manifest.version == "2.0.0");
  const auto& dependencies = lock->packages.at("").manifest.dependencies;
  CHECK(package::find(dependencies, "old") == nullptr);
  CHECK(package::find(dependencies, "ours") != nullptr);
  CHECK(package::find(dependencies, "theirs") != nullptr);
}

TEST_CASE("Lockfile reader: git's default conflict style and Windows newlines work too", "[lockfile]") {
  const std::string text =
      "{\r\n\"lockfileVersion\": 3, \"packages\": {\r\n<<<<<<< a\r\n\"node_modules/a\": "
      "{\"version\":\"1.0.0\"},\r\n=======\r\n"
      "\"node_modules/b\": {\"version\":\"1.0.0\"},\r\n>>>>>>> b\r\n\"node_modules/c\": {}}}\r\n";
  const auto lock = parse_lockfile(text, "package-lock.json");
  REQUIRE(lock);
  CHECK(lock->packages.size() == 3);
  CHECK(code_of("{\n<<<<<<< a\n\"a\": 1\n=======\n\"b\": \n>>>>>>> b\n}") == "EJSONPARSE");
}

TEST_CASE("Lockfile reader: a missing file is no error, a directory is", "[lockfile]") {
  const test::TempDir folder;
  const auto none = lockfile::read_lockfile(folder / "package-lock.json");
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
  CHECK_FALSE(lockfile::read_lockfile(folder.path()));
  test::write_text(folder / "package-lock.json", "\xEF\xBB\xBF{\"lockfileVersion\":2,\"packages\":{}}");
  const auto lock = lockfile::read_lockfile(folder / "package-lock.json");
  REQUIRE(lock);
  REQUIRE(lock->has_value());
  CHECK((*lock)->lockfile_version == 2);
}

TEST_CASE("Locations: names, parents and depth", "[lockfile]") {
  struct Case {
    const char* location;
    const char* name;
    const char* parent;  // nullptr for tops
    int depth;
  };
  for (const Case& c :
       {Case{"", "", nullptr, 0}, Case{"node_modules/a", "a", "", 1}, Case{"node_modules/@s/b", "@s/b", "", 1},
        Case{"node_modules/a/node_modules/@s/b", "@s/b", "node_modules/a", 2}, Case{"packages/a", "a", nullptr, 0},
        Case{"packages/@s/a", "@s/a", nullptr, 0}, Case{"packages/a/node_modules/b", "b", "packages/a", 1},
        Case{"a", "a", nullptr, 0}, Case{"../x", "x", nullptr, 0}, Case{"node_modules/a/vendor/b", "b", nullptr, 1},
        Case{"@s/b", "@s/b", nullptr, 0}}) {
    INFO(c.location);
    CHECK(lockfile::name_of_location(c.location) == c.name);
    CHECK(lockfile::depth_of(c.location) == c.depth);
    const auto parent = lockfile::parent_of(c.location);
    CHECK(parent.has_value() == (c.parent != nullptr));
    if (c.parent != nullptr) CHECK(parent.value_or("?") == c.parent);
  }
}

TEST_CASE("Locations: a dependency is found as node finds it", "[lockfile]") {
  const auto lock = parse_lockfile(
      R"({"lockfileVersion":3,"packages":{"":{},"node_modules/x":{},"node_modules/a":{},"node_modules/a/node_modules/b":{},
    "node_modules/a/node_modules/x":{},"packages/w":{},"packages/w/node_modules/y":{},"../o":{},"../o/node_modules/z":{},
    "node_modules/w":{"link":true,"resolved":"packages/w"},"node_modules/o":{"link":true,"resolved":"../o"}}})",
      "lock");
  REQUIRE(lock);
  const auto found = [&](std::string_view from, std::string_view name) {
    const auto it = find_dependency(*lock, from, name);
    return it == lock->packages.end() ? std::string("-") : it->first;
  };
  CHECK(found("", "x") == "node_modules/x");
  CHECK(found("node_modules/a", "x") == "node_modules/a/node_modules/x");
  CHECK(found("node_modules/a/node_modules/b", "x") == "node_modules/a/node_modules/x");
  CHECK(found("node_modules/a/node_modules/b", "a") == "node_modules/a");
  CHECK(found("packages/w", "x") == "node_modules/x");
  CHECK(found("packages/w", "y") == "packages/w/node_modules/y");
  CHECK(found("../o", "z") == "../o/node_modules/z");
  CHECK(found("../o", "x") == "-");
  CHECK(found("", "missing") == "-");
  CHECK(lockfile::link_target(*lock, lock->packages.at("node_modules/w")) == &lock->packages.at("packages/w"));
}
