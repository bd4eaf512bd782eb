#include "cli/config/value.hpp"

#include "cli/config/url.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;

namespace {
const PathBase kBase{"/home/me", "/work"};
const Environment kEnvironment(Environment::Map{{"HOST", "example.org"}, {"EMPTY", ""}, {"A-B", "dash"}});

std::string parsed(std::string_view key, const Json& value) {
  const auto result = parse_field(value, find_definition(key), kEnvironment, kBase);
  return result ? result->dump() : "undefined";
}
}  // namespace

TEST_CASE("Variables: references are replaced, unset ones stay", "[env]") {
  const std::pair<std::string, std::string> rows[] = {
      {"x${HOST}y", "xexample.orgy"},
      {"${NOPE}", "${NOPE}"},
      {"${NOPE?}", ""},
      {"${HOST?}", "example.org"},
      {"${EMPTY}", ""},
      {"\\${HOST}", "${HOST}"},
      {"\\\\${HOST}", "\\example.org"},
      {"\\\\\\${HOST}", "\\${HOST}"},
      {"a\\b", "a\\b"},
      {"${}", "${}"},
      {"${HOST", "${HOST"},
      {"${${HOST}}", "${example.org}"},
      {"$HOST", "$HOST"},
      {"${A-B}", "dash"},
      {"${NOPE-fallback}", "fallback"},
      {"${NOPE:-fallback}", "fallback"},
      {"${EMPTY-fallback}", "fallback"},
      {"${HOST-fallback}", "example.org"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    CHECK(expand_variables(text, kEnvironment) == expected);
  }
}

TEST_CASE("Values: a field takes the type of its key", "[config]") {
  CHECK(parsed("save", "true") == "true");
  CHECK(parsed("save", "") == "true");
  CHECK(parsed("save", "false") == "false");
  CHECK(parsed("depth", "2") == "2");
  CHECK(parsed("depth", "null") == "\"null\"");
  CHECK(parsed("tag", "true") == "\"true\"");
  CHECK(parsed("access", "null") == "null");
  CHECK(parsed("access", "undefined") == "undefined");
  CHECK(parsed("omit", "dev") == R"(["dev"])");
  CHECK(parsed("omit", "dev\n\noptional") == R"(["dev","optional"])");
  CHECK(parsed("omit", Json::array({"dev"})) == R"(["dev"])");
  CHECK(parsed("cache", "~/c") == R"("/home/me/c")");
  CHECK(parsed("cache", "c/../d/") == R"("/work/d")");
  CHECK(parsed("registry", "https://${HOST}/") == R"("https://example.org/")");
  CHECK(parsed("umask", "0022") == "18");
  CHECK(parsed("before", "2024-02-03") == R"("2024-02-03T00:00:00.000Z")");
  CHECK(parsed("unknown", "true") == "true");
  CHECK(parsed("unknown", "7") == "\"7\"");
}

TEST_CASE("Values: dates are read as JavaScript reads ISO 8601", "[config]") {
  CHECK(normalize_date("2024") == "2024-01-01T00:00:00.000Z");
  CHECK(normalize_date("2024-05") == "2024-05-01T00:00:00.000Z");
  CHECK(normalize_date("2024-05-06T07:08:09Z") == "2024-05-06T07:08:09.000Z");
  CHECK(normalize_date("2024-05-06T07:08:09.5+02:00") == "2024-05-06T05:08:09.500Z");
  for (const char* bad : {"", "soon", "2024-13-01", "2024-05-06T", "2024-05-06T07:08:09Q", "2024-05-06x"}) {
    INFO(bad);
    CHECK_FALSE(normalize_date(bad));
  }
}

TEST_CASE("Values: numbers are read as JavaScript reads them", "[config]") {
  CHECK(parse_js_number("") == 0);
  CHECK(parse_js_number(" 12 ") == 12);
  CHECK(parse_js_number("-1.5e3") == -1500);
  CHECK(parse_js_number("0x1f") == 31);
  CHECK(parse_js_number("Infinity").value() > 1e300);
  for (const char* bad : {"1px", "abc", "0x", "--1", "nan", "inf", "1e"}) {
    INFO(bad);
    CHECK_FALSE(parse_js_number(bad));
  }
}

TEST_CASE("Urls: registries are normalised as the WHATWG parser does", "[config]") {
  const std::pair<std::string, std::string> rows[] = {
      {"https://Reg.Example", "https://reg.example/"},
      {"HTTPS://reg.example:443/a/../b/", "https://reg.example/b/"},
      {"http://reg.example:4873", "http://reg.example:4873/"},
      {"http://user:pw@host/x?q#h", "http://user:pw@host/x?q#h"},
      {" http://host ", "http://host/"},
      {"http:\\\\host\\a", "http://host/a"},
      {"socks5://h:1", "socks5://h:1"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    CHECK(normalize_url(text).value_or("none") == expected);
  }
  for (const char* bad : {"", "host", "http://", "//host/", "1http://x", "http://h:port", "http://a b/"}) {
    INFO(bad);
    CHECK_FALSE(normalize_url(bad));
  }
}

TEST_CASE("Urls: credentials are keyed by host and folder", "[config]") {
  CHECK(nerf_dart("https://registry.npmjs.org/") == "//registry.npmjs.org/");
  CHECK(nerf_dart("http://host:4873/npm/pkg") == "//host:4873/npm/");
  CHECK(nerf_dart("https://user:pw@host/a/b/?x=1") == "//host/a/b/");
  CHECK(nerf_dart("https://host:443") == "//host/");
  CHECK(nerf_dart("nonsense").empty());
}

TEST_CASE("Definitions: the table is sorted and its defaults are of their own type", "[config]") {
  const auto all = definitions();
  CHECK(std::ranges::is_sorted(all, {}, &Definition::name));
  for (const auto& definition : all) {
    INFO(definition.name);
    CHECK(find_definition(definition.name) == &definition);
    CHECK_FALSE(definition.description.empty());
    if (definition.is(kComputed)) continue;
    const auto value = parse_json(definition.default_json, "default");
    REQUIRE(value);
    const bool unset = value->is_null() || (value->is_string() && value->get<std::string>().empty());
    if (!unset) CHECK(clean_value(*value, &definition, kBase) == value.value());
  }
}

TEST_CASE("Definitions: usage lines show how a flag is typed", "[config]") {
  CHECK(usage_of(*find_definition("save-dev")) == "-D|--save-dev");
  CHECK(usage_of(*find_definition("audit")) == "--no-audit");
  CHECK(usage_of(*find_definition("install-strategy")) == "--install-strategy <hoisted|nested|shallow|linked>");
  CHECK(usage_of(*find_definition("omit")) == "--omit <dev|optional|peer> [--omit <dev|optional|peer> ...]");
  CHECK(usage_of(*find_definition("workspace")) ==
        "-w|--workspace <workspace-name> [-w|--workspace <workspace-name> ...]");
  CHECK(usage_of(*find_definition("before")) == "--before <date>");
  CHECK(usage_of(*find_definition("workspaces")) == "--workspaces");
  CHECK(describe_type(*find_definition("omit")) == "\"dev\", \"optional\", or \"peer\" (can be set multiple times)");
}
