#include "hoist/base/collation.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

using hoist::locale_compare;

TEST_CASE("Collation: ASCII symbols, digits and letters have their root order", "[collation]") {
  const std::string ascending =
      " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ";
  REQUIRE(ascending.size() == 95);
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      const int order = locale_compare({&ascending[i], 1}, {&ascending[k], 1});
      CHECK((order < 0) == (i < k));
      CHECK((order == 0) == (i == k));
    }
}

TEST_CASE("Collation: case decides only when no letter differs", "[collation]") {
  const std::vector<std::string> ascending = {
      "",   "a_b", "a-b", "a.b",    "a@b",    "a/b",      "a10",       "a2",           "ab",           "aB",
      "Ab", "AB",  "aBc", "lodash", "Lodash", "lodash_x", "lodash-es", "lodash.merge", "Packages/ws1", "packages/Ws2"};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    INFO(ascending[i - 1] << " < " << ascending[i]);
    CHECK(locale_compare(ascending[i - 1], ascending[i]) < 0);
    CHECK(locale_compare(ascending[i], ascending[i - 1]) > 0);
  }
}

TEST_CASE("Collation: paths of a lockfile sort as npm writes them", "[collation]") {
  std::vector<std::string> paths = {"node_modules/ab",
                                    "node_modules/a/node_modules/x",
                                    "node_modules/a.b",
                                    "packages/x",
                                    "docs",
                                    "node_modules/a-b",
                                    "node_modules/a_b",
                                    "node_modules/a",
                                    "node_modules/@a/b",
                                    "../x",
                                    ""};
  std::ranges::sort(paths, hoist::LocaleLess{});
  CHECK(paths == std::vector<std::string>{"", "../x", "docs", "node_modules/@a/b", "node_modules/a", "node_modules/a_b",
                                          "node_modules/a-b", "node_modules/a.b", "node_modules/a/node_modules/x",
                                          "node_modules/ab", "packages/x"});
}

TEST_CASE("Collation: control characters are ignored, white space is not", "[collation]") {
  CHECK(locale_compare(std::string_view("a\0b", 3), "ab") == 0);
  CHECK(locale_compare("a\x1b"
                       "b",
                       "ab") == 0);
  CHECK(locale_compare("a\tb", "a b") < 0);
  CHECK(locale_compare("a b", "a_b") < 0);
}
