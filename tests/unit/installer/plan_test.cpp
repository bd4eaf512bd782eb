#include "hoist/installer/plan.hpp"

#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::installer;
using lockfile::Lockfile;
using lockfile::LockPackage;

namespace {

LockPackage package_of(const std::string& version,
                       const std::string& integrity = "sha512-" + std::string(86, 'A') + "==") {
  LockPackage entry;
  entry.manifest.version = version;
  entry.resolved = "https://registry.example/" + version + ".tgz";
  entry.integrity = integrity;
  return entry;
}

LockPackage link_to(const std::string& target) {
  LockPackage entry;
  entry.link = true;
  entry.resolved = target;
  return entry;
}

const Platform kLinux{"linux", "x64", "glibc"};

Result<InstallPlan> plan_for(const Lockfile& wanted, const ActualTree& actual = {}, PlanOptions options = {}) {
  options.platform = kLinux;
  return make_plan(wanted, actual, options);
}

std::vector<std::string> locations(const std::vector<Placement>& list) {
  std::vector<std::string> result;
  for (const Placement& each : list) result.push_back(each.location);
  return result;
}
std::vector<std::string> locations(const std::vector<Removal>& list) {
  std::vector<std::string> result;
  for (const Removal& each : list) result.push_back(each.location);
  return result;
}
std::set<std::string> locations(const std::vector<Skipped>& list) {
  std::set<std::string> result;
  for (const Skipped& each : list) result.insert(each.location);
  return result;
}
using Names = std::vector<std::string>;
using NameSet = std::set<std::string>;

}  // namespace

TEST_CASE("Platform: lists match as npm-install-checks does", "[platform]") {
  struct Row {
    std::string value;
    std::vector<std::string> list;
    bool expected;
  };
  const std::vector<Row> rows = {
      {"linux", {"any"}, true},
      {"linux", {"linux"}, true},
      {"linux", {"darwin"}, false},
      {"linux", {"darwin", "linux"}, true},
      {"linux", {"!win32"}, true},
      {"win32", {"!win32"}, false},
      {"linux", {"!win32", "!darwin"}, true},
      {"linux", {"!win32", "darwin"}, false},
      {"linux", {"linux", "!linux"}, false},
      {"linux", {"any", "darwin"}, false},
      {"linux", {}, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value, row.list);
    CHECK(matches_list(row.value, row.list) == row.expected);
  }
}

TEST_CASE("Platform: a libc demand is never met where the libc is unknown", "[platform]") {
  package::Manifest manifest;
  manifest.libc = {"glibc"};
  CHECK(matches_platform(manifest, {"linux", "x64", "glibc"}));
  CHECK_FALSE(matches_platform(manifest, {"linux", "x64", "musl"}));
  CHECK_FALSE(matches_platform(manifest, {"darwin", "arm64", ""}));
  manifest.libc = {"!musl"};
  CHECK_FALSE(matches_platform(manifest, {"darwin", "arm64", ""}));
}

TEST_CASE("Platform: this machine has a name for its parts", "[platform]") {
  const Platform current = Platform::current();
  CHECK(current.os == "linux");
  CHECK_FALSE(current.cpu.empty());
}

TEST_CASE("Location: only places below node_modules with legal names", "[plan][hostile]") {
  for (const char* good : {"node_modules/a", "node_modules/@s/a", "node_modules/a/node_modules/b",
                           "packages/a/node_modules/@s/b", "../lib/node_modules/a", "../../x/node_modules/a"}) {
    CAPTURE(good);
    CHECK(parse_location(good));
  }
  for (const char* bad : {"",
                          "packages/a",
                          "node_modules",
                          "node_modules/",
                          "node_modules/a/",
                          "node_modules/..",
                          "node_modules/../a",
                          "node_modules/a/..",
                          "node_modules/.bin",
                          "node_modules/@s",
                          "node_modules/@s/",
                          "node_modules/@s/.x",
                          "node_modules/@s/..",
                          "node_modules/a/b",
                          "node_modules/a/node_modules",
                          "node_modules/node_modules",
                          "node_modules/a/../node_modules/b",
                          "/node_modules/a",
                          "./node_modules/a",
                          "a/../node_modules/b",
                          "a/../../node_modules/b",
                          "a//node_modules/b",
                          "node_modules/a\\b",
                          "node_modules//a"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_location(bad));
  }
  const auto parts = parse_location("packages/x/node_modules/a/node_modules/@s/b");
  REQUIRE(parts);
  CHECK(parts->top == "packages/x");
  CHECK(parts->inside == "node_modules/a/node_modules/@s/b");
  CHECK(parts->parent == "node_modules/a/node_modules/@s");
  CHECK(parts->folder == "b");
  CHECK(parent_location("packages/x/node_modules/a/node_modules/@s/b") == "packages/x/node_modules/a");
  CHECK(parent_location("packages/x/node_modules/a") == "packages/x");
  CHECK(parent_location("node_modules/a").empty());
}

