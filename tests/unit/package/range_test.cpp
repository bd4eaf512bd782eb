#include "hoist/package/range.hpp"

#include <random>

#include "../../../package/src/range_parser.hpp"
#include "support/catch.hpp"

using namespace hoist::package;

namespace {

constexpr SemverOptions kStrict{};
constexpr SemverOptions kLoose{.loose = true};
constexpr SemverOptions kPrerelease{.include_prerelease = true};

Version version(std::string_view text) {
  auto parsed = Version::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

Range range(std::string_view text, SemverOptions options = {}) {
  INFO(text);
  auto parsed = Range::parse(text, options);
  REQUIRE(parsed);
  return *parsed;
}

std::string desugared(std::string_view text, SemverOptions options = {}) {
  const auto parsed = Range::parse(text, options);
  return parsed ? parsed->to_string() : parsed.error().code;
}

}  // namespace

TEST_CASE("Range: sugar becomes plain comparators", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},
      {"*", ""},
      {"x", ""},
      {"X.x.*", ""},
      {">=*", ""},
      {"<*", "<0.0.0-0"},
      {">x", "<0.0.0-0"},
      {">=0.0.0", ""},
      {"1.2.3", "1.2.3"},
      {"=1.2.3", "1.2.3"},
      {"v1.2.3", "1.2.3"},
      {"=v1.2.3", "1.2.3"},
      {"1", ">=1.0.0 <2.0.0-0"},
      {"1.x.x", ">=1.0.0 <2.0.0-0"},
      {"1.2", ">=1.2.0 <1.3.0-0"},
      {"==1.2", ">=1.2.0 <1.3.0-0"},
      {"1.2.*-beta", ">=1.2.0 <1.3.0-0"},
      {">1", ">=2.0.0"},
      {">1.2", ">=1.3.0"},
      {">1.2.3", ">1.2.3"},
      {">=1.2", ">=1.2.0"},
      {"<1.2", "<1.2.0-0"},
      {"<=1.2", "<1.3.0-0"},
      {"<=1", "<2.0.0-0"},
      {"<=1.2.3", "<=1.2.3"},
      {"^1.2.3", ">=1.2.3 <2.0.0-0"},
      {"^0.2.3", ">=0.2.3 <0.3.0-0"},
      {"^0.0.3", ">=0.0.3 <0.0.4-0"},
      {"^0.0", "<0.1.0-0"},
      {"^0", "<1.0.0-0"},
      {"^1.2", ">=1.2.0 <2.0.0-0"},
      {"^x", ""},
      {"^1.2.3-beta.4", ">=1.2.3-beta.4 <2.0.0-0"},
      {"^0.0.3-beta", ">=0.0.3-beta <0.0.4-0"},
      {"^ 1.2.3", ">=1.2.3 <2.0.0-0"},
      {"^v1.2.3", ">=1.2.3 <2.0.0-0"},
      {"~1.2.3", ">=1.2.3 <1.3.0-0"},
      {"~1.2", ">=1.2.0 <1.3.0-0"},
      {"~1", ">=1.0.0 <2.0.0-0"},
      {"~> 1.2", ">=1.2.0 <1.3.0-0"},
      {"~=1.2", ">=1.2.0 <1.3.0-0"},
      {"~0.0.1-a", ">=0.0.1-a <0.1.0-0"},
      {"1.2.3 - 2.3.4", ">=1.2.3 <=2.3.4"},
      {"1.2 - 2.3.4", ">=1.2.0 <=2.3.4"},
      {"1.2.3 - 2.3", ">=1.2.3 <2.4.0-0"},
      {"1 - 2", ">=1.0.0 <3.0.0-0"},
      {"* - 2", "<3.0.0-0"},
      {"1 - *", ">=1.0.0"},
      {"1.2.3-a - 2.0.0-b", ">=1.2.3-a <=2.0.0-b"},
      {">=1.2.3 <2.0.0", ">=1.2.3 <2.0.0"},
      {"> 1.2.3   <  2", ">1.2.3 <2.0.0-0"},
      {"1.2.3+build", "1.2.3"},
      {">=1.0.0+a.b <2.0.0+c", ">=1.0.0 <2.0.0"},
      {"^1 || ^3.1", ">=1.0.0 <2.0.0-0||>=3.1.0 <4.0.0-0"},
      {"1.2.3||", ""},
      {"||", ""},
      {"* || 1", ""},
      {"<x || 1.2.3", "1.2.3"},
      {"<x || >x", "<0.0.0-0"},
      {">=1.2.3 >=1.2.3", ">=1.2.3"},
      {"* >=1.2.3", ">=1.2.3"},
      {"<2.0.0 <0.0.0-0 >1.0.0", "<0.0.0-0"},
      {"1.2.3*", "1.2.3"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(desugared(text) == expected);
  }
}

