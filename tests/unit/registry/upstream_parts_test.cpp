#include "support/catch.hpp"
#include "upstream/circuit_breaker.hpp"
#include "upstream/filters.hpp"
#include "upstream/location_guard.hpp"
#include "upstream/proxied_package.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace std::chrono_literals;

namespace {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return time; }
  TimePoint time{1'700'000'000s};
};

UplinkOptions uplink_at(std::string url) { return UplinkOptions{.name = "up", .url = std::move(url)}; }

Json json(std::string_view text) { return parse_json(text, "test").value(); }

const Time kNow = parse_iso_time("2026-01-10T00:00:00.000Z").value();

std::string reason(const FilterOptions& options, std::string_view name, std::string_view version,
                   std::string_view manifest = "{}", std::string_view published = "2020-01-01T00:00:00.000Z") {
  const auto filter = VersionFilter::compile(options).value();
  return filter.judge(name, version, json(manifest), parse_iso_time(published), kNow).reason;
}

}  // namespace

TEST_CASE("circuit breaker: opens after failures in a row, probes once, closes on success", "[registry][upstream]") {
  ManualClock clock;
  CircuitBreaker breaker({.max_failures = 2, .open_time = 100s, .seed = 1}, clock);
  breaker.failed();
  breaker.succeeded();
  breaker.failed();
  CHECK_FALSE(breaker.blocked());
  breaker.failed();
  REQUIRE(breaker.blocked());
  CHECK(*breaker.blocked() >= 75s);
  CHECK(*breaker.blocked() <= 125s);
  clock.time += 126s;
  CHECK_FALSE(breaker.blocked());  // the probe
  CHECK(breaker.blocked());        // nobody else meanwhile
  breaker.failed();
  CHECK(breaker.blocked());
  clock.time += 126s;
  CHECK_FALSE(breaker.blocked());
  breaker.abandoned();
  CHECK_FALSE(breaker.blocked());
  breaker.succeeded();
  CHECK_FALSE(breaker.blocked());
  CHECK_FALSE(breaker.blocked());
}

TEST_CASE("circuit breaker: two nodes do not probe at the same moment", "[registry][upstream]") {
  ManualClock clock;
  CircuitBreaker one({.max_failures = 1, .open_time = 1000s, .seed = 1}, clock);
  CircuitBreaker other({.max_failures = 1, .open_time = 1000s, .seed = 77}, clock);
  one.failed();
  other.failed();
  CHECK(one.blocked() != other.blocked());
}

TEST_CASE("location guard: redirects stay on the uplink's host", "[registry][upstream][49]") {
  UplinkOptions uplink = uplink_at("https://up.example/npm/");
  uplink.hosts = {"cdn.example", "169.254.169.254"};
  const Url from = Url::parse("https://up.example/npm/a").value();
  for (const auto* good : {"/npm/b", "https://up.example/x", "https://cdn.example/a.tgz", "b"}) {
    CAPTURE(good);
    CHECK(check_redirect(uplink, from, good));
  }
  for (const auto* bad :
       {"https://evil.example/", "//evil.example/x", "http://up.example/npm/a", "https://up.example:8443/",
        "http://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://169.254.169.254/latest",
        "https://user:pw@up.example/", "ftp://up.example/", "https://up.example.evil/", ""}) {
    CAPTURE(bad);
    const bool empty = std::string_view(bad).empty();
    CHECK((empty || !check_redirect(uplink, from, bad)));
  }
}

TEST_CASE("location guard: tarballs come from the uplink, whatever host a packument names",
          "[registry][upstream][49]") {
  const UplinkOptions uplink = uplink_at("https://up.example/npm/");
  CHECK(locate_tarball(uplink, "https://up.example/npm/a/-/a-1.tgz")->to_string() ==
        "https://up.example/npm/a/-/a-1.tgz");
  CHECK(locate_tarball(uplink, "https://other.example/a/-/a-1.tgz")->to_string() ==
        "https://up.example/npm/a/-/a-1.tgz");
  CHECK(locate_tarball(uplink, "http://127.0.0.1:22/a/-/a-1.tgz")->origin() == "https://up.example");
  CHECK_FALSE(locate_tarball(uplink, "file:///etc/passwd"));
  CHECK(may_send_credential(uplink, Url::parse("https://up.example/x").value()));
  CHECK_FALSE(may_send_credential(uplink, Url::parse("https://cdn.example/x").value()));
  CHECK_FALSE(may_send_credential(uplink, Url::parse("http://up.example/x").value()));
}

