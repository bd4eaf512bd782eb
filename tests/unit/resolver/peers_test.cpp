#include "fake_registry.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;
using Tree = std::vector<std::string>;

namespace {

/// A host in three majors and plugins that want one of them.
FakeRegistry plugins() {
  FakeRegistry registry;
  registry.publish("host@1.0.0").publish("host@2.0.0").publish("host@3.0.0");
  registry.publish("plugin@1.0.0", R"("peerDependencies":{"host":"^1"})");
  registry.publish("plugin@2.0.0", R"("peerDependencies":{"host":"^2"})");
  registry.publish("extra@1.0.0", R"("peerDependencies":{"host":"1 || 2"})");
  return registry;
}

}  // namespace

TEST_CASE("peers: a missing one is installed beside its dependent", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  Project project(registry, R"({"name":"root","dependencies":{"plugin":"^2"}})");
  const auto outcome = project.run();
  REQUIRE(outcome);
  CHECK(tree_of(outcome->lock) == Tree{"node_modules/host 2.0.0", "node_modules/plugin 2.0.0"});
  CHECK(outcome->lock.packages.at("node_modules/host").peer);
}

TEST_CASE("peers: two dependents agree on the version that pleases both", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  Project project(registry, R"({"name":"root","dependencies":{"extra":"1","plugin":"^1"}})");
  CHECK(project.tree() == Tree{"node_modules/extra 1.0.0", "node_modules/host 1.0.0", "node_modules/plugin 1.0.0"});
}

TEST_CASE("peers: a whole set nests when its host cannot stand at the top", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  registry.publish("tool@1.0.0", R"("dependencies":{"plugin":"^1"})");
  Project project(registry, R"({"name":"root","dependencies":{"host":"^3","tool":"1"}})");
  CHECK(project.tree() == Tree{"node_modules/host 3.0.0", "node_modules/tool 1.0.0",
                               "node_modules/tool/node_modules/host 1.0.0",
                               "node_modules/tool/node_modules/plugin 1.0.0"});
}

TEST_CASE("peers: a conflict of the root's own is refused, with a report", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  Project project(registry, R"({"name":"root","version":"1.0.0","dependencies":{"host":"^3","plugin":"^2"}})");
  const auto outcome = project.run();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == "ERESOLVE");
  CHECK(outcome.error().message == "unable to resolve dependency tree");
  CHECK(outcome.error().hint ==
        "While resolving: root@1.0.0\n"
        "Found: host@3.0.0\n"
        "node_modules/host\n"
        "  host@\"^3\" from the root project\n\n"
        "Could not resolve dependency:\n"
        "peer host@\"^2\" from plugin@2.0.0\n"
        "node_modules/plugin\n"
        "  plugin@\"^2\" from the root project\n\n"
        "Fix the upstream dependency conflict, or retry this command with --force or --legacy-peer-deps to accept an "
        "incorrect (and potentially broken) dependency resolution.");
}

TEST_CASE("peers: what overrules a conflict", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  Project project(registry, R"({"name":"root","dependencies":{"host":"^3","plugin":"^2"}})");
  const Tree both{"node_modules/host 3.0.0", "node_modules/plugin 2.0.0"};
  SECTION("--force accepts it") {
    project.options.force = true;
    CHECK(project.tree() == both);
    CHECK(project.reporter.contains("overriding peer dependency"));
  }
  SECTION("--legacy-peer-deps does not look") {
    project.options.legacy_peer_deps = true;
    CHECK(project.tree() == both);
    CHECK_FALSE(project.reporter.contains("overriding"));
  }
}

TEST_CASE("peers: a set that cannot be met and displaces itself ends with a report", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  registry.publish("stuck@1.0.0", R"("peerDependencies":{"host":"^3","plugin":"^2"})");
  registry.publish("tool@1.0.0", R"("dependencies":{"stuck":"1"})");
  // npm 12 places host 3 and host 2 in turn for ever.
  Project project(registry, R"({"name":"root","dependencies":{"tool":"1"}})");
  const auto outcome = project.run();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == "ERESOLVE");
  CHECK(outcome.error().message.find("does not settle") != std::string::npos);
  project.options.strict_peer_deps = true;
  CHECK(project.code() == "ERESOLVE");
}

