#include "hoist/registry/config.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace std::chrono_literals;

namespace {

Config parse(std::string_view text) {
  auto parsed = parse_config(text, "/etc/hoist/config.yaml");
  if (!parsed) FAIL(parsed.error().message << " at line " << parsed.error().where.line);
  return std::move(parsed->config);
}

}  // namespace

TEST_CASE("config: without a file nobody registers and nothing is proxied", "[registry][config]") {
  const Config config = default_config();
  CHECK_FALSE(config.open_registration);
  CHECK(config.uplinks.empty());
  REQUIRE(config.find_rule("@any/name") != nullptr);
  CHECK(config.find_rule("@any/name")->proxy.empty());
  CHECK(config.find_rule("name")->publish == std::vector<std::string>{"$authenticated"});
  CHECK(parse("").packages.size() == 1);
}

TEST_CASE("config: a Verdaccio file is read", "[registry][config]") {
  const Config config = parse(R"(
storage: ./storage
plugins: ./plugins
web: {title: Verdaccio}
auth:
  htpasswd:
    file: ./htpasswd
    max_users: -1
uplinks:
  npmjs:
    url: https://registry.example.test
    maxage: 10m
    max_fails: 5
    fail_timeout: 1m
    timeout: 10s
    headers: {authorization: 'Bearer abc', x-extra: '1'}
packages:
  '@acme/*':
    access: $authenticated
    publish: alice build-team
    unpublish: alice
  '@*/*':
    access: $all
    publish: $authenticated
    proxy: npmjs
  '**':
    access: [$all]
    proxy: [npmjs]
max_body_size: 20mb
listen:
  - http://localhost:4873
  - :4874
url_prefix: /npm/
https: {key: k.pem, cert: c.pem}
security:
  api:
    legacy: true
    jwt: {sign: {expiresIn: 29d}}
log: {type: stdout}
)");
  CHECK(config.storage == "/etc/hoist/./storage");
  CHECK(config.htpasswd == "/etc/hoist/./htpasswd");
  CHECK_FALSE(config.open_registration);
  const UplinkOptions* uplink = config.find_uplink("npmjs");
  REQUIRE(uplink != nullptr);
  CHECK(uplink->url == "https://registry.example.test/");
  CHECK(uplink->max_age == 600s);
  CHECK(uplink->max_failures == 5);
  CHECK(uplink->timeout == 10s);
  CHECK(uplink->authorization == "Bearer abc");
  CHECK(uplink->headers.at("x-extra") == "1");
  REQUIRE(config.find_rule("@acme/x") != nullptr);
  CHECK(config.find_rule("@acme/x")->publish == std::vector<std::string>{"alice", "build-team"});
  CHECK(config.find_rule("@acme/x")->proxy.empty());
  CHECK(config.find_rule("@other/x")->pattern == "@*/*");
  CHECK(config.find_rule("plain")->proxy == std::vector<std::string>{"npmjs"});
  CHECK(config.max_body_size == 20U << 20U);
  CHECK(config.listen == std::vector<std::string>{"127.0.0.1:4873", "0.0.0.0:4874"});
  CHECK(config.url_prefix == "/npm/");
  CHECK(config.https.cert == "/etc/hoist/c.pem");
  CHECK(config.token_lifetime == std::chrono::days(29));
}

TEST_CASE("config: registration opens only where a file says so", "[registry][config]") {
  CHECK_FALSE(parse("auth: {htpasswd: {file: x}}").open_registration);
  CHECK(parse("auth: {htpasswd: {file: x, max_users: 100}}").open_registration);
  CHECK(parse("registration: open").open_registration);
}

TEST_CASE("config: keys nobody knows are named with their place", "[registry][config]") {
  const auto parsed = parse_config("storage: x\nplugins: y\n", "c.yaml");
  REQUIRE(parsed);
  REQUIRE(parsed->warnings.size() == 1);
  CHECK(parsed->warnings[0].starts_with("c.yaml:2:"));
}

TEST_CASE("config: errors carry file, line and column", "[registry][config]") {
  struct Case {
    std::string_view text;
    int line;
    int column;
  };
  const auto [text, line, column] =
      GENERATE(Case{"a: b\n c: d\n", 2, 3}, Case{"listen: {a: b}", 1, 9}, Case{"max_body_size: huge", 1, 16},
               Case{"offline: perhaps", 1, 10}, Case{"uplinks:\n  npm:\n    url: ftp://x", 3, 5},
               Case{"packages:\n  '**':\n    proxy: nowhere", 3, 5}, Case{"trusted_proxies: [nowhere]", 1, 18},
               Case{"login: {window: soon}", 1, 17}, Case{"packages: 7", 1, 11}, Case{"registration: maybe", 1, 15},
               Case{"scopes: [acme]", 1, 9}, Case{"audit: npm", 1, 8}, Case{"https: {cert: x}", 1, 8});
  CAPTURE(text);
  const auto parsed = parse_config(text, "c.yaml");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == "ECONFIG");
  CHECK(parsed.error().where.file == "c.yaml");
  CHECK(parsed.error().where.line == line);
  CHECK(parsed.error().where.column == column);
}

TEST_CASE("config: package patterns as minimatch reads them", "[registry][config]") {
  struct Case {
    std::string_view pattern, name;
    bool matches;
  };
  const auto [pattern, name, matches] = GENERATE(
      Case{"**", "@a/b", true}, Case{"**", "a", true}, Case{"*", "a", true}, Case{"*", "@a/b", false},
      Case{"@*/*", "@a/b", true}, Case{"@*/*", "a", false}, Case{"@acme/*", "@acme/x", true},
      Case{"@acme/*", "@acmecorp/x", false}, Case{"acme-*", "acme-x", true}, Case{"acme-*", "acme", false},
      Case{"*-a-*b", "x-a-a-ab", true}, Case{"@acme/**", "@acme/x", true}, Case{"{a,b-*}", "b-1", true},
      Case{"{a,b}", "c", false}, Case{"a?c", "abc", true}, Case{"a?c", "a/c", false}, Case{"[ab]x", "bx", true},
      Case{"[!ab]x", "bx", false}, Case{"[a-c]x", "bx", true}, Case{"", "", true}, Case{"", "a", false},
      Case{"[", "[", true}, Case{"**x*y", "a/xby", true}, Case{"@a/*b*", "@a/abc", true});
  CAPTURE(pattern, name);
  CHECK(matches_pattern(pattern, name) == matches);
}

TEST_CASE("config: a pattern cannot make matching slow", "[registry][config]") {
  const std::string pattern = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
  CHECK_FALSE(matches_pattern(pattern, std::string(214, 'a')));
  CHECK_FALSE(matches_pattern("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "zzz"));
}

TEST_CASE("config: sizes and durations", "[registry][config]") {
  CHECK(parse_size("10mb").value() == 10U << 20U);
  CHECK(parse_size("1.5 KB").value() == 1536);
  CHECK(parse_size("100").value() == 100);
  CHECK(parse_duration("2m").value() == 120s);
  CHECK(parse_duration("500ms").value() == 500ms);
  CHECK(parse_duration("3d").value() == std::chrono::days(3));
  CHECK(parse_duration("7").value() == 7s);
  for (const auto* text : {"", "x", "-1", "1e99", "nan", "inf", "10 parsecs"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text));
    CHECK_FALSE(parse_duration(text));
  }
}