TEST_CASE("filters: names, ranges and exemptions", "[registry][upstream]") {
  const FilterOptions options{.deny = {"evil-*", "lodash@<4.17.21", "@bad/**"}, .allow = {"evil-twin@1"}};
  CHECK_FALSE(reason(options, "evil-one", "1.0.0").empty());
  CHECK(reason(options, "evil-twin", "1.2.3").empty());
  CHECK_FALSE(reason(options, "evil-twin", "2.0.0").empty());
  CHECK_FALSE(reason(options, "lodash", "4.17.20").empty());
  CHECK_FALSE(reason(options, "lodash", "4.0.0-beta").empty());
  CHECK(reason(options, "lodash", "4.17.21").empty());
  CHECK_FALSE(reason(options, "@bad/x", "1.0.0").empty());
  CHECK_FALSE(VersionFilter::compile(FilterOptions{.deny = {"x@not a range"}}));
}

TEST_CASE("filters: licences, install scripts", "[registry][upstream]") {
  const FilterOptions deny{.deny_licenses = {"GPL-3.0"}};
  CHECK_FALSE(reason(deny, "a", "1.0.0", R"({"license":"gpl-3.0"})").empty());
  CHECK_FALSE(reason(deny, "a", "1.0.0", R"({"license":{"type":"GPL-3.0"}})").empty());
  CHECK_FALSE(reason(deny, "a", "1.0.0", R"x({"license":"(MIT AND GPL-3.0)"})x").empty());
  CHECK(reason(deny, "a", "1.0.0", R"x({"license":"(MIT OR GPL-3.0)"})x").empty());
  CHECK(reason(deny, "a", "1.0.0").empty());
  const FilterOptions allow{.allow_licenses = {"MIT", "ISC"}};
  CHECK(reason(allow, "a", "1.0.0", R"({"licenses":[{"type":"mit"}]})").empty());
  CHECK_FALSE(reason(allow, "a", "1.0.0", R"({"license":"BSD"})").empty());
  CHECK_FALSE(reason(allow, "a", "1.0.0").empty());
  const FilterOptions scripts{.deny_install_scripts = true};
  CHECK_FALSE(reason(scripts, "a", "1.0.0", R"({"scripts":{"postinstall":"x"}})").empty());
  CHECK_FALSE(reason(scripts, "a", "1.0.0", R"({"hasInstallScript":true})").empty());
  CHECK(reason(scripts, "a", "1.0.0", R"({"scripts":{"test":"x"}})").empty());
}

TEST_CASE("filters: a minimum age, its end and its exceptions", "[registry][upstream]") {
  const FilterOptions options{.minimum_age = 72h, .minimum_age_exclude = {"@acme/*"}};
  CHECK(reason(options, "a", "1.0.0", "{}", "2026-01-07T00:00:00.000Z").empty());
  CHECK_FALSE(reason(options, "a", "1.0.0", "{}", "2026-01-07T00:00:00.001Z").empty());
  CHECK_FALSE(reason(options, "a", "1.0.0", "{}", "no time").empty());
  CHECK(reason(options, "@acme/a", "1.0.0", "{}", "2026-01-09T00:00:00.000Z").empty());
  const auto verdict = VersionFilter::compile(options).value().judge("a", "1.0.0", json("{}"), kNow - 1h, kNow);
  CHECK(verdict.until == kNow + 71h);
}