TEST_CASE("Plan: nothing there means everything is added, parents first", "[plan]") {
  Lockfile wanted;
  wanted.packages[""] = {};
  wanted.packages["node_modules/a"] = package_of("1.0.0");
  wanted.packages["node_modules/a/node_modules/b"] = package_of("2.0.0");
  wanted.packages["node_modules/ws"] = link_to("packages/ws");
  wanted.packages["packages/ws"] = {};
  wanted.packages["packages/ws/node_modules/c"] = package_of("3.0.0");
  const auto plan = plan_for(wanted);
  REQUIRE(plan);
  CHECK(locations(plan->packages) ==
        Names{"node_modules/a", "node_modules/a/node_modules/b", "packages/ws/node_modules/c"});
  CHECK(locations(plan->links) == Names{"node_modules/ws"});
  CHECK(plan->removals.empty());
  CHECK_FALSE(plan->empty());
}

TEST_CASE("Plan: what is the same stays, what differs is changed, what is unknown goes", "[plan]") {
  const std::string other = "sha512-" + std::string(85, 'A') + "Q==";
  Lockfile wanted;
  wanted.packages["node_modules/same"] = package_of("1.0.0");
  wanted.packages["node_modules/version"] = package_of("2.0.0");
  wanted.packages["node_modules/content"] = package_of("1.0.0");
  wanted.packages["node_modules/link"] = link_to("packages/a");
  wanted.packages["node_modules/moved"] = link_to("packages/b");
  wanted.packages["node_modules/unlinked"] = package_of("1.0.0");
  wanted.packages["node_modules/git"] = package_of("1.0.0", "");
  ActualTree actual;
  actual.tree.packages = wanted.packages;
  actual.tree.packages["node_modules/version"] = package_of("1.0.0");
  actual.tree.packages["node_modules/version"].manifest.bin = {{"tool", "tool.js"}};
  actual.tree.packages["node_modules/content"].integrity = other;
  actual.tree.packages["node_modules/moved"] = link_to("packages/a");
  actual.tree.packages["node_modules/unlinked"] = link_to("packages/a");
  actual.tree.packages["node_modules/gone"] = package_of("1.0.0");
  actual.tree.packages["node_modules/gone/node_modules/deep"] = package_of("1.0.0");
  const auto plan = plan_for(wanted, actual);
  REQUIRE(plan);
  CHECK(plan->kept == Names{"node_modules/git", "node_modules/link", "node_modules/same"});
  CHECK(locations(plan->packages) == Names{"node_modules/content", "node_modules/unlinked", "node_modules/version"});
  CHECK(locations(plan->links) == Names{"node_modules/moved"});
  CHECK(locations(plan->removals) == Names{"node_modules/gone"});
  for (const Placement& placement : plan->packages) CHECK(placement.action == PlanAction::kChange);
  CHECK(plan->packages.back().previous_version == "1.0.0");
  CHECK(plan->replaced.back().bins == Names{"tool"});
}

TEST_CASE("Plan: the same tree needs nothing", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/a"] = package_of("1.0.0");
  wanted.packages["node_modules/ws"] = link_to("packages/ws");
  ActualTree actual;
  actual.tree = wanted;
  CHECK(plan_for(wanted, actual)->empty());
}

TEST_CASE("Plan: a changed package takes along what is nested in it", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/a"] = package_of("2.0.0");
  wanted.packages["node_modules/a/node_modules/b"] = package_of("1.0.0");
  ActualTree actual;
  actual.tree.packages["node_modules/a"] = package_of("1.0.0");
  actual.tree.packages["node_modules/a/node_modules/b"] = package_of("1.0.0");
  actual.tree.packages["node_modules/a/node_modules/old"] = package_of("1.0.0");
  const auto plan = plan_for(wanted, actual);
  REQUIRE(plan);
  CHECK(locations(plan->packages) == Names{"node_modules/a", "node_modules/a/node_modules/b"});
  CHECK(plan->removals.empty());
}

TEST_CASE("Plan: what a killed install left uncertain is put anew", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/a"] = package_of("1.0.0");
  wanted.packages["node_modules/b"] = package_of("1.0.0");
  ActualTree actual;
  actual.tree = wanted;
  actual.uncertain = {"node_modules/b"};
  CHECK(locations(plan_for(wanted, actual)->packages) == Names{"node_modules/b"});
  actual.uncertain = {"*"};
  CHECK(plan_for(wanted, actual)->packages.size() == 2);
}

