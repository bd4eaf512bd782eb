#include "hoist/installer/allow_scripts.hpp"

#include "hoist/lockfile/read.hpp"
#include "support/catch.hpp"
#include "support/recording_reporter.hpp"

using namespace hoist;
using installer::decide;
using installer::ScriptIdentity;
using installer::ScriptPolicy;
using installer::ScriptVerdict;

namespace {

constexpr const char* kRoot = "/work/app";

lockfile::Lockfile parsed(std::string_view text) {
  auto result = lockfile::parse_lockfile(text, "package-lock.json");
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

/// A package for every kind of source.
lockfile::Lockfile sample() {
  return parsed(R"({"lockfileVersion":3,"packages":{
    "":{"workspaces":["packages/*"],"dependencies":{"canvas":"^2.0.0","alias":"npm:@s/real@1","gitty":"github:o/r","plain":"git+https://git.example.test/x.git",
        "ball":"https://files.example.test/ball.tgz","local":"file:vendor/local-1.0.0.tgz","dir":"file:libs/dir","nourl":"^1.0.0","held":"1","liar":"https://evil.test/-/canvas-2.1.0.tgz"}},
    "node_modules/canvas":{"version":"2.1.0","resolved":"https://registry.test/canvas/-/canvas-2.1.0.tgz"},
    "node_modules/alias":{"name":"@s/real","version":"1.0.0","resolved":"https://registry.test/@s/real/-/real-1.0.0.tgz"},
    "node_modules/gitty":{"version":"1.0.0","resolved":"git+ssh://git@github.com/o/r.git#0123456789abcdef0123456789abcdef01234567"},
    "node_modules/plain":{"version":"1.0.0","resolved":"git+https://git.example.test/x.git#89abcdef0123456789abcdef0123456701234567"},
    "node_modules/ball":{"version":"1.0.0","resolved":"https://files.example.test/ball.tgz"},
    "node_modules/liar":{"version":"2.1.0","resolved":"https://evil.test/-/canvas-2.1.0.tgz"},
    "node_modules/local":{"version":"1.0.0","resolved":"file:vendor/local-1.0.0.tgz"},
    "node_modules/dir":{"resolved":"libs/dir","link":true},
    "libs/dir":{"version":"1.0.0"},
    "node_modules/nourl":{"version":"1.2.3"},
    "node_modules/held":{"version":"1.0.0","resolved":"https://registry.test/held/-/held-1.0.0.tgz"},
    "node_modules/held/node_modules/canvas":{"version":"2.1.0","inBundle":true}}})");
}

ScriptIdentity identity_of(std::string_view location) {
  const std::vector<std::string> locations{std::string(location)};
  return installer::script_identities(sample(), locations, kRoot).at(std::string(location));
}

ScriptVerdict verdict_of(std::string_view location, std::vector<installer::ScriptRule> rules) {
  return decide(identity_of(location), {ScriptPolicy::Source::kPackageJson, std::move(rules)}, kRoot);
}

constexpr auto kAllow = ScriptVerdict::kAllowed;
constexpr auto kDeny = ScriptVerdict::kDenied;
constexpr auto kOpen = ScriptVerdict::kUnreviewed;

}  // namespace

TEST_CASE("allowScripts: a key matches the source, not what a package calls itself", "[scripts][security]") {
  struct Case {
    const char* location;
    const char* key;
    bool matches;
  };
  for (const Case& c : {
           Case{"node_modules/canvas", "canvas", true},
           Case{"node_modules/canvas", "canvas@*", true},
           Case{"node_modules/canvas", "canvas@2.1.0", true},
           Case{"node_modules/canvas", "canvas@2.0.0 || 2.1.0", true},
           Case{"node_modules/canvas", "canvas@2.0.0", false},
           Case{"node_modules/canvas", "canvas@2.0.0 || 3.0.0", false},
           Case{"node_modules/canvas", "canvas@^2.0.0", false},
           Case{"node_modules/canvas", "canvas@latest", false},
           Case{"node_modules/canvas", "canva", false},
           Case{"node_modules/alias", "@s/real", true},
           Case{"node_modules/alias", "@s/real@1.0.0", true},
           Case{"node_modules/alias", "alias", false},
           Case{"node_modules/alias", "alias@npm:@s/real@1.0.0", false},
           Case{"node_modules/gitty", "github:o/r", true},
           Case{"node_modules/gitty", "github:o/r#0123456", true},
           Case{"node_modules/gitty", "git+ssh://git@github.com/o/r.git#0123456789abcdef0123456789abcdef01234567",
                true},
           Case{"node_modules/gitty", "github:o/r#abcdef", false},
           Case{"node_modules/gitty", "github:o/r#0123456789abcdef0123456789abcdef0123456700", false},
           Case{"node_modules/gitty", "github:o/other", false},
           Case{"node_modules/gitty", "gitty", false},
           Case{"node_modules/plain", "git+https://git.example.test/x.git", true},
           Case{"node_modules/plain", "git+https://git.example.test/y.git", false},
           Case{"node_modules/ball", "https://files.example.test/ball.tgz", true},
           Case{"node_modules/ball", "https://files.example.test/ball2.tgz", false},
           Case{"node_modules/ball", "ball", false},
           Case{"node_modules/liar", "canvas", false},
           Case{"node_modules/liar", "canvas@2.1.0", false},
           Case{"node_modules/local", "file:vendor/local-1.0.0.tgz", true},
           Case{"node_modules/local", "file:/work/app/vendor/local-1.0.0.tgz", true},
           Case{"node_modules/local", "file:other/local-1.0.0.tgz", false},
           Case{"node_modules/local", "local", false},
           Case{"node_modules/dir", "file:libs/dir", true},
           Case{"node_modules/dir", "file:../libs/dir", true},
           Case{"node_modules/dir", "file:libs/other", false},
           Case{"libs/dir", "file:libs/dir", true},
           Case{"node_modules/nourl", "nourl", true},
           Case{"node_modules/nourl", "nourl@1.2.3", false},
           Case{"node_modules/held/node_modules/canvas", "canvas", false},
           Case{"node_modules/held/node_modules/canvas", "canvas@2.1.0", false},
       }) {
    INFO(c.location << " and " << c.key);
    CHECK(verdict_of(c.location, {{c.key, kAllow}}) == (c.matches ? kAllow : kOpen));
  }
}

