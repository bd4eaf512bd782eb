#include "hoist/package/version.hpp"

#include <algorithm>
#include <random>

#include "support/catch.hpp"

using namespace hoist::package;

namespace {

constexpr SemverOptions kLoose{.loose = true};

Version version(std::string_view text, SemverOptions options = {}) {
  auto parsed = Version::parse(text, options);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

std::string next(std::string_view text, std::string_view release, std::string identifier = {}, std::string base = {}) {
  const auto result = increment(version(text), release, {std::move(identifier), std::move(base)});
  return result ? result->to_string() : result.error().code;
}

std::string coerced(std::string_view text, CoerceOptions options = {}) {
  const auto result = coerce(text, options);
  return result ? result->to_string() : "none";
}

}  // namespace

TEST_CASE("Version: strict text is read and printed without build metadata", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {"1.2.3", "1.2.3"},
      {"0.0.0", "0.0.0"},
      {"v1.2.3", "1.2.3"},
      {"  1.2.3\n", "1.2.3"},
      {"1.2.3-alpha.1.0", "1.2.3-alpha.1.0"},
      {"1.2.3--", "1.2.3--"},
      {"1.2.3-0a.-1", "1.2.3-0a.-1"},
      {"1.2.3+build.01", "1.2.3"},
      {"1.2.3-rc+sha-5", "1.2.3-rc"},
      {"9007199254740991.0.0", "9007199254740991.0.0"},
      {"1.0.0-9007199254740993", "1.0.0-9007199254740993"},
      {"\xC2\xA0"
       "1.2.3\xE3\x80\x80",
       "1.2.3"},
  };
  for (const auto& [text, printed] : table) CHECK(version(text).to_string() == printed);
}

TEST_CASE("Version: what strict semver refuses is EINVALIDVERSION", "[semver]") {
  const char* table[] = {"",
                         "1",
                         "1.2",
                         "1.2.3.4",
                         "01.2.3",
                         "1.02.3",
                         "1.2.03",
                         "1.2.3-01",
                         "1.2.3-",
                         "1.2.3-a..b",
                         "1.2.3+",
                         "1.2.3+a..b",
                         "=1.2.3",
                         "vv1.2.3",
                         "v 1.2.3",
                         "1.2.3 4",
                         "-1.2.3",
                         "1.2.x",
                         "*",
                         "1.2.3-b_c",
                         "1.2.3beta",
                         "1.2.3-é",
                         "a.b.c",
                         "1 .2.3",
                         "1.2.3-\0",
                         "1.2.9007199254740992",
                         "9007199254740992.0.0",
                         "1.99999999999999999999.0",
                         "1.2.3-a."};
  for (const auto* text : table) {
    INFO(text);
    const auto parsed = Version::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == "EINVALIDVERSION");
  }
}

TEST_CASE("Version: loose text may have prefixes, leading zeros and no hyphen", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {"=1.2.3", "1.2.3"},       {"v = v 1.2.3", "1.2.3"},
      {"01.002.0003", "1.2.3"},  {"1.2.3beta", "1.2.3-beta"},
      {"1.2.3-01", "1.2.3-1"},   {"1.2.3beta.02", "1.2.3-beta.2"},
      {"1.2.3-", "1.2.3--"},     {"1.2.34.5", "1.2.3-4.5"},
      {"1.2.3-.a", "1.2.3--.a"}, {"1.2.3a+b", "1.2.3-a"},
      {"1.2.34a", "1.2.34-a"},   {"1.2.3-0009007199254740993", "1.2.3-0009007199254740993"},
  };
  for (const auto& [text, printed] : table) {
    INFO(text);
    CHECK(version(text, kLoose).to_string() == printed);
    CHECK_FALSE(Version::parse(text));
  }
  for (const auto* text : {"1.2.3.4", "1.2", "1.2.3 a", "1.2.3-a..b", "x1.2.3"})
    CHECK_FALSE(Version::parse(text, kLoose));
}

TEST_CASE("Version: the length limit counts 256 characters", "[semver]") {
  const auto longest = "1.2.3-" + std::string(250, 'a');
  CHECK(version(longest).to_string() == longest);
  CHECK_FALSE(Version::parse(longest + "a"));
  CHECK_FALSE(Version::parse(std::string(252, ' ') + "1.2.3"));
  // Two bytes, one character.
  std::string spaces;
  for (int i = 0; i < 251; ++i) spaces += "\xC2\xA0";
  CHECK(version(spaces + "1.2.3").to_string() == "1.2.3");
  CHECK_FALSE(Version::parse(spaces + "\xC2\xA0"
                                      "1.2.3"));
}

TEST_CASE("Version: parts can be asked for", "[semver]") {
  const auto parsed = version("1.2.3-beta.4.9007199254740991+x.007");
  CHECK(parsed.major() == 1);
  CHECK(parsed.minor() == 2);
  CHECK(parsed.patch() == 3);
  REQUIRE(parsed.prerelease().size() == 3);
  CHECK_FALSE(parsed.prerelease()[0].numeric);
  CHECK(parsed.prerelease()[1] == PrereleaseIdentifier{true, 4, "4"});
  CHECK_FALSE(parsed.prerelease()[2].numeric);
  CHECK(parsed.build() == std::vector<std::string>{"x", "007"});
  CHECK(parsed.is_prerelease());
  CHECK_FALSE(version("1.2.3+b").is_prerelease());
}