TEST_CASE("Plan: omitted kinds are skipped, and removed where they are", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/prod"] = package_of("1.0.0");
  wanted.packages["node_modules/dev"] = package_of("1.0.0");
  wanted.packages["node_modules/dev"].dev = true;
  wanted.packages["node_modules/optional"] = package_of("1.0.0");
  wanted.packages["node_modules/optional"].optional = true;
  wanted.packages["node_modules/both"] = package_of("1.0.0");
  wanted.packages["node_modules/both"].dev_optional = true;
  wanted.packages["node_modules/peer"] = package_of("1.0.0");
  wanted.packages["node_modules/peer"].peer = true;
  ActualTree actual;
  actual.tree.packages["node_modules/dev"] = wanted.packages["node_modules/dev"];
  const auto dev = plan_for(wanted, actual, {.omit_dev = true});
  REQUIRE(dev);
  CHECK(locations(dev->skipped) == NameSet{"node_modules/dev"});
  CHECK(locations(dev->removals) == Names{"node_modules/dev"});
  CHECK(locations(plan_for(wanted, {}, {.omit_dev = true, .omit_optional = true})->skipped) ==
        NameSet{"node_modules/dev", "node_modules/optional", "node_modules/both"});
  CHECK(locations(plan_for(wanted, {}, {.omit_peer = true})->skipped) == NameSet{"node_modules/peer"});
  CHECK(plan_for(wanted, {}, {.omit_optional = true})->packages.size() == 4);
}

TEST_CASE("Plan: an optional package of another platform is skipped with what only it needs", "[plan]") {
  Lockfile wanted;
  wanted.packages[""].manifest.dependencies = {{"host", "*"}, {"shared", "*"}};
  LockPackage host = package_of("1.0.0");
  host.manifest.optional_dependencies = {{"binary-darwin", "1"}, {"binary-linux", "1"}, {"wrapper", "1"}};
  wanted.packages["node_modules/host"] = host;
  LockPackage foreign = package_of("1.0.0");
  foreign.optional = true;
  foreign.manifest.os = {"darwin"};
  foreign.manifest.dependencies = {{"only-foreign", "*"}, {"shared", "*"}};
  wanted.packages["node_modules/binary-darwin"] = foreign;
  LockPackage native = package_of("1.0.0");
  native.optional = true;
  native.manifest.os = {"linux"};
  wanted.packages["node_modules/binary-linux"] = native;
  LockPackage only = package_of("1.0.0");
  only.optional = true;
  wanted.packages["node_modules/only-foreign"] = only;
  wanted.packages["node_modules/shared"] = package_of("1.0.0");
  // An optional package that cannot do without a foreign one goes, too.
  LockPackage wrapper = package_of("1.0.0");
  wrapper.optional = true;
  wrapper.manifest.dependencies = {{"needs-darwin", "*"}};
  wanted.packages["node_modules/wrapper"] = wrapper;
  LockPackage needs = foreign;
  needs.manifest.dependencies.clear();
  wanted.packages["node_modules/needs-darwin"] = needs;
  const auto plan = plan_for(wanted);
  REQUIRE(plan);
  CHECK(locations(plan->skipped) == NameSet{"node_modules/binary-darwin", "node_modules/only-foreign",
                                            "node_modules/needs-darwin", "node_modules/wrapper"});
  CHECK(locations(plan->packages) == Names{"node_modules/binary-linux", "node_modules/host", "node_modules/shared"});
}

TEST_CASE("Plan: a needed package of another platform is EBADPLATFORM unless forced", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/a"] = package_of("1.0.0");
  wanted.packages["node_modules/a"].manifest.cpu = {"arm64"};
  const auto refused = plan_for(wanted);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "EBADPLATFORM");
  CHECK(refused.error().message.find("a@1.0.0") != std::string::npos);
  CHECK(plan_for(wanted, {}, {.force = true})->packages.size() == 1);
  wanted.packages["node_modules/a"].dev = true;
  CHECK(plan_for(wanted, {}, {.omit_dev = true})->packages.empty());
}

