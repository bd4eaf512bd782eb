#include "cli/config/flags.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;

namespace {

const PathBase kBase{"/home/me", "/work/project"};

ParsedFlags parse(std::vector<std::string> arguments) { return parse_flags(arguments, kBase); }

/// The values as one JSON object, to compare with what nopt gives.
std::string values_of(const ParsedFlags& parsed) {
  Json object = Json::object();
  for (const auto& [key, value] : parsed.values) object[key] = value;
  return object.dump();
}

struct Row {
  std::vector<std::string> arguments;
  std::string values;
  std::vector<std::string> positionals;
};

}  // namespace

TEST_CASE("Flags: values and positionals come out as nopt reads them", "[flags]") {
  // Expected values were printed by nopt with npm 12's definitions.
  const Row rows[] = {
      {{"install", "-D", "foo"}, R"({"save-dev":true})", {"install", "foo"}},
      {{"i", "--save-dev=false", "a"}, R"({"save-dev":false})", {"i", "a"}},
      {{"i", "--no-save"}, R"({"save":false})", {"i"}},
      {{"i", "--no-no-save"}, R"({"save":true})", {"i"}},
      {{"i", "--save", "false"}, R"({"save":false})", {"i"}},
      {{"i", "--omit=dev", "--omit", "optional"}, R"({"omit":["dev","optional"]})", {"i"}},
      {{"ls", "-gal"}, R"({"global":true,"all":true,"long":true})", {"ls"}},
      {{"-s", "run", "x"}, R"({"loglevel":"silent"})", {"run", "x"}},
      {{"--silent", "run"}, R"({"loglevel":"silent"})", {"run"}},
      {{"-d"}, R"({"loglevel":"info"})", {}},
      {{"--dd"}, R"({"loglevel":"verbose"})", {}},
      {{"--ddd"}, R"({"loglevel":"silly"})", {}},
      {{"-q"}, R"({"loglevel":"warn"})", {}},
      {{"-w", "a", "-w=b"}, R"({"workspace":["a","b"]})", {}},
      {{"--ws", "--iwr"}, R"({"workspaces":true,"include-workspace-root":true})", {}},
      {{"-C", "sub"}, R"({"prefix":"/work/project/sub"})", {}},
      {{"--prefix=~/x"}, R"({"prefix":"/home/me/x"})", {}},
      {{"-h"}, R"({"usage":true})", {}},
      {{"-?"}, R"({"usage":true})", {}},
      {{"--help"}, R"({"usage":true})", {}},
      {{"-v"}, R"({"version":true})", {}},
      {{"-n"}, R"({"yes":false})", {}},
      {{"-y"}, R"({"yes":true})", {}},
      {{"--no"}, R"({"yes":false})", {}},
      {{"run", "x", "--", "-D", "--foo"}, "{}", {"run", "x", "-D", "--foo"}},
      {{"--tag"}, R"({"tag":""})", {}},
      {{"--tag", "--save"}, R"({"tag":"","save":true})", {}},
      {{"--depth=3"}, R"({"depth":3})", {}},
      {{"--depth", "0"}, R"({"depth":0})", {}},
      {{"--depth", "null"}, R"({"depth":null})", {}},
      {{"--color", "always", "ls"}, R"({"color":"always"})", {"ls"}},
      {{"--color", "ls"}, R"({"color":true})", {"ls"}},
      {{"--no-proxy"}, R"({"proxy":false})", {}},
      {{"--registry", "HTTP://Reg.Example:80"}, R"({"registry":"http://reg.example/"})", {}},
      {{"--enjoy-by=2020-01-02"}, R"({"before":"2020-01-02T00:00:00.000Z"})", {}},
      {{"--umask=022"}, R"({"umask":18})", {}},
      {{"--init-version=v1.2.3"}, R"({"init-version":"1.2.3"})", {}},
      {{"--what", "ever", "--what=2"}, R"({"what":[true,"2"]})", {"ever"}},
      {{"--what=ever"}, R"({"what":"ever"})", {}},
      {{"--no-what"}, R"({"what":false})", {}},
      {{"--//host/:_authToken=abc"}, R"({"//host/:_authToken":"abc"})", {}},
      {{"--before"}, "{}", {}},
      {{"-"}, "{}", {"-"}},
      {{"exec", "-c", "tsc -p ."}, R"({"call":"tsc -p ."})", {"exec"}},
      {{"--lockfile-version=2"}, R"({"lockfile-version":"2"})", {}},
      {{"--reg=http://a/"}, R"({"registry":"http://a/"})", {}},
      {{"--workspace"}, R"({"workspace":["true"]})", {}},
      {{"--no-save-prefix", "foo"}, R"({"save-prefix":"false"})", {"foo"}},
  };
  for (const auto& row : rows) {
    INFO(Json(row.arguments).dump());
    const auto parsed = parse(row.arguments);
    CHECK(values_of(parsed) == row.values);
    CHECK(parsed.positionals == row.positionals);
    CHECK(parsed.refused.empty());
  }
}

TEST_CASE("Flags: a value of the wrong type is left out and reported", "[flags]") {
  const auto parsed =
      parse({"--loglevel=loud", "--fetch-retries=many", "--registry=nowhere", "--omit=dev", "--omit=prod"});
  CHECK(values_of(parsed) == R"({"omit":["dev"]})");
  REQUIRE(parsed.invalid.size() == 4);
  CHECK(parsed.invalid[0].key == "loglevel");
  CHECK(parsed.invalid[0].value == Json("loud"));
  CHECK(parsed.invalid[3].key == "omit");
}

TEST_CASE("Flags: abbreviations are recognised and refused", "[flags]") {
  const auto parsed = parse({"--save-de", "x"});
  REQUIRE(parsed.refused.size() == 1);
  CHECK(parsed.refused[0].code == "EUNKNOWNCONFIG");
  CHECK(parsed.refused[0].message == "Invalid abbreviated flag \"--save-de\". Did you mean \"--save-dev\"?");
  CHECK(parsed.find("save-dev") != nullptr);
  CHECK(parse({"--regis", "http://a/"}).refused.size() == 1);
  CHECK(parse({"--quie"}).refused.at(0).message == "Invalid abbreviated flag \"--quie\". Did you mean \"--quiet\"?");
}

TEST_CASE("Flags: a long shorthand with one dash is refused", "[flags]") {
  const auto parsed = parse({"install", "-ws"});
  REQUIRE(parsed.refused.size() == 1);
  CHECK(parsed.refused[0].message == "-ws is not a valid single-hyphen cli flag. Did you mean --ws?");
  CHECK(parse({"run", "x", "--", "-ws"}).refused.empty());
}

TEST_CASE("Flags: a word behind an unknown flag is remembered as stranded", "[flags]") {
  CHECK(parse({"--what", "ever"}).stranded == std::vector<std::string>{"ever"});
  CHECK(parse({"--what=1", "ever"}).stranded.empty());
  CHECK(parse({"--what", "true"}).stranded.empty());
}

TEST_CASE("Flags: an abbreviation expands only when one candidate is left", "[flags]") {
  const std::vector<std::string_view> words{"save", "save-dev", "silent"};
  CHECK(expand_abbreviation("save", words) == "save");
  CHECK(expand_abbreviation("save-", words) == "save-dev");
  CHECK(expand_abbreviation("sa", words).empty());
  CHECK(expand_abbreviation("si", words) == "silent");
  CHECK(expand_abbreviation("", words).empty());
}