TEST_CASE("allowScripts: deny beats allow, and fails closed where a version cannot be verified",
          "[scripts][security]") {
  CHECK(verdict_of("node_modules/canvas", {{"canvas", kAllow}, {"canvas@2.1.0", kDeny}}) == kDeny);
  CHECK(verdict_of("node_modules/canvas", {{"canvas@2.1.0", kDeny}, {"canvas", kAllow}}) == kDeny);
  CHECK(verdict_of("node_modules/canvas", {{"canvas", kAllow}, {"canvas@2.0.0", kDeny}}) == kAllow);
  CHECK(verdict_of("node_modules/canvas", {{"other", kAllow}}) == kOpen);
  CHECK(verdict_of("node_modules/canvas", {{"canvas", kOpen}}) == kOpen);
  CHECK(verdict_of("node_modules/nourl", {{"nourl@9.9.9", kDeny}}) == kDeny);
  CHECK(verdict_of("node_modules/nourl", {{"nourl@1.0.0 || 2.0.0", kDeny}}) == kDeny);
  CHECK(decide(identity_of("node_modules/canvas"), {}, kRoot) == kOpen);
}

TEST_CASE("allowScripts: the first source that has a usable rule decides alone", "[scripts]") {
  test::RecordingReporter reporter;
  installer::ScriptPolicySources sources;
  sources.package_json = Json::parse(R"({"canvas":true,"sharp@1.0.0":false,"weird":"yes"})");
  sources.npmrc = {"esbuild"};
  SECTION("package.json over .npmrc, with a warning") {
    const auto policy = resolve_script_policy(sources, reporter);
    REQUIRE(policy);
    CHECK(policy->source == ScriptPolicy::Source::kPackageJson);
    REQUIRE(policy->rules.size() == 3);
    CHECK(policy->rules[0].key == "canvas");
    CHECK(policy->rules[0].verdict == kAllow);
    CHECK(policy->rules[1].verdict == kDeny);
    CHECK(policy->rules[2].verdict == kOpen);
    CHECK(reporter.lines().size() == 1);
  }
  SECTION("flags are refused in a project") {
    sources.command_line = {"canvas"};
    const auto policy = resolve_script_policy(sources, reporter);
    REQUIRE_FALSE(policy);
    CHECK(policy.error().code == "EALLOWSCRIPTS");
  }
  SECTION("outside a project flags decide and package.json is not asked") {
    sources.outside_project = true;
    auto policy = resolve_script_policy(sources, reporter);
    REQUIRE(policy);
    CHECK(policy->source == ScriptPolicy::Source::kNpmrc);
    sources.command_line = {"canvas"};
    policy = resolve_script_policy(sources, reporter);
    REQUIRE(policy);
    CHECK(policy->source == ScriptPolicy::Source::kCommandLine);
    CHECK(policy->rules.size() == 1);
  }
  SECTION("a source of which nothing is usable is passed over") {
    sources.package_json = Json::parse(R"({"canvas@^2.0.0":true,"sharp@latest":true,"a b c":true})");
    const auto policy = resolve_script_policy(sources, reporter);
    REQUIRE(policy);
    CHECK(policy->source == ScriptPolicy::Source::kNpmrc);
    CHECK(reporter.lines().size() == 3);
  }
  SECTION("no source, no policy") {
    const auto policy = installer::resolve_script_policy({}, reporter);
    REQUIRE(policy);
    CHECK(policy->source == ScriptPolicy::Source::kNone);
    CHECK(policy->rules.empty());
  }
}

TEST_CASE("allowScripts: lists are split at commas", "[scripts]") {
  CHECK(installer::split_script_list(" canvas, @s/a@1.0.0 ,,b") ==
        std::vector<std::string>{"canvas", "@s/a@1.0.0", "b"});
  CHECK(installer::split_script_list("").empty());
}

TEST_CASE("allowScripts: blocked packages are listed with what they wanted to run", "[scripts]") {
  const std::vector<installer::UnreviewedScripts> packages = {
      {"node_modules/canvas",
       "canvas",
       "2.1.0",
       "canvas",
       "2.1.0",
       {{"install", "node-gyp rebuild"}, {"postinstall", "node x.js"}}},
      {"node_modules/\x1b[2J", "bad\x1b[2J", "", "", "", {{"install", "evil\x1b]0;x\x07"}}}};
  const std::string text = describe_unreviewed(packages, false);
  CHECK(text.find("\n  canvas@2.1.0 (install: node-gyp rebuild; postinstall: node x.js)\n") != std::string::npos);
  CHECK(text.find("install-scripts approve") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(describe_unreviewed(packages, true).find("--allow-scripts=canvas,bad") != std::string::npos);
  const Error error = strict_scripts_error(packages, false);
  CHECK(error.code == "ESTRICTALLOWSCRIPTS");
  CHECK(error.message.find("2 packages") != std::string::npos);
  CHECK(error.message.find("canvas@2.1.0 (install: node-gyp rebuild") != std::string::npos);
}