TEST_CASE("Plan: engines warn, fail when strict, and drop optional packages", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/a"] = package_of("1.0.0");
  wanted.packages["node_modules/a"].manifest.engines = Json{{"node", ">=99"}};
  PlanOptions options;
  options.engines = {"22.1.0", "12.2.0"};
  const auto warned = plan_for(wanted, {}, options);
  REQUIRE(warned);
  REQUIRE(warned->engine_warnings.size() == 1);
  CHECK(warned->engine_warnings[0].package == "a@1.0.0");
  CHECK(warned->engine_warnings[0].required == "node >=99");
  CHECK(warned->packages.size() == 1);
  options.engine_strict = true;
  CHECK(plan_for(wanted, {}, options).error().code == "EBADENGINE");
  wanted.packages["node_modules/a"].optional = true;
  CHECK(locations(plan_for(wanted, {}, options)->skipped) == NameSet{"node_modules/a"});
}

TEST_CASE("Plan: bundled packages come with their bundler, those of the project do not", "[plan]") {
  Lockfile wanted;
  wanted.packages[""].manifest.bundle_dependencies = {"own"};
  wanted.packages["node_modules/own"] = package_of("1.0.0");
  wanted.packages["node_modules/own"].in_bundle = true;
  wanted.packages["node_modules/bundler"] = package_of("1.0.0");
  wanted.packages["node_modules/bundler"].manifest.bundle_dependencies = {"inner"};
  LockPackage inner = package_of("1.0.0", "");
  inner.in_bundle = true;
  wanted.packages["node_modules/bundler/node_modules/inner"] = inner;
  wanted.packages["node_modules/bundler/node_modules/extra"] = package_of("1.0.0");
  const auto plan = plan_for(wanted);
  REQUIRE(plan);
  CHECK(locations(plan->packages) ==
        Names{"node_modules/bundler", "node_modules/bundler/node_modules/extra", "node_modules/own"});
  CHECK(plan->bundled == Names{"node_modules/bundler/node_modules/inner"});
  ActualTree actual;
  actual.tree = wanted;
  actual.tree.packages["node_modules/bundler/node_modules/unlisted"] = package_of("1.0.0", "");
  const auto again = plan_for(wanted, actual);
  REQUIRE(again);
  CHECK(again->empty());
  CHECK(again->left.contains("node_modules/bundler/node_modules/unlisted"));
}

TEST_CASE("Plan: extraneous packages stay on request, and outside of the project always", "[plan]") {
  Lockfile wanted;
  wanted.packages["../lib"] = {};
  ActualTree actual;
  actual.tree.packages["node_modules/extra"] = package_of("1.0.0");
  actual.tree.packages["../lib/node_modules/x"] = package_of("1.0.0");
  CHECK(locations(plan_for(wanted, actual)->removals) == Names{"node_modules/extra"});
  const auto kept = plan_for(wanted, actual, {.keep_extraneous = true});
  CHECK(kept->removals.empty());
  CHECK(kept->left.size() == 2);
}

TEST_CASE("Plan: a filter leaves everything else as it is", "[plan]") {
  Lockfile wanted;
  wanted.packages["node_modules/a"] = package_of("2.0.0");
  wanted.packages["node_modules/b"] = package_of("2.0.0");
  wanted.packages["node_modules/c"] = package_of("2.0.0");
  ActualTree actual;
  actual.tree.packages["node_modules/a"] = package_of("1.0.0");
  actual.tree.packages["node_modules/b"] = package_of("1.0.0");
  actual.tree.packages["node_modules/x"] = package_of("1.0.0");
  PlanOptions options;
  options.filter = [](std::string_view location) { return location == "node_modules/a"; };
  const auto plan = plan_for(wanted, actual, options);
  REQUIRE(plan);
  CHECK(locations(plan->packages) == Names{"node_modules/a"});
  CHECK(plan->removals.empty());
  CHECK(plan->left.at("node_modules/b").manifest.version == "1.0.0");
  CHECK(plan->left.contains("node_modules/x"));
  CHECK(locations(plan->skipped) == NameSet{"node_modules/c"});
  actual.uncertain = {"node_modules/b"};
  CHECK(locations(plan_for(wanted, actual, options)->packages) == Names{"node_modules/a", "node_modules/b"});
}

TEST_CASE("Plan: locations that lead elsewhere are refused", "[plan][hostile]") {
  for (const char* bad : {"node_modules/../../evil", "node_modules/.bin", "../other/node_modules/a",
                          "node_modules/a/../../x", "/abs/node_modules/a", "node_modules/@s"}) {
    CAPTURE(bad);
    Lockfile wanted;
    wanted.packages[bad] = package_of("1.0.0");
    const auto plan = plan_for(wanted);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == "ELOCKFILE");
  }
  Lockfile through_link;
  through_link.packages["node_modules/a"] = link_to("../../somewhere");
  through_link.packages["node_modules/a/node_modules/b"] = package_of("1.0.0");
  CHECK(plan_for(through_link).error().code == "ELOCKFILE");
}