TEST_CASE("Version: precedence puts prereleases first, numbers before words", "[semver]") {
  const std::vector<std::string> ascending = {"0.0.0-0",
                                              "0.0.0",
                                              "0.0.1",
                                              "0.10.0-1",
                                              "0.10.0",
                                              "1.0.0-1",
                                              "1.0.0-2",
                                              "1.0.0-10",
                                              "1.0.0-9007199254740994",
                                              "1.0.0--",
                                              "1.0.0-Alpha",
                                              "1.0.0-alpha",
                                              "1.0.0-alpha.1",
                                              "1.0.0-alpha.beta",
                                              "1.0.0-beta.2",
                                              "1.0.0-beta.11",
                                              "1.0.0-rc.1",
                                              "1.0.0",
                                              "1.0.1-a",
                                              "1.0.10",
                                              "1.2.0",
                                              "1.10.0",
                                              "2.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      INFO(ascending[i] << " and " << ascending[k]);
      CHECK(((version(ascending[i]) <=> version(ascending[k])) == (i <=> k)));
    }
}

TEST_CASE("Version: build metadata counts only in compare_build", "[semver]") {
  const auto order = [](const char* a, const char* b) {
    const auto result = compare_build(version(a), version(b));
    return result < 0 ? -1 : result > 0 ? 1 : 0;
  };
  CHECK(version("1.0.0+a") == version("1.0.0+b"));
  CHECK(order("1.0.0+a", "1.0.0+b") < 0);
  CHECK(order("1.0.0+1", "1.0.0+01") == 0);
  CHECK(order("1.0.0", "1.0.0+0") < 0);
  CHECK(order("1.0.0+10", "1.0.0+9") > 0);
  CHECK(order("1.0.0+9", "1.0.0+a") < 0);
  CHECK(order("1.0.0+b", "1.0.1+a") < 0);
}

TEST_CASE("Version: digits beyond 2^53 compare as doubles", "[semver]") {
  CHECK(version("1.0.0-9007199254740993") == version("1.0.0-9007199254740992"));
  // The first identifier that differs in text decides, even as equal.
  CHECK(version("1.0.0-9007199254740993.1") == version("1.0.0-9007199254740992.2"));
  CHECK(version("1.0.0-9007199254740993") < version("1.0.0-90071992547409930"));
}

TEST_CASE("Version: increments step as npm version does", "[semver]") {
  const char* table[][5] = {
      {"1.2.3", "major", "", "", "2.0.0"},
      {"1.2.3", "minor", "", "", "1.3.0"},
      {"1.2.3", "patch", "", "", "1.2.4"},
      {"1.2.3-tag", "major", "", "", "2.0.0"},
      {"2.0.0-tag", "major", "", "", "2.0.0"},
      {"1.2.0-0", "minor", "", "", "1.2.0"},
      {"1.2.3-4", "minor", "", "", "1.3.0"},
      {"1.2.3-4", "patch", "", "", "1.2.3"},
      {"1.2.3+build", "patch", "", "", "1.2.4"},
      {"1.2.3", "premajor", "", "", "2.0.0-0"},
      {"1.2.3", "preminor", "", "", "1.3.0-0"},
      {"1.2.3", "prepatch", "", "", "1.2.4-0"},
      {"1.2.3-4", "prepatch", "", "", "1.2.4-0"},
      {"1.2.3", "prerelease", "", "", "1.2.4-0"},
      {"1.2.3-0", "prerelease", "", "", "1.2.3-1"},
      {"1.2.3-alpha.9.beta", "prerelease", "", "", "1.2.3-alpha.10.beta"},
      {"1.2.3-alpha", "prerelease", "", "", "1.2.3-alpha.0"},
      {"1.2.3-alpha.0", "prerelease", "beta", "", "1.2.3-beta.0"},
      {"1.2.3-beta.1", "prerelease", "beta", "", "1.2.3-beta.2"},
      {"1.2.3-beta.x", "prerelease", "beta", "", "1.2.3-beta.0"},
      {"1.2.3", "prerelease", "dev", "1", "1.2.4-dev.1"},
      {"1.2.3", "prerelease", "dev", "false", "1.2.4-dev"},
      {"1.2.3-dev", "prerelease", "dev", "false", "EINVALIDINCREMENT"},
      {"1.2.3", "prerelease", "", "false", "EINVALIDINCREMENT"},
      {"1.2.3", "premajor", "a.b", "", "2.0.0-a.b.0"},
      {"1.2.3-a.b.4", "prerelease", "a.b", "", "1.2.3-a.b.5"},
      {"1.2.3", "premajor", "01", "", "EINVALIDINCREMENT"},
      {"1.2.3", "premajor", "a..b", "", "EINVALIDINCREMENT"},
      {"1.2.3-rc.1", "release", "", "", "1.2.3"},
      {"1.2.3", "release", "", "", "EINVALIDINCREMENT"},
      {"1.2.3", "pre", "", "", "1.2.3-0"},
      {"1.2.3", "prefix", "", "", "EINVALIDINCREMENT"},
      {"1.2.3", "", "", "", "EINVALIDINCREMENT"},
      {"9007199254740991.0.0", "major", "", "", "9007199254740992.0.0"},
  };
  for (const auto& [text, release, identifier, base, expected] : table) {
    INFO(text << ' ' << release << ' ' << identifier << ' ' << base);
    CHECK(next(text, release, identifier, base) == expected);
  }
}

