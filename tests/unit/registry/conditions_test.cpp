#include "hoist/registry/conditions.hpp"

#include "support/catch.hpp"

using namespace hoist::registry;

TEST_CASE("Conditions: If-None-Match compares lists, stars and weak tags", "[registry]") {
  CHECK(etag_matches("\"a\"", "\"a\""));
  CHECK(etag_matches("\"b\", \"a\"", "\"a\""));
  CHECK(etag_matches("W/\"a\"", "\"a\""));
  CHECK(etag_matches("*", "\"a\""));
  CHECK_FALSE(etag_matches("", "\"a\""));
  CHECK_FALSE(etag_matches("\"b\"", "\"a\""));
  CHECK_FALSE(etag_matches("a", "\"a\""));
}

TEST_CASE("Conditions: gzip is used only where it is allowed", "[registry]") {
  for (const auto* yes :
       {"gzip", "gzip,deflate", "deflate, GZIP;q=0.5", "br, *", "*;q=0.1", "x-gzip", "identity;q=0, gzip"}) {
    INFO(yes);
    CHECK(accepts_gzip(yes));
  }
  for (const auto* no : {"", "identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzip/deflate", "notgzip"}) {
    INFO(no);
    CHECK_FALSE(accepts_gzip(no));
  }
}

TEST_CASE("Conditions: dates are written as HTTP wants them", "[registry]") {
  CHECK(http_date(std::chrono::sys_seconds(std::chrono::seconds(784111777))) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("Conditions: one byte range is honoured, all else gives the whole body", "[registry]") {
  const std::vector<std::pair<std::string, RangeDecision>> table = {
      {"bytes=0-0", ByteRange{0, 1}},
      {"bytes=2-5", ByteRange{2, 4}},
      {"bytes=5-", ByteRange{5, 5}},
      {"bytes=-3", ByteRange{7, 3}},
      {"bytes=-99", ByteRange{0, 10}},
      {"bytes=9-99", ByteRange{9, 1}},
      {"bytes=10-", Unsatisfiable{}},
      {"bytes=10-12", Unsatisfiable{}},
      {"bytes=-0", Unsatisfiable{}},
      {"bytes=5-4", WholeBody{}},
      {"bytes=0-1,3-4", WholeBody{}},
      {"bytes=-", WholeBody{}},
      {"bytes=a-b", WholeBody{}},
      {"lines=0-1", WholeBody{}},
      {"", WholeBody{}},
      {"bytes=99999999999999999999999-", WholeBody{}},
      {"bytes=+1-2", WholeBody{}},
  };
  for (const auto& [header, expected] : table) {
    INFO(header);
    CHECK(decide_range(header, 10) == expected);
  }
  CHECK(decide_range("bytes=0-", 0) == RangeDecision(Unsatisfiable{}));
}
