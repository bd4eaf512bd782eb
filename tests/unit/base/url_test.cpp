#include "hoist/base/url.hpp"

#include "support/catch.hpp"

using namespace hoist;

TEST_CASE("Url: is written back in the WHATWG normal form", "[url]") {
  // Right column: what node's `new URL(x).href` gives.
  const std::vector<std::pair<std::string, std::string>> rows{
      {"https://registry.npmjs.org", "https://registry.npmjs.org/"},
      {"HTTPS://Registry.NPMJS.org/Foo", "https://registry.npmjs.org/Foo"},
      {"http://host:80/a", "http://host/a"},
      {"http://host:443/a", "http://host:443/a"},
      {"https://host:443/a", "https://host/a"},
      {"https://host:8443", "https://host:8443/"},
      {"https://host/a/../b/./c", "https://host/b/c"},
      {"https://host/a/%2e%2E/b", "https://host/b"},
      {"https://host/../../x", "https://host/x"},
      {"https://host/a/..", "https://host/"},
      {"https://host/a/.", "https://host/a/"},
      {"https://host//a//b", "https://host//a//b"},
      {"https://host\\a\\b", "https://host/a/b"},
      {"https://host?x=1", "https://host/?x=1"},
      {"https://host/a b?c d#e f", "https://host/a%20b?c%20d#e%20f"},
      {"https://host/@scope%2fname", "https://host/@scope%2fname"},
      {"https://u:p@host/x", "https://u:p@host/x"},
      {"https://u@host/x", "https://u@host/x"},
      {"https://a@b:c@host/", "https://a%40b:c@host/"},
      {"http://[::1]:4873/x", "http://[::1]:4873/x"},
      {"https:host/x", "https://host/x"},
      {"https://host:/x", "https://host/x"},
      {"https://host/\xc3\xa4", "https://host/%C3%A4"},
      {"  https://host/  ", "https://host/"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    const auto url = Url::parse(text);
    REQUIRE(url);
    CHECK(url->to_string() == expected);
    CHECK(Url::parse(url->to_string()) == *url);
  }
}

TEST_CASE("Url: what is no http URL is refused", "[url]") {
  for (const char* text :
       {"", "registry.npmjs.org", "/path", "//host/path", "https://", "https:///", "http://ho st/", "http://a%62c/",
        "http://host:99999/", "http://host:x/", "http://[::1/", "http://[zz]/", "http://a^b/", "http://host/\nx"}) {
    INFO(text);
    const auto url = Url::parse(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == "EINVALIDURL");
  }
  for (const char* text : {"file:///etc/passwd", "ftp://host/", "git+ssh://git@host/x", "javascript:alert(1)"}) {
    INFO(text);
    const auto url = Url::parse(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == "EUNSUPPORTEDPROTOCOL");
  }
}

TEST_CASE("Url: references resolve against the page they were found on", "[url]") {
  const Url base = Url::parse("https://host:8443/a/b?q=1#f").value();
  const std::vector<std::pair<std::string, std::string>> rows{
      {"c", "https://host:8443/a/c"},     {"/c", "https://host:8443/c"},         {"//other/c", "https://other/c"},
      {"http://x/y", "http://x/y"},       {"?r=2", "https://host:8443/a/b?r=2"}, {"", "https://host:8443/a/b?q=1"},
      {"../../..", "https://host:8443/"}, {"\\\\evil/c", "https://evil/c"},      {"c:d", ""},
  };
  for (const auto& [reference, expected] : rows) {
    INFO(reference);
    const auto url = base.resolve(reference);
    if (expected.empty()) {
      CHECK_FALSE(url);
    } else {
      REQUIRE(url);
      CHECK(url->to_string() == expected);
    }
  }
}

TEST_CASE("redact: passwords in URLs and npm tokens disappear, the rest stays", "[url][security]") {
  const std::string token = "npm_" + std::string(36, 'A');
  CHECK(redact("GET https://me:secret@host/x failed") == "GET https://me:***@host/x failed");
  CHECK(redact("https://token@host/x") == "https://***@host/x");
  CHECK(redact("https://a:b@c@host/x") == "https://a:***@host/x");
  CHECK(redact("https://host/@scope/name") == "https://host/@scope/name");
  CHECK(redact("git+ssh://git@github.com/a/b") == "git+ssh://git@github.com/a/b");
  CHECK(redact("two: http://a:b@x http://c:d@y") == "two: http://a:***@x http://c:***@y");
  CHECK(redact("token " + token + ".") == "token npm_***.");
  CHECK(redact("npm_short and npm run") == "npm_short and npm run");
}