TEST_CASE("Range: what is no range is EINVALIDRANGE", "[semver]") {
  const char* table[] = {"latest",
                         "1.2.3.4",
                         ">",
                         "<=",
                         "^",
                         "1.2.3 latest",
                         ">=01.2.3",
                         "*.1.2",
                         "1.*.2",
                         "<>1",
                         "=>1",
                         "1.2.3-01",
                         "git+ssh://x",
                         "1 - ",
                         "blerg",
                         "9007199254740992",
                         "^9007199254740991",
                         "1.2.3 ||a",
                         "-1",
                         "1.2.3é"};
  for (const auto* text : table) {
    INFO(text);
    CHECK(desugared(text) == "EINVALIDRANGE");
  }
}

TEST_CASE("Range: loose parsing drops what is no comparator", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {">=1.2.3 latest", ">=1.2.3"},
      {"latest", "EINVALIDRANGE"},
      {"latest || 1.2.3", "1.2.3"},
      {">=01.02.03", ">=1.2.3"},
      {"1.2.3beta", "1.2.3-beta"},
      {"1.2.34.5", "1.2.3-4.5"},
      {"^00.1.2", ">=0.1.2 <1.0.0-0"},
      {"~1.2.3beta", ">=1.2.3-beta <1.3.0-0"},
      {">=1.2.3 9007199254740992.0.0", "EINVALIDRANGE"},
      {">=1.0.0 >9999999999999999999999999", ">=1.0.0"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(desugared(text, kLoose) == expected);
  }
}

TEST_CASE("Range: open bounds start at the lowest prerelease when prereleases are included", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {"1.x", ">=1.0.0-0 <2.0.0-0"},
      {"^1.2", ">=1.2.0-0 <2.0.0-0"},
      {"^1.2.3", ">=1.2.3 <2.0.0-0"},
      {"~1.2", ">=1.2.0-0 <1.3.0-0"},
      {">1", ">=2.0.0-0"},
      {"1 - 2", ">=1.0.0-0 <3.0.0-0"},
      {">=0.0.0", ">=0.0.0"},
      {">=0.0.0-0", ""},
      {"1.0.0 - 2.0.0", ">=1.0.0-0 <2.0.1-0"},
      {"*", ""},
      {"^0", "<1.0.0-0"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    CHECK(desugared(text, kPrerelease) == expected);
  }
}

TEST_CASE("Range: prereleases match only where their own version is named", "[semver]") {
  const auto matches = [](const char* text, const char* candidate, SemverOptions options = {}) {
    return satisfies(candidate, text, options);
  };
  CHECK(matches("^1.2.3-beta.2", "1.2.3-beta.4"));
  CHECK(matches("^1.2.3-beta.2", "1.9.0"));
  CHECK_FALSE(matches("^1.2.3-beta.2", "1.2.4-beta.4"));
  CHECK_FALSE(matches("^1.2.3", "1.5.0-beta"));
  CHECK_FALSE(matches("*", "1.0.0-a"));
  CHECK_FALSE(matches("<2.0.0", "2.0.0-a"));
  CHECK(matches("*", "1.0.0-a", kPrerelease));
  CHECK(matches("^1.2.3", "1.5.0-beta", kPrerelease));
  CHECK_FALSE(matches("^1.2.3", "2.0.0-beta", kPrerelease));
  CHECK(matches("<2.0.0", "2.0.0-a", kPrerelease));
  CHECK(matches("1.2.3+a", "1.2.3+b"));
  CHECK_FALSE(matches("not a range", "1.2.3"));
  CHECK_FALSE(matches("*", "not a version"));
  CHECK(matches(">1.2", "=v1.3.0", kLoose));
}