TEST_CASE("Version: diff names the part that changed", "[semver]") {
  const char* table[][3] = {
      {"1.2.3", "2.0.0", "major"},          {"1.2.3", "1.3.0", "minor"},      {"1.2.3", "1.2.4", "patch"},
      {"1.2.3", "2.0.0-a", "premajor"},     {"1.2.3", "1.3.0-a", "preminor"}, {"1.2.3", "1.2.4-a", "prepatch"},
      {"1.2.3-a", "1.2.3-b", "prerelease"}, {"1.0.0-1", "1.0.0", "major"},    {"1.0.0-1", "1.1.1", "major"},
      {"1.1.0-1", "1.1.0", "minor"},        {"1.1.1-1", "1.1.1", "patch"},    {"1.1.0-1", "1.1.1", "patch"},
      {"1.2.3", "1.2.3", "none"},           {"1.2.3+a", "1.2.3+b", "none"},
  };
  for (const auto& [a, b, expected] : table) {
    INFO(a << " and " << b);
    CHECK(diff(version(a), version(b)).value_or("none") == expected);
    CHECK(diff(version(b), version(a)).value_or("none") == expected);
  }
}

TEST_CASE("Version: coerce finds the first version-like thing", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {"v1", "1.0.0"},
      {"42.6.7.9.3-alpha", "42.6.7"},
      {"version one", "none"},
      {"", "none"},
      {"a1b2.3", "1.0.0"},
      {"1.2.3-beta", "1.2.3"},
      {"01.2.3", "none"},
      {"12345678901234567.1", "1.0.0"},
      {"1.12345678901234567.3", "1.0.0"},
      {"9007199254740992", "none"},
      {"\xC3\xA9"
       "4.5",
       "4.5.0"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(coerced(text) == expected);
  }
  CHECK(coerced("01.2.3", {.loose = true}) == "1.2.3");
}

TEST_CASE("Version: coerce from the right, and with prereleases", "[semver]") {
  CHECK(coerced("1.2.3.4", {.rtl = true}) == "2.3.4");
  CHECK(coerced("1.2.3/6", {.rtl = true}) == "6.0.0");
  CHECK(coerced("1.2.3.4xyz", {.rtl = true}) == "2.3.4");
  CHECK(coerced("1.2.3.4-rc.5+b x", {.rtl = true, .include_prerelease = true}) == "2.3.4-rc.5");
  CHECK(coerced("1-alpha.2", {.include_prerelease = true}) == "1.0.0-alpha.2");
  // Two code units at the end, of which a match takes one: another match ends further right.
  CHECK(coerced("=0.2.3-B+1a.1a\U0001F600", {.rtl = true, .include_prerelease = true}) == "1.0.0");
  CHECK(coerced("=0.2.3-B+1a.1a\u00E9", {.rtl = true, .include_prerelease = true}) == "0.2.3-B");
  CHECK(coerced("1.2.3-01", {.include_prerelease = true}) == "1.2.3");
  CHECK(coerced("1.2.3-0.01", {.include_prerelease = true}) == "1.2.3-0");
  const auto build = coerce("a1.2+b.c.", {.include_prerelease = true});
  REQUIRE(build);
  CHECK(build->build() == std::vector<std::string>{"b", "c"});
}

TEST_CASE("Version: clean strips what people put before versions", "[semver]") {
  CHECK(clean("  =v1.2.3  ") == "1.2.3");
  CHECK(clean("==vv1.2.3-a+b") == "1.2.3-a");
  CHECK(clean(" v 1.2.3") == "1.2.3");
  CHECK_FALSE(clean(">1.2.3"));
  CHECK_FALSE(clean("v"));
}

TEST_CASE("Version: printing and reading again is the identity", "[semver]") {
  std::mt19937 random(7);
  const auto below = [&](unsigned n) { return random() % n; };
  const char* identifiers[] = {"0", "1", "22", "alpha", "-", "0x", "a-b", "9007199254740990"};
  for (int i = 0; i < 2000; ++i) {
    std::vector<PrereleaseIdentifier> prerelease;
    for (auto n = below(4); n > 0; --n) {
      const std::string id = identifiers[below(8)];
      const bool numeric = std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
      prerelease.push_back({numeric, numeric ? std::stoull(id) : 0, id});
    }
    const Version made(below(30), below(30), below(30), prerelease);
    const auto read = version(made.to_string());
    CHECK(read == made);
    CHECK(read.prerelease() == made.prerelease());
  }
}