TEST_CASE("peers: optional ones are not fetched, but obeyed where they are there", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  registry.publish("soft@1.0.0",
                   R"("peerDependencies":{"host":"^1"},"peerDependenciesMeta":{"host":{"optional":true}})");
  Project alone(registry, R"({"name":"root","dependencies":{"soft":"1"}})");
  CHECK(alone.tree() == Tree{"node_modules/soft 1.0.0"});
  Project together(registry, R"({"name":"root","dependencies":{"extra":"1","soft":"1"}})");
  CHECK(together.tree().size() == 3);
  Project against(registry, R"({"name":"root","dependencies":{"host":"^3","soft":"1"}})");
  CHECK(against.code() == "ERESOLVE");
}

TEST_CASE("peers: legacy mode installs none", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  Project project(registry, R"({"name":"root","dependencies":{"plugin":"^2"}})");
  project.options.legacy_peer_deps = true;
  CHECK(project.tree() == Tree{"node_modules/plugin 2.0.0"});
}

TEST_CASE("peers: the report ends with the smallest change that works", "[resolver][peers]") {
  FakeRegistry registry = plugins();
  Project project(registry, R"({"name":"root","dependencies":{"host":"^3","plugin":"^2"}})");
  project.options.suggest_fix = true;
  const auto advice = [&] {
    const auto outcome = project.run();
    REQUIRE_FALSE(outcome);
    const std::size_t at = outcome.error().hint.find("This resolves with");
    return at == std::string::npos ? std::string() : outcome.error().hint.substr(at);
  };
  SECTION("one older version") { CHECK(advice() == "This resolves with host@^2.0.0:\n  hoist install 'host@^2.0.0'"); }
  SECTION("a newer one before an older one") {
    registry.publish("plugin@3.0.0", R"("peerDependencies":{"host":"^3"})");
    CHECK(advice() == "This resolves with plugin@^3.0.0:\n  hoist install 'plugin@^3.0.0'");
  }
  SECTION("two together where one is not enough") {
    registry.publish("other@1.0.0", R"("peerDependencies":{"host":"^3"})");
    registry.publish("other@2.0.0", R"("peerDependencies":{"host":"^4"})").publish("host@4.0.0");
    registry.publish("plugin@4.0.0", R"("peerDependencies":{"host":"^4"})");
    project.request.manifest.dependencies = {{"host", "^3"}, {"other", "^1"}, {"plugin", "^2"}};
    CHECK(advice().empty());
    project.request.manifest.dependencies = {{"other", "^1"}, {"plugin", "^2"}};
    CHECK(advice() ==
          "This resolves with plugin@^4.0.0 and other@^2.0.0:\n  hoist install 'plugin@^4.0.0' 'other@^2.0.0'");
  }
  SECTION("what was asked for stays in the command") {
    project.request.manifest.dependencies = {{"host", "^2"}, {"plugin", "^2"}};
    project.request.add = {"host@3"};
    registry.publish("plugin@3.0.0", R"("peerDependencies":{"host":"^3"})");
    CHECK(advice() == "This resolves with plugin@^3.0.0:\n  hoist install 'host@3' 'plugin@^3.0.0'");
  }
  SECTION("nothing where nothing helps") {
    FakeRegistry hopeless;
    hopeless.publish("host@3.0.0").publish("plugin@2.0.0", R"("peerDependencies":{"host":"^2"})");
    Project lost(hopeless, R"({"name":"root","dependencies":{"host":"^3","plugin":"^2"}})");
    lost.options.suggest_fix = true;
    const auto outcome = lost.run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().hint.find("This resolves with") == std::string::npos);
  }
}

TEST_CASE("peers: a circle of peers that displace each other ends", "[resolver][peers]") {
  FakeRegistry registry;
  for (const char* each : {"a", "b"})
    for (const char* major : {"1", "2"}) {
      const std::string other = std::string(each) == "a" ? "b" : "a", wish = std::string(major) == "1" ? "2" : "1";
      registry.publish(
          std::string(each) + "@" + major + ".0.0",
          R"("peerDependencies":{")" + other + R"(":"^)" + (std::string(each) == "a" ? wish : major) + R"("})");
    }
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  CHECK(project.code() == "ERESOLVE");
}
