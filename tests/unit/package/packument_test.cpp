#include "hoist/package/packument.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

constexpr std::string_view kDocument = R"({
  "_id": "demo", "name": "demo",
  "dist-tags": {"latest": "1.1.0", "n\u0065xt": "2.0.0-rc.1", "odd": 7},
  "versions": {
    "1.0.0": {"name":"demo","version":"1.0.0","dependencies":{"a":"^1","b":"2"},"optionalDependencies":{"b":"2"},
              "dist":{"tarball":"https://r.example/demo-1.0.0.tgz","shasum":"00","unpackedSize":12,"fileCount":3}},
    "1.1.0": {"version":"1.1.0","bin":"./x.js","deprecated":"old"},
    "2.0.0-rc.1": {"name":"renamed","version":"2.0.0-rc.1","engines":{"node":">=18"},"os":["linux"]},
    "not-a-version": {"name":"demo","version":"../../etc"},
    "3.0.0": {"name":"../../demo","version":"3.0.0"},
    "4.0.0": "no object"
  },
  "time": {"created":"2020-01-01T00:00:00.000Z","1.0.0":"2024-01-31T12:00:00.250Z","1.1.0":"soon"},
  "readme": "brackets in text: {[ \"\\ "
})";

std::shared_ptr<const Packument> demo() { return Packument::parse(std::string(kDocument), "demo").value(); }

std::string code_of(std::string body, std::string_view name = "") {
  const auto packument = Packument::parse(std::move(body), name);
  return packument ? "ok" : packument.error().code;
}

}  // namespace

TEST_CASE("Packument: lists versions in document order", "[packument]") {
  const auto packument = demo();
  std::vector<std::string> keys;
  for (const auto& entry : packument->versions()) keys.push_back(entry.key);
  CHECK(keys == std::vector<std::string>{"1.0.0", "1.1.0", "2.0.0-rc.1", "not-a-version", "3.0.0", "4.0.0"});
  CHECK(packument->versions()[2].version->to_string() == "2.0.0-rc.1");
  CHECK_FALSE(packument->versions()[3].version);
  CHECK(packument->name() == "demo");
  CHECK(packument->dist_tags() == StringMap{{"latest", "1.1.0"}, {"next", "2.0.0-rc.1"}});
}

TEST_CASE("Packument: manifests come when asked for and stay", "[packument]") {
  const auto packument = demo();
  const Manifest* first = packument->manifest("1.0.0");
  REQUIRE(first != nullptr);
  CHECK(first == packument->manifest("1.0.0"));
  CHECK(first->dependencies == StringMap{{"a", "^1"}});
  CHECK(first->optional_dependencies == StringMap{{"b", "2"}});
  CHECK(first->dist.tarball == "https://r.example/demo-1.0.0.tgz");
  CHECK(first->dist.unpacked_size == 12);
  CHECK(first->dist.file_count == 3);
  CHECK(packument->manifest("1.1.0")->name == "demo");
  CHECK(packument->manifest("1.1.0")->deprecated == "old");
  CHECK(packument->manifest("2.0.0-rc.1")->name == "renamed");
  CHECK(packument->manifest("2.0.0-rc.1")->engines == Json{{"node", ">=18"}});
  CHECK(packument->manifest("not-a-version")->version == "not-a-version");
  CHECK(packument->manifest("3.0.0") == nullptr);
  CHECK(packument->manifest("4.0.0") == nullptr);
  CHECK(packument->manifest("9.9.9") == nullptr);
}

TEST_CASE("Packument: reads publish times of full documents", "[packument]") {
  const auto packument = demo();
  CHECK(packument->has_times());
  CHECK(packument->published("1.0.0") == parse_iso_time("2024-01-31T12:00:00.250Z"));
  CHECK_FALSE(packument->published("1.1.0"));
  CHECK_FALSE(packument->published("2.0.0-rc.1"));
  CHECK_FALSE(Packument::parse(R"({"name":"demo","versions":{}})", "demo").value()->has_times());
}

TEST_CASE("Packument: gives the whole document on request", "[packument]") {
  CHECK(demo()->document().value().at("readme") == "brackets in text: {[ \"\\ ");
}

