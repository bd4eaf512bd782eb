#include "hoist/fetcher/retry.hpp"

#include "support/catch.hpp"

using namespace hoist::fetcher;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::chrono::system_clock::time_point at(std::int64_t seconds_since_epoch) {
  return std::chrono::system_clock::time_point(seconds(seconds_since_epoch));
}

}  // namespace

TEST_CASE("retry_delay: npm's defaults give 10 s, then the maximum of 60 s", "[retry]") {
  const RetryOptions npm;
  CHECK(retry_delay(npm, 1) == seconds(10));
  CHECK(retry_delay(npm, 2) == seconds(60));
  CHECK(retry_delay(npm, 9) == seconds(60));
}

TEST_CASE("retry_delay: grows by the factor up to the maximum", "[retry]") {
  const RetryOptions options{
      .retries = 5, .factor = 2, .min_timeout = milliseconds(100), .max_timeout = milliseconds(1000)};
  const std::vector<int> expected{100, 200, 400, 800, 1000, 1000};
  for (int attempt = 1; attempt <= 6; ++attempt) {
    CHECK(retry_delay(options, attempt).count() == expected[static_cast<std::size_t>(attempt - 1)]);
  }
  const RetryOptions zero{.retries = 1, .factor = 2, .min_timeout = milliseconds(0), .max_timeout = milliseconds(0)};
  CHECK(retry_delay(zero, 1) == milliseconds(0));
  const RetryOptions huge{.retries = 1000, .factor = 1e300, .min_timeout = seconds(1), .max_timeout = seconds(7)};
  CHECK(retry_delay(huge, 900) == seconds(7));
}

TEST_CASE("next_attempt: the table of what is tried again", "[retry]") {
  struct Row {
    std::string_view method;
    AttemptOutcome outcome;
    bool again;
  };
  const std::vector<Row> rows{
      {"GET", {.error_code = "ECONNRESET"}, true},
      {"GET", {.error_code = "ECONNREFUSED"}, true},
      {"GET", {.error_code = "EADDRINUSE"}, true},
      {"GET", {.error_code = "ETIMEDOUT"}, true},
      {"GET", {.error_code = "ERR_SOCKET_TIMEOUT"}, true},
      {"GET", {.error_code = "ENOTFOUND"}, false},
      {"GET", {.error_code = "SELF_SIGNED_CERT_IN_CHAIN"}, false},
      {"GET", {.error_code = "EBADSIZE"}, false},
      {"GET", {.error_code = "ECANCELED"}, false},
      {"GET", {.error_code = "EINTEGRITY"}, false},
      {"GET", {.error_code = "EINVALIDURL"}, false},
      {"GET", {.status = 200}, false},
      {"GET", {.status = 304}, false},
      {"GET", {.status = 404}, false},
      {"GET", {.status = 408}, true},
      {"GET", {.status = 409}, false},
      {"GET", {.status = 420}, true},
      {"GET", {.status = 429}, true},
      {"GET", {.status = 500}, true},
      {"GET", {.status = 503}, true},
      {"PUT", {.status = 503}, true},
      {"DELETE", {.status = 503}, true},
      {"POST", {.status = 503}, false},
      {"POST", {.error_code = "ECONNRESET"}, false},
  };
  for (const Row& row : rows) {
    INFO(row.method << " " << row.outcome.status << " " << row.outcome.error_code);
    CHECK(next_attempt(RetryOptions{}, 1, row.method, row.outcome).has_value() == row.again);
    CHECK_FALSE(next_attempt(RetryOptions{}, 3, row.method, row.outcome).has_value());
    CHECK_FALSE(next_attempt(RetryOptions{.retries = 0}, 1, row.method, row.outcome).has_value());
  }
}

TEST_CASE("next_attempt: Retry-After counts for 429 and 503 only, and has a ceiling", "[retry]") {
  const RetryOptions npm;
  CHECK(next_attempt(npm, 1, "GET", {.status = 429, .retry_after = seconds(3)}) == seconds(3));
  CHECK(next_attempt(npm, 1, "GET", {.status = 503, .retry_after = seconds(0)}) == seconds(0));
  CHECK(next_attempt(npm, 1, "GET", {.status = 503, .retry_after = seconds(100'000)}) == seconds(60));
  CHECK(next_attempt(npm, 1, "GET", {.status = 500, .retry_after = seconds(3)}) == seconds(10));
}

TEST_CASE("parse_retry_after: seconds, dates, and nothing else", "[retry]") {
  CHECK(parse_retry_after("120", at(0)) == seconds(120));
  CHECK(parse_retry_after(" 0 ", at(0)) == seconds(0));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", at(784111777 - 30)) == seconds(30));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", at(784111777 + 30)) == seconds(0));
  for (const char* bad : {"", "soon", "1.5", "12 minutes", "99999999999999999999"}) {
    CHECK_FALSE(parse_retry_after(bad, at(0)).has_value());
  }
}

TEST_CASE("parse_http_date: the one format servers send", "[retry]") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == at(784111777));
  CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") == at(1709251199));
  for (const char* bad :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    INFO(bad);
    CHECK_FALSE(parse_http_date(bad).has_value());
  }
}
