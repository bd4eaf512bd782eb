#include "cli/config/ini.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;

TEST_CASE("Ini: lines become keys, flags, lists and sections", "[ini]") {
  // The second column is what `ini` 6 prints for the first.
  const std::pair<std::string, std::string> rows[] = {
      {"a=1\nb = two words \n", R"({"a":"1","b":"two words"})"},
      {"flag\nno=false\nyes=true\nnil=null", R"({"flag":true,"no":false,"yes":true,"nil":null})"},
      {"; comment\n# comment\n   ; too\na=1 ; tail\nb=2 # tail", R"({"a":"1","b":"2"})"},
      {R"(a=x\;y\#z\\w\q)", R"({"a":"x;y#z\\w\\q"})"},
      {"a[]=1\na[]=2", R"({"a":["1","2"]})"},
      {"a=0\na[]=1", R"({"a":["0","1"]})"},
      {"a[]=1\na=2", R"({"a":["1","2"]})"},
      {"[]=1", R"({"[]":"1"})"},
      {"a=\"x = ; y\"", R"({"a":"x = ; y"})"},
      {"a='x;y'", R"({"a":"x;y"})"},
      {"a='12'", R"({"a":12})"},
      {"a=\"bad \\q\"", R"({"a":"\"bad \\q\""})"},
      {"a=", R"({"a":""})"},
      {"=b\nc=1", R"({"c":"1"})"},
      {"a=b=c", R"({"a":"b=c"})"},
      {"[s]\na=1\n[t.u]\nb=2\n[s]\nc=3", R"({"s":{"a":"1","c":"3"},"t":{"u":{"b":"2"}}})"},
      {"[x\\.y]\na=1", R"({"x.y":{"a":"1"}})"},
      {"[not a section\nb=1", R"({"[not a section":true,"b":"1"})"},
      {"__proto__=1\n[__proto__]\na=1\n[ok]\nb=2", R"({"ok":{"b":"2"}})"},
      {"//host/:_authToken=${TOKEN}", R"({"//host/:_authToken":"${TOKEN}"})"},
      {"a=1\r\nb=2\r\r\nc=3", R"({"a":"1","b":"2","c":"3"})"},
      {"\xEF\xBB\xBF"
       "a=1",
       R"({"a":"1"})"},
      {"a=1\na=2", R"({"a":"2"})"},
      {"@scope:registry=https://r/", R"({"@scope:registry":"https://r/"})"},
      {"a=\"", R"({"a":"\""})"},
      {"", "{}"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    CHECK(parse_ini(text).dump() == expected);
  }
}

TEST_CASE("Ini: what is written is read back", "[ini]") {
  const Json object = Json::parse(R"({"plain":"x","spaces":" x ","comment":"a;b#c","equals":"a=b","quoted":"\"q\"",
    "list":["1","two words"],"bracket":"[x","lines":"a\nb","yes":true,"nil":null,"sec":{"a":"1","deep":{"b":"2"}}})");
  const auto text = stringify_ini(object);
  CHECK(parse_ini(text) == object);
  CHECK(text.find("comment=a\\;b\\#c\n") != std::string::npos);
  CHECK(text.find("[sec.deep]\nb=2\n") != std::string::npos);
  CHECK(text.find("list[]=1\nlist[]=two words\n") != std::string::npos);
}

TEST_CASE("Ini: a file with very many keys is read in linear time", "[ini]") {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "key" + std::to_string(i) + "=1\n";
  CHECK(parse_ini(text).size() == 50000);
}
