#include "hoist/package/package_json.hpp"

#include <filesystem>
#include <fstream>

#include "hoist/base/file.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

PackageJson package_of(std::string_view text) { return PackageJson::parse(text, "package.json").value(); }

std::string printed(std::string_view text) { return package_of(text).to_string(); }

}  // namespace

TEST_CASE("JsonStyle: is found as npm finds it", "[package_json]") {
  struct Case {
    const char* text;
    const char* indent;
    const char* newline;
  };
  const Case cases[] = {
      {"{}", "  ", "\n"},
      {"{}\n", "  ", "\n"},
      {"{\n\t\"a\":1}", "\t", "\n"},
      {"{\r\n   \"a\":1\r\n}", "   ", "\r\n"},
      {"{\"a\":1}\n", "", ""},
      {"{\n\n  \"a\":1}", "  ", "\n\n"},
      {"{ \n \"a\":1}", "", ""},
      {"{}\r\n\r\n", "  ", "\r\n\r\n"},
      {" \n[\n 1]", " ", "\n"},
      {"\xEF\xBB\xBF{\n \"a\":1}", " ", "\n"},
      {"{\n}", "", "\n"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(detect_json_style(c.text) == JsonStyle{c.indent, c.newline, true});
  }
}

TEST_CASE("PackageJson: prints what it read, order, indentation and line breaks kept", "[package_json]") {
  for (const char* text : {"{\n  \"name\": \"a\",\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": []\n}\n",
                           "{\r\n\t\"z\": null,\r\n\t\"a\": true\r\n}\r\n", "{}\n", "{\"b\":1,\"a\":{\"c\":[1,2]}}",
                           "{\n \"\u00e9\": \"\\u0001\\n\\\"\\\\/ \x7f\"\n}\n"}) {
    INFO(text);
    CHECK(printed(text) == text);
  }
}

TEST_CASE("PackageJson: prints numbers and keys as JavaScript does", "[package_json]") {
  CHECK(
      printed(
          R"({"a":[1.0,1e3,-0,0.1,1e21,1e-7,123456789012345680000,12345678901234567890,1.5e300,0.000001,5e-324,-1.25]})") ==
      R"({"a":[1,1000,0,0.1,1e+21,1e-7,123456789012345680000,12345678901234567000,1.5e+300,0.000001,5e-324,-1.25]})");
  CHECK(printed(R"({"b":1,"10":1,"9":1,"01":1,"4294967295":1,"-1":1})") ==
        R"({"9":1,"10":1,"b":1,"01":1,"4294967295":1,"-1":1})");
  CHECK(printed(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
  CHECK(printed(R"({"a":"\u0041\u00e9\/\ud83d\ude00"})") == "{\"a\":\"A\u00e9/\U0001F600\"}");
}

TEST_CASE("PackageJson: errors name the place", "[package_json]") {
  const auto bad = PackageJson::parse("{\n  \"a\": }\n", "package.json");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == "EJSONPARSE");
  CHECK(bad.error().where.line == 2);
  CHECK(PackageJson::parse("[]", "package.json").error().code == "EJSONPARSE");
  CHECK(PackageJson::parse("", "package.json").error().code == "EJSONPARSE");
  CHECK(PackageJson::parse("{\"a\":1e999}", "package.json").error().code == "EJSONPARSE");
  CHECK(PackageJson::parse("{\"author\":\"J\xF6rg\"}", "package.json")->document().at("author") == "J\xEF\xBF\xBDrg");
}

TEST_CASE("PackageJson: dependency maps are sorted, and empty ones go", "[package_json]") {
  PackageJson package =
      package_of("{\n  \"devDependencies\": {\"x\": \"1\"},\n  \"dependencies\": {\"b\": \"1\"},\n  \"z\": 1\n}");
  package.set_dependencies("dependencies", {{"b", "1"}, {"@s/a", "2"}, {"C", "3"}, {"a", "4"}});
  package.set_dependencies("devDependencies", {});
  package.set_dependencies("peerDependencies", {{"p", "1"}});
  CHECK(package.document().dump() ==
        R"({"dependencies":{"@s/a":"2","a":"4","b":"1","C":"3"},"z":1,"peerDependencies":{"p":"1"}})");
}

TEST_CASE("PackageJson: an optional dependency is not repeated among dependencies", "[package_json]") {
  PackageJson package = package_of(R"({"dependencies":{"a":"1","b":"1"}})");
  package.set_dependencies("optionalDependencies", {{"a", "1"}});
  CHECK(package.document().dump() == R"({"dependencies":{"b":"1"},"optionalDependencies":{"a":"1"}})");
  package = package_of(R"({"dependencies":{"a":"1"}})");
  package.update_dependencies(
      {.dependencies = StringMap{{"a", "1"}, {"b", "2"}}, .optional_dependencies = StringMap{{"a", "1"}}});
  CHECK(package.document().dump() == R"({"dependencies":{"b":"2"},"optionalDependencies":{"a":"1"}})");
}

TEST_CASE("PackageJson: a name in dependencies and peerDependencies stays in both", "[package_json]") {
  PackageJson package = package_of(R"({"peerDependencies":{"a":"1","b":"1"},"dependencies":{"a":"1"}})");
  package.update_dependencies({.dependencies = StringMap{}, .peer_dependencies = StringMap{{"a", "2"}, {"b", "1"}}});
  CHECK(package.document().dump() == R"({"peerDependencies":{"a":"2","b":"1"},"dependencies":{"a":"2"}})");
}

TEST_CASE("PackageJson: is saved only when it changed", "[package_json]") {
  const test::TempDir directory;
  const auto file = directory.path() / "package.json";
  CHECK(PackageJson::read(directory.path()).error().code == "ENOENT");
  const std::string text = "\n{\n  \"a\": 1\n}";
  REQUIRE(atomic_write(file, text));
  PackageJson package = PackageJson::read(directory.path()).value();
  REQUIRE(package.save(directory.path()));
  CHECK(read_file(file).value() == text);
  package.document()["b"] = 2;
  REQUIRE(package.save(directory.path()));
  CHECK(read_file(file).value() == "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
}

TEST_CASE("PackageJson: a file cannot claim a shrinkwrap", "[package_json]") {
  const Manifest manifest = package_of(R"({"name":"a","_hasShrinkwrap":true,"bin":"x"})").manifest().value();
  CHECK_FALSE(manifest.has_shrinkwrap);
  CHECK(manifest.bin == StringMap{{"a", "x"}});
}
