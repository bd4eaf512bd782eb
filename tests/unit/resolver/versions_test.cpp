#include "fake_registry.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/resolver/pick_manifest.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

using TimePoint = std::chrono::system_clock::time_point;

TimePoint day(int year, unsigned month, unsigned day_of_month) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day_of_month}};
}

std::string pick(FakeRegistry& registry, const std::string& spec, std::optional<TimePoint> before = std::nullopt) {
  const auto packument = registry.get("p");
  REQUIRE(packument);
  const auto parsed = package::parse_spec("p@" + spec, "/");
  REQUIRE(parsed);
  const resolver::PickOptions options{.node_version = "22.0.0", .npm_version = "12.2.0", .before = before};
  const auto manifest = resolver::pick_manifest(**packument, *parsed, options);
  return manifest ? (*manifest)->version : manifest.error().code;
}

}  // namespace

TEST_CASE("pick_manifest: latest wins where it satisfies, else the highest", "[resolver]") {
  FakeRegistry registry;
  registry.publish("p@1.0.0").publish("p@1.9.0").publish("p@2.0.0").publish("p@2.1.0-beta.1");
  registry.tag("p", "latest", "1.0.0").tag("p", "next", "2.1.0-beta.1");
  CHECK(pick(registry, "*") == "1.0.0");
  CHECK(pick(registry, "^1") == "1.0.0");
  CHECK(pick(registry, "^2") == "2.0.0");
  CHECK(pick(registry, ">1.0.0") == "2.0.0");
  CHECK(pick(registry, "next") == "2.1.0-beta.1");
  CHECK(pick(registry, "=v1.9.0") == "1.9.0");
  CHECK(pick(registry, "^3") == "ETARGET");
  CHECK(pick(registry, "nightly") == "ETARGET");
}

TEST_CASE("pick_manifest: deprecated versions and foreign engines come last", "[resolver]") {
  FakeRegistry registry;
  registry.publish("p@1.0.0").publish("p@1.1.0", R"("engines":{"node":">=99"})");
  registry.publish("p@1.2.0", R"("deprecated":"no")").publish("p@2.0.0").publish("p@3.0.0", R"("deprecated":"no")");
  registry.tag("p", "latest", "2.0.0");
  CHECK(pick(registry, "^1") == "1.0.0");
  CHECK(pick(registry, ">1.0.0 <2") == "1.2.0");  // npm 12: a fitting engine counts more than a deprecation
  CHECK(pick(registry, "~1.1") == "1.1.0");
  CHECK(pick(registry, "^3") == "3.0.0");
}

TEST_CASE("pick_manifest: a date hides what came later", "[resolver]") {
  FakeRegistry registry;
  registry.publish("p@1.0.0").publish("p@1.1.0").publish("p@2.0.0");
  registry.time("p", "1.0.0", "2020-01-01T00:00:00.000Z").time("p", "1.1.0", "2021-01-01T00:00:00.000Z");
  registry.time("p", "2.0.0", "2022-01-01T00:00:00.000Z");
  CHECK(pick(registry, "*", day(2021, 6, 1)) == "1.1.0");
  CHECK(pick(registry, "latest", day(2020, 6, 1)) == "1.0.0");
  CHECK(pick(registry, "2.0.0", day(2021, 6, 1)) == "ETARGET");
  CHECK(pick(registry, "*", day(2019, 1, 1)) == "ENOVERSIONS");
}

TEST_CASE("resolve: what cannot be had fails, unless only optional dependencies lead to it", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("optionalDependencies":{"gone":"1"})");
  registry.publish("b@1.0.0", R"("dependencies":{"gone":"1"})").publish("c@1.0.0");
  Project fine(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  CHECK(fine.tree() == std::vector<std::string>{"node_modules/a 1.0.0"});
  Project fatal(registry, R"({"name":"root","dependencies":{"b":"1"}})");
  CHECK(fatal.code() == "E404");
  Project set(registry, R"({"name":"root","dependencies":{"c":"1"},"optionalDependencies":{"b":"1"}})");
  const auto outcome = set.run();
  REQUIRE(outcome);
  CHECK(outcome->inert.contains("node_modules/b"));
  CHECK_FALSE(outcome->inert.contains("node_modules/c"));
}

TEST_CASE("resolve: an optional package of another platform stays in the lock and off the disk", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("optionalDependencies":{"mac":"1","here":"1"})");
  registry.publish("mac@1.0.0", R"("os":["darwin"])").publish("here@1.0.0", R"("os":["linux"],"cpu":["x64"])");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  const auto outcome = project.run();
  REQUIRE(outcome);
  CHECK(outcome->lock.packages.contains("node_modules/mac"));
  CHECK(outcome->inert == std::set<std::string, std::less<>>{"node_modules/mac"});
}

TEST_CASE("resolve: a lockfile of npm 6 is completed from packuments, each entry from its own", "[resolver]") {
  FakeRegistry registry;
  // The same version of two packages: what was found out for one must not be taken for the other.
  registry.publish("a@1.0.0", R"("dependencies":{"b":"1"},"license":"A")").publish("b@1.0.0", R"("license":"B")");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  lockfile::Lockfile old;
  old.loaded_from_disk = old.ancient = true;
  old.original_version = 1;
  for (const char* name : {"a", "b"}) {
    lockfile::LockPackage entry;
    entry.manifest.version = "1.0.0";
    old.packages.emplace(std::string("node_modules/") + name, std::move(entry));
  }
  project.request.lock = std::move(old);
  const auto outcome = project.run();
  REQUIRE(outcome);
  CHECK(outcome->lock.lockfile_version == 3);
  CHECK(outcome->lock.packages.at("node_modules/a").manifest.dependencies == package::StringMap{{"b", "1"}});
  CHECK(outcome->lock.packages.at("node_modules/b").manifest.dependencies.empty());
  CHECK(outcome->lock.packages.at("node_modules/b").resolved.empty());
}
