#include "auth/cidr.hpp"
#include "auth/forwarded.hpp"
#include "auth/htpasswd.hpp"
#include "auth/password.hpp"
#include "auth/rate_limiter.hpp"
#include "auth/token.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace std::chrono_literals;

namespace {

constexpr ScryptCost kCheap{16, 1, 1};

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return time; }
  TimePoint time{1'700'000'000s};
};

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

}  // namespace

TEST_CASE("password: what was hashed verifies, anything else does not", "[registry][auth]") {
  const std::string stored = hash_password("correct horse", kCheap).value();
  CHECK(verify_password(stored, "correct horse"));
  CHECK_FALSE(verify_password(stored, "correct horsE"));
  CHECK_FALSE(verify_password(stored, ""));
  CHECK_FALSE(stored.contains("correct"));
  CHECK(stored != hash_password("correct horse", kCheap).value());
  CHECK_FALSE(is_outdated_hash(stored));
  CHECK_FALSE(hash_password(std::string(kMaxPasswordLength + 1, 'x')));
}

TEST_CASE("password: htpasswd's forms are verified", "[registry][auth]") {
  // Made with `openssl passwd` and crypt(3) for the password "secret".
  const std::string stored =
      GENERATE("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/",
               "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1", "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.",
               "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a");
  CAPTURE(stored);
  CHECK(verify_password(stored, "secret"));
  CHECK_FALSE(verify_password(stored, "Secret"));
  CHECK(is_outdated_hash(stored));
}

TEST_CASE("password: damaged and unknown forms verify nothing", "[registry][auth]") {
  const std::string stored =
      GENERATE("", "*", "secret", "$scrypt$", "$scrypt$16$1$1$$",
               "$scrypt$1e9$8$1$YQ==$YQ==", "$scrypt$1073741824$8$1$YWJj$YWJj", "$apr1$", "{SHA}", "$2b$05$short", "x");
  CAPTURE(stored);
  CHECK_FALSE(verify_password(stored, "secret"));
}

TEST_CASE("htpasswd: entries, comments, Verdaccio's fourth field, the last of a name", "[registry][auth]") {
  const auto entries = parse_htpasswd("# users\nalice:$2b$x:autocreated 2020-01-01\r\n\nbob:{SHA}y\nalice:new\n", "f");
  REQUIRE(entries);
  REQUIRE(entries->size() == 2);
  CHECK((*entries)[0].name == "bob");
  CHECK((*entries)[1].hash == "new");
  const auto bad = parse_htpasswd("alice:x\nbob\n", "users");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().where.file == "users");
  CHECK(bad.error().where.line == 2);
}

TEST_CASE("user names: nothing that a path, a header or a rule could read otherwise", "[registry][auth]") {
  for (const auto* name : {"alice", "a.b", "alice@example.com", "Ünal"}) CHECK(is_valid_user_name(name));
  for (const auto* name : {"", "a b", "a:b", "a/b", "..", "-x", "$all", "a\nb", "a%2fb"}) {
    CAPTURE(name);
    CHECK_FALSE(is_valid_user_name(name));
  }
}