TEST_CASE("latest: the old one, else the highest stable below it, else the highest", "[registry][upstream]") {
  const Json versions = json(R"({"1.0.0":{},"1.2.0":{},"2.0.0-rc.1":{},"3.0.0":{}})");
  CHECK(choose_latest(versions, "1.2.0") == "1.2.0");
  CHECK(choose_latest(versions, "1.9.0") == "1.2.0");
  CHECK(choose_latest(versions, "0.1.0") == "3.0.0");
  CHECK(choose_latest(json(R"({"1.0.0-a":{},"1.0.0-b":{}})"), "1.0.0") == "1.0.0-b");
  CHECK(choose_latest(json("{}"), "1.0.0").empty());
}

TEST_CASE("view: URLs are ours, blocked versions and their tags are gone", "[registry][upstream]") {
  const Json packument = json(R"({"_id":"@s/a","_rev":"7-x","name":"@s/a",
    "dist-tags":{"latest":"2.0.0","old":"1.0.0","young":"2.0.0"},
    "time":{"created":"2020-01-01T00:00:00.000Z","modified":"2026-01-09T12:00:00.000Z",
            "1.0.0":"2020-01-01T00:00:00.000Z","2.0.0":"2026-01-09T12:00:00.000Z"},
    "versions":{
      "1.0.0":{"name":"@s/a","version":"1.0.0","readme":"x","scripts":{"install":"y"},"dist":{"tarball":"https://up.example/@s/a/-/a-1.0.0.tgz",
        "shasum":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}},
      "2.0.0":{"name":"@s/a","version":"2.0.0","dist":{"tarball":"https://up.example/@s/a/-/a-2.0.0.tgz"}},
      "3.0.0":{"name":"@s/a","version":"3.0.0","dist":{"tarball":"https://up.example/@s/a/-/%2e%2e%2fx"}}}})");
  const auto filter = VersionFilter::compile(FilterOptions{.minimum_age = 72h}).value();
  const auto view = make_view(packument, "@s/a", {.public_url = "http://reg.test/", .filters = {&filter}, .now = kNow});
  const Json full = json(view.full->text());
  CHECK(full["versions"].size() == 1);
  CHECK(full["versions"]["1.0.0"]["dist"]["tarball"] == "http://reg.test/@s/a/-/a-1.0.0.tgz");
  CHECK(full["dist-tags"] == json(R"({"latest":"1.0.0","old":"1.0.0"})"));
  CHECK_FALSE(full["time"].contains("2.0.0"));
  CHECK_FALSE(full.contains("_rev"));
  const Json abbreviated = json(view.abbreviated->text());
  CHECK(abbreviated["versions"]["1.0.0"].contains("dist"));
  CHECK_FALSE(abbreviated["versions"]["1.0.0"].contains("readme"));
  CHECK(view.valid_until == parse_iso_time("2026-01-12T12:00:00.000Z"));
  REQUIRE(view.tarballs.contains("a-2.0.0.tgz"));
  CHECK_FALSE(view.tarballs.at("a-2.0.0.tgz").blocked.empty());
  CHECK(view.tarballs.at("a-1.0.0.tgz").blocked.empty());
  CHECK(view.tarballs.size() == 2);
}

TEST_CASE("packument of an uplink: only one of that name is taken", "[registry][upstream][46]") {
  CHECK(parse_packument(R"({"name":"a","versions":{}})", "a"));
  for (const auto* bad : {"<html>", "[]", "{}", R"({"name":"b","versions":{}})", R"({"name":"a","versions":[]})", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_packument(bad, "a"));
  }
}

TEST_CASE("packument of an uplink: a changed integrity is found", "[registry][upstream][46]") {
  const auto with = [](std::string_view dist) {
    return json(fmt::format(R"({{"versions":{{"1.0.0":{{"dist":{}}}}}}})", dist));
  };
  const Json before = with(R"({"integrity":"sha512-a","shasum":"x"})");
  CHECK_FALSE(find_changed_integrity(before, before));
  CHECK(find_changed_integrity(before, with(R"({"integrity":"sha512-b","shasum":"x"})")) == "1.0.0");
  CHECK(find_changed_integrity(before, with(R"({"integrity":"sha512-a","shasum":"y"})")) == "1.0.0");
  CHECK_FALSE(find_changed_integrity(before, with(R"({"shasum":"x"})")));
  CHECK_FALSE(find_changed_integrity(before, json(R"({"versions":{}})")));
}