TEST_CASE("Packument: refuses what is no packument of the name", "[packument]") {
  CHECK(code_of(R"({"name":"other","versions":{}})", "demo") == "EPACKUMENTNAME");
  CHECK(code_of(R"({"versions":{}})", "demo") == "ok");
  for (const char* text : {"",
                           " ",
                           "[]",
                           "null",
                           "1",
                           "\"x\"",
                           "{",
                           "{}}",
                           "{\"a\":1,}",
                           "{\"a\" 1}",
                           "{1:2}",
                           "{\"a\":[1 2]}",
                           "{\"a\":[1,]}",
                           "{\"a\":]",
                           "{\"a\":{]}",
                           "{\"a\":1}{}",
                           "{\"a\":x}",
                           "{\"a\\q\":1}",
                           "{\"a",
                           "{\"a\":\"\xff\"}"}) {
    INFO(text);
    CHECK(code_of(text) == "EJSONPARSE");
  }
  CHECK(code_of("\xEF\xBB\xBF{\"name\":\"demo\"}", "demo") == "ok");
}

TEST_CASE("Packument: hostile sizes fail cleanly or cost little", "[packument]") {
  CHECK(code_of(R"({"a":)" + std::string(100000, '[')) == "EJSONPARSE");
  CHECK(code_of(R"({"versions":{"1.0.0":)" + std::string(100000, '[') + std::string(100000, ']') + "}}") ==
        "EJSONPARSE");
  CHECK(code_of("{\"" + std::string(5'000'000, 'k') + "\":1}") == "ok");
  const auto packument =
      Packument::parse("{\"versions\":{\"" + std::string(5'000'000, '1') + "\":{}}}", "demo").value();
  CHECK_FALSE(packument->versions()[0].version);
  std::string many = R"({"versions":{"1.0.0":{"name":"demo","version":"1.0.0","dependencies":{)";
  for (int i = 0; i < 50000; ++i) many += "\"d" + std::to_string(i) + "\":\"1\",";
  many += R"("z":"1"}}}})";
  CHECK(Packument::parse(many, "demo").value()->manifest("1.0.0")->dependencies.size() == 50001);
}

TEST_CASE("Packument: a repeated key keeps its place and its last value", "[packument]") {
  const auto packument =
      Packument::parse(
          R"({"versions":{"0.1.0":{}},"versions":{"1.0.0":{"version":"9.0.0"},"2.0.0":{},"1.0.0":{"version":"1.0.0","deprecated":"x"}},
          "dist-tags":{"latest":"1.0.0","latest":"2.0.0"}})",
          "demo")
          .value();
  REQUIRE(packument->versions().size() == 2);
  CHECK(packument->versions()[0].key == "1.0.0");
  CHECK(packument->manifest("1.0.0")->deprecated == "x");
  CHECK(packument->dist_tags() == StringMap{{"latest", "2.0.0"}});
  CHECK(Packument::parse(R"({"versions":{"1.0.0":{}},"versions":[]})", "demo").value()->versions().empty());
  CHECK(Packument::parse(R"({"versions":{"1.0.0":{}},"versions":null})", "demo").value()->versions().empty());
}

TEST_CASE("Packument: numbers that JavaScript can read do not lose a manifest", "[packument]") {
  const auto packument =
      Packument::parse(R"({"versions":{"1.0.0":{"version":"1.0.0","x":123456789012345678901234567890}}})", "demo")
          .value();
  REQUIRE(packument->manifest("1.0.0") != nullptr);
}

TEST_CASE("parse_iso_time: reads what registries write", "[packument]") {
  using namespace std::chrono;
  const auto seconds_of = [](std::string_view text) {
    const auto time = parse_iso_time(text);
    return time ? duration_cast<milliseconds>(time->time_since_epoch()).count() : -1;
  };
  CHECK(seconds_of("1970-01-02T00:00:00.000Z") == 86400000);
  CHECK(seconds_of("2024-02-29T23:59:59.5Z") == 1709251199500);
  CHECK(seconds_of("2024-02-29T23:59:59.123456Z") == 1709251199123);
  CHECK(seconds_of("1970-01-01T02:00:00+02:00") == 0);
  CHECK(seconds_of("1970-01-02") == 86400000);
  for (const char* text : {"", "2024", "2023-02-29T00:00:00Z", "2024-13-01", "2024-01-01T25:00:00Z",
                           "2024-01-01T00:60:00Z", "2024-01-01T00:00:00Zx", "now"}) {
    INFO(text);
    CHECK_FALSE(parse_iso_time(text));
  }
}