TEST_CASE("token: shaped, random, and only its hash is kept", "[registry][auth]") {
  const std::string token = make_token();
  CHECK(is_token_shaped(token));
  CHECK(token != make_token());
  std::string typo = token;
  typo[10] = typo[10] == 'a' ? 'b' : 'a';
  CHECK_FALSE(is_token_shaped(typo));
  CHECK_FALSE(is_token_shaped("hoist_"));
  CHECK(hash_token(token).size() == 64);
  const NewToken issued = issue_token("alice", "login", Time(1000ms), 60s);
  CHECK(issued.row.hash == hash_token(issued.secret));
  CHECK(issued.row.expires == Time(61'000ms));
  CHECK(issued.secret.starts_with(issued.row.prefix));
  CHECK(issued.row.prefix.size() < 12);
}

TEST_CASE("token scope: packages, scopes and permission limit; damage gives nothing", "[registry][auth][34]") {
  TokenScope scope{
      .granular = true, .packages = {"plain"}, .scopes = {"@acme"}, .permission = TokenPermission::kReadWrite};
  CHECK(TokenScope::parse(scope.to_json()) == scope);
  CHECK(scope.allows_write("plain"));
  CHECK(scope.allows_write("@acme/x"));
  CHECK_FALSE(scope.allows_write("@acmecorp/x"));
  CHECK_FALSE(scope.allows_read("other"));
  scope.permission = TokenPermission::kReadOnly;
  CHECK(scope.allows_read("plain"));
  CHECK_FALSE(scope.allows_write("plain"));
  CHECK(TokenScope::parse("{}").allows_write("anything"));
  for (const auto* damaged : {"", "[]", "nonsense", R"({"packages":7})"}) {
    CAPTURE(damaged);
    CHECK_FALSE(TokenScope::parse(damaged).allows_read("plain"));
  }
}

TEST_CASE("token: expiry and networks", "[registry][auth][33][34]") {
  TokenRow token;
  CHECK(is_usable(token, ip("203.0.113.9"), Time(5s)));
  token.expires = Time(10s);
  CHECK(is_usable(token, ip("::1"), Time(9999ms)));
  CHECK_FALSE(is_usable(token, ip("::1"), Time(10s)));
  token.expires.reset();
  token.cidrs = {"10.0.0.0/8", "2001:db8::/32"};
  CHECK(is_usable(token, ip("10.9.9.9"), Time(0s)));
  CHECK(is_usable(token, ip("::ffff:10.9.9.9"), Time(0s)));
  CHECK(is_usable(token, ip("2001:db8::7"), Time(0s)));
  CHECK_FALSE(is_usable(token, ip("11.0.0.1"), Time(0s)));
  token.cidrs = {"nonsense"};
  CHECK_FALSE(is_usable(token, ip("10.9.9.9"), Time(0s)));
}

TEST_CASE("cidr: bits that are not whole bytes, and what is none", "[registry][auth]") {
  const Cidr network = Cidr::parse("192.168.16.0/20").value();
  CHECK(network.contains(ip("192.168.31.255")));
  CHECK_FALSE(network.contains(ip("192.168.32.0")));
  CHECK(Cidr::parse("0.0.0.0/0").value().contains(ip("8.8.8.8")));
  CHECK_FALSE(Cidr::parse("0.0.0.0/0").value().contains(ip("::1")));
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "host/8", "::/129"}) {
    CAPTURE(text);
    CHECK_FALSE(Cidr::parse(text));
  }
}

TEST_CASE("private addresses: every range that must not be reached through a redirect", "[registry][auth][49]") {
  for (const auto* text : {"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0", "::1",
                           "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "100.64.0.1", "255.255.255.255"}) {
    CAPTURE(text);
    CHECK(ip(text).is_private());
  }
  for (const auto* text : {"8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8"}) {
    CAPTURE(text);
    CHECK_FALSE(ip(text).is_private());
  }
}

TEST_CASE("forwarded: only what a trusted proxy vouches for counts", "[registry][auth][34]") {
  const auto trusted = parse_cidrs({"10.0.0.0/8"}).value();
  const auto client = [&](std::string_view peer, std::string_view chain, std::string_view proto = "") {
    return resolve_client(ip(peer), false, chain, proto, trusted);
  };
  CHECK(client("203.0.113.5", "10.0.0.1").address == ip("203.0.113.5"));
  CHECK(client("10.0.0.1", "1.2.3.4").address == ip("1.2.3.4"));
  // The left entry is the client's own claim: the proxy appended the right one.
  CHECK(client("10.0.0.1", "10.5.5.5, 1.2.3.4").address == ip("1.2.3.4"));
  CHECK(client("10.0.0.1", "1.2.3.4, 10.0.0.2").address == ip("1.2.3.4"));
  CHECK(client("10.0.0.1", "1.2.3.4, nonsense").address == ip("10.0.0.1"));
  CHECK(client("10.0.0.1", "").address == ip("10.0.0.1"));
  CHECK(client("10.0.0.1", "1.2.3.4", "https").https);
  CHECK_FALSE(client("203.0.113.5", "", "https").https);
}

TEST_CASE("rate limiter: so many, then a wait; a success does not count; the window ends", "[registry][auth][37]") {
  ManualClock clock;
  RateLimiter limiter({.attempts = 2, .window = 60s}, clock);
  CHECK_FALSE(limiter.take("alice"));
  CHECK_FALSE(limiter.take("alice"));
  clock.time += 20s;
  CHECK(limiter.take("alice") == 40s);
  CHECK_FALSE(limiter.take("bob"));
  limiter.give_back("bob");
  CHECK_FALSE(limiter.take("bob"));
  CHECK_FALSE(limiter.take("bob"));
  CHECK(limiter.take("bob"));
  clock.time += 40s;
  CHECK_FALSE(limiter.take("alice"));
}