TEST_CASE("Range: raw keeps the text with its white space folded", "[semver]") {
  CHECK(range("  >=1.0.0 \t\n <2.0.0\xC2\xA0").raw() == ">=1.0.0 <2.0.0");
  CHECK(range("^1.0.0").raw() == "^1.0.0");
}

TEST_CASE("Range: the best of a list is the first of equals", "[semver]") {
  const std::vector<Version> versions{version("1.2.3"), version("1.9.0"), version("1.9.0+b"), version("2.0.0"),
                                      version("1.10.0-a")};
  CHECK(max_satisfying(versions, range("^1.2.0")) == &versions[1]);
  CHECK(min_satisfying(versions, range(">=1.2.3")) == &versions[0]);
  CHECK(max_satisfying(versions, range("^1.2.0", kPrerelease)) == &versions[4]);
  CHECK(max_satisfying(versions, range("^3")) == nullptr);
  CHECK(min_satisfying({}, range("*")) == nullptr);
}

TEST_CASE("Range: intersects tells whether two ranges can agree", "[semver]") {
  const auto meet = [](const char* a, const char* b, SemverOptions options = {}) {
    return intersects(range(a, options), range(b, options));
  };
  CHECK(meet("^1.2.0", "~1.5"));
  CHECK_FALSE(meet("^1.2.0", "^2"));
  CHECK(meet("<=1.2.3", ">=1.2.3"));
  CHECK_FALSE(meet("<1.2.3", ">=1.2.3"));
  CHECK(meet("1.x || 3.x", "3.4.5"));
  CHECK_FALSE(meet(">2 <1", "*"));
  CHECK_FALSE(meet("<0.0.0", "<1.0.0"));
  CHECK(meet("*", "1.2.3-a"));
  CHECK_FALSE(meet("1.2.3-a", "*"));  // as node-semver answers: only the version is tested against the range
  CHECK(meet("1.2.3-a", "*", kPrerelease));
}

TEST_CASE("Range: is_subset compares what two ranges accept", "[semver]") {
  const auto within = [](const char* sub, const char* super, SemverOptions options = {}) {
    return is_subset(range(sub, options), range(super, options));
  };
  CHECK(within("1.2.3", "^1.0.0"));
  CHECK(within("^1.2.3", ">=1.0.0"));
  CHECK(within("^1 || ^2", ">=1 <3"));
  CHECK_FALSE(within("^1 || ^3", "^1 || ^2"));
  CHECK_FALSE(within(">=1.0.0", "^1"));
  CHECK_FALSE(within("*", "^1"));
  CHECK(within("^1", "*"));
  CHECK(within("*", ">=0.0.0-0"));
  CHECK_FALSE(within("*", ">=0.0.0", kPrerelease));
  CHECK_FALSE(within(">=1.2.3-a", ">=1.0.0"));
  CHECK(within(">=1.2.3-b", ">=1.2.3-a"));
  CHECK(within("<1.2.3-0", "<2"));
  CHECK(within("1 2", "7"));
  CHECK(within(">2 <1", "5"));
  CHECK(within(">=1.0.0 <=1.0.0", "1.0.0"));
}

TEST_CASE("Range: min_version is the lowest that matches", "[semver]") {
  const std::pair<const char*, const char*> table[] = {
      {"*", "0.0.0"},
      {"^1.2", "1.2.0"},
      {">1.2.3", "1.2.4"},
      {">1.2.3-a", "1.2.3-a.0"},
      {">=2 || >1", "2.0.0"},
      {"<1", "0.0.0"},
      {">4 <3", "none"},
      {"<0.0.0-beta", "0.0.0-0"},
      {">1 >2.3.4 <4", "2.3.5"},
      {"2.0.0-rc.1", "2.0.0-rc.1"},
  };
  for (const auto& [text, expected] : table) {
    INFO(text);
    const auto lowest = min_version(range(text)).value();
    CHECK((lowest ? lowest->to_string() : "none") == expected);
  }
  // What follows the highest number can be had only where it is not read again.
  CHECK(min_version(range(">2.1.9007199254740991"))->has_value());
  CHECK(min_version(range(">2.1.9007199254740991", {.loose = true})).error().code == "EINVALIDVERSION");
}

