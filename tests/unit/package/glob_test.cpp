#include "hoist/package/glob.hpp"

#include "hoist/base/text.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

bool segment(const char* pattern, const char* name) { return GlobSegment(pattern, true).matches(name); }

bool rule(const char* pattern, const char* path, bool partial = false) {
  return IgnoreRule(pattern).matches(split(path, '/'), partial);
}

}  // namespace

TEST_CASE("Glob: braces expand as in a shell", "[glob]") {
  const auto expanded = [](const char* pattern) { return join(expand_braces(pattern), " "); };
  CHECK(expanded("a{b,c}d") == "abd acd");
  CHECK(expanded("readme{,.*[^~$]}") == "readme readme.*[^~$]");
  CHECK(expanded("{1..3}") == "1 2 3");
  CHECK(expanded("{01..03}") == "01 02 03");
  CHECK(expanded("{a..e..2}") == "a c e");
  CHECK(expanded("{c..a}") == "c b a");
  CHECK(expanded("x{a,{b,c}}y") == "xay xby xcy");
  CHECK(expanded("{{a,b}}") == "{a} {b}");
  CHECK(expanded("{a,b}{c,d}") == "ac ad bc bd");
  CHECK(expanded("${a,b}") == "${a,b}");
  CHECK(expanded("{a}") == "{a}");
  CHECK(expanded("\\{a,b}") == "\\{a,b}");
  CHECK(expanded("{a,b") == "{a,b");
  CHECK(expand_braces("{1..100000000}").size() <= 10'000);
  std::string hostile;
  for (int i = 0; i < 40; ++i) hostile += "{a,b}";
  CHECK(expand_braces(hostile).size() <= 10'000);
}

TEST_CASE("Glob: a segment knows stars, brackets and extended globs", "[glob]") {
  CHECK(segment("*", ".hidden"));
  CHECK_FALSE(segment("*", ""));
  CHECK(segment("*.JS", "index.js"));
  CHECK(segment("a?c", "abc"));
  CHECK(segment("?", "é"));
  CHECK_FALSE(segment("a?c", "ac"));
  CHECK(segment("[a-c]x", "bx"));
  CHECK_FALSE(segment("[!a-c]x", "bx"));
  CHECK(segment("[]a]", "]"));
  CHECK_FALSE(segment("[c-a]", "b"));
  CHECK(segment("[a", "[a"));
  CHECK(segment("[[:digit:]]", "7"));
  CHECK(segment("readme.*[^~$]", "README.md"));
  CHECK_FALSE(segment("readme.*[^~$]", "readme.md~"));
  CHECK(segment("\\*", "*"));
  CHECK_FALSE(segment("\\*", "x"));
  CHECK(segment("*.@(js|ts)", "x.ts"));
  CHECK_FALSE(segment("*.@(js|ts)", "x.css"));
  CHECK_FALSE(segment("!(*.test).js", "a.test.js"));
  CHECK(segment("!(*.test).js", "a.js"));
  CHECK(segment("+(ab)", "abab"));
  CHECK_FALSE(segment("+(ab)", "aba"));
  CHECK(segment("a?(b)c", "ac"));
  CHECK(segment("*(a|b)", "abba"));
  CHECK_FALSE(segment("*", ".."));
}

TEST_CASE("Ignore rule: what has no slash is about names anywhere", "[glob]") {
  CHECK(rule("*.orig", "/src/x.orig"));
  CHECK(rule("node_modules", "a/node_modules"));
  CHECK_FALSE(rule("/build", "src/build"));
  CHECK(rule("/build", "/build"));
  CHECK(rule("**/.git/**", "a/.git/config"));
  CHECK(rule("a/**", "a/b/c"));
  CHECK(rule("a/**", "a/"));
  CHECK_FALSE(rule("a/**", "a"));
  CHECK(rule("a/**/b", "a/b"));
  CHECK(rule("a/**/b/**/c", "a/x/b/y/z/c"));
  CHECK_FALSE(rule("a/**/b/**/c", "a/x/c"));
  CHECK(rule("/a/x/../b", "/a/b"));
  CHECK(IgnoreRule("!a").negated());
  CHECK_FALSE(IgnoreRule("!!a").negated());
  CHECK(IgnoreRule("dist/").is_relative());
  CHECK_FALSE(IgnoreRule("/dist").is_relative());
}

TEST_CASE("Ignore rule: a folder is entered when something in it could match", "[glob]") {
  CHECK(rule("!/lib/a.js", "/lib", true));
  CHECK_FALSE(rule("!/lib/a.js", "/src", true));
  CHECK(rule("!/**/x.js", "/anything/below", true));
}

TEST_CASE("Glob: hostile patterns end soon and safely", "[glob]") {
  const auto repeated = [](const char* part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  const std::string name(255, 'a');
  for (const char* part : {"+(", "?(a)", "*(a|b)", "!(", "[", "{", "{a,", "**/", "*a", "\\"}) {
    INFO(part);
    const IgnoreRule rule(repeated(part, 3000));
    const std::vector<std::string_view> path{name, name};
    (void)rule.matches(path, false);
    (void)rule.matches(path, true);
    CHECK_FALSE(GlobSegment(repeated(part, 3000) + "z", true).matches(name));
  }
}