TEST_CASE("Range: a version can lie above or below all of a range", "[semver]") {
  CHECK(greater_than_range(version("2.0.0"), range("^1.2.3")));
  CHECK_FALSE(greater_than_range(version("1.0.0"), range("^1.2.3")));
  CHECK_FALSE(greater_than_range(version("9.0.0"), range(">=1")));
  CHECK_FALSE(greater_than_range(version("2.0.0"), range("^1 || ^3")));
  CHECK(less_than_range(version("1.2.2"), range("^1.2.3")));
  CHECK_FALSE(less_than_range(version("1.2.2"), range("<1.0.0")));
  CHECK(less_than_range(version("1.0.0-a"), range(">=1.0.0")));
}

TEST_CASE("Range: simplify_range finds a shorter range for the same versions", "[semver]") {
  std::vector<Version> versions;
  for (const auto* text : {"1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0", "3.0.0"}) versions.push_back(version(text));
  CHECK(simplify_range(versions, range("1.0.0 || 1.1.0 || 1.2.0 || 2.0.0")) == "<=2.0.0");
  CHECK(simplify_range(versions, range(">=1.1.0 <1.2.0 || >=1.2.0 <2.0.0 || >=3.0.0")) == "1.1.0 - 1.2.0 || >=3.0.0");
  CHECK(simplify_range(versions, range("1.0.0 || 1.1.0 || >=1.2.0")) == "*");
  CHECK(simplify_range(versions, range("^1")) == "^1");
}

TEST_CASE("Range: the fast parser agrees with the thorough one wherever it answers", "[semver]") {
  std::mt19937 random(11);
  const auto pick = [&](const auto& list) { return std::string(list[random() % std::size(list)]); };
  const char* operators[] = {"", "", "^", "^ ", "~", "~> ", "~>", ">", ">= ", ">=", "<", "< ", "<=", "=", "= "};
  const char* numbers[] = {"0", "0", "1", "2", "10", "999999999999999", "x", "*", "X"};
  const char* prereleases[] = {"", "", "", "-0", "-a.1", "-beta-2.0x", "-00", "-", "-a..b", "-1.", "+b"};
  const char* separators[] = {" ", " ", " ", " - "};
  int answered = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      text += pick(operators) + pick(numbers);
      for (auto parts = random() % 3; parts > 0; --parts) text += "." + pick(numbers);
      text += pick(prereleases);
      if (n > 1) text += pick(separators);
    }
    for (const auto options : {kStrict, kLoose, kPrerelease}) {
      const auto plain = range_detail::parse_plain_set(text, options);
      if (!plain) continue;
      ++answered;
      const auto general = range_detail::parse_general_set(text, options);
      INFO(text);
      REQUIRE(general);
      REQUIRE(plain->size() == general->size());
      for (std::size_t k = 0; k < plain->size(); ++k) REQUIRE((*plain)[k].to_string() == (*general)[k].to_string());
    }
  }
  CHECK(answered > 5000);
}

TEST_CASE("Range: the common shapes take the fast parser", "[semver]") {
  for (const auto* text : {"^1.2.3", "~1.2", ">=1.0.0 <2", ">= 1.2.3", "1.x", "*", "", "1.2.3-beta.1", "~> 2.0"})
    CHECK(range_detail::parse_plain_set(text, kStrict));
}

TEST_CASE("Range: desugared text reads back as the same range", "[semver]") {
  for (const auto* text : {"^1.2.3 || ~0.4", "1 - 2.3", ">1 <=4.x", "1.2.3-a || <0.1.0", "<x", "*"}) {
    const auto once = range(text).to_string();
    CHECK(range(once).to_string() == once);
  }
}
