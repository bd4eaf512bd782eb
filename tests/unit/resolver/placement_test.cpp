#include "fake_registry.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;
using Tree = std::vector<std::string>;

TEST_CASE("resolve: dependencies go to the top as long as nothing stands there", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"b":"^1"})").publish("b@1.0.0", R"("dependencies":{"c":"^1"})");
  registry.publish("c@1.2.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"^1"}})");
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0", "node_modules/c 1.2.0"});
}

TEST_CASE("resolve: a second version nests below who needs it", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"c":"^1"})").publish("b@1.0.0", R"("dependencies":{"c":"^2"})");
  registry.publish("c@1.0.0").publish("c@2.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1","b":"1"}})");
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0", "node_modules/b/node_modules/c 2.0.0",
                               "node_modules/c 1.0.0"});
}

TEST_CASE("resolve: a direct dependency keeps the top for itself", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"z":"^1"})").publish("z@1.0.0").publish("z@2.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1","z":"^2"}})");
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/a/node_modules/z 1.0.0", "node_modules/z 2.0.0"});
}

TEST_CASE("resolve: an existing version that fits is kept, whatever is newer", "[resolver]") {
  FakeRegistry old;
  old.publish("a@1.0.0").publish("b@1.0.0", R"("dependencies":{"a":"^1"})");
  Project before(old, R"({"name":"root","dependencies":{"a":"^1","b":"^1"}})");
  CHECK(before.tree() == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0"});

  FakeRegistry now;
  now.publish("a@1.0.0").publish("a@1.5.0").publish("b@1.0.0", R"("dependencies":{"a":"^1"})");
  Project after(now, R"({"name":"root","dependencies":{"a":"^1","b":"^1"}})");
  after.request.lock = before.request.lock;
  CHECK(after.tree() == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0"});

  after.request.update = {"a"};
  CHECK(after.tree() == Tree{"node_modules/a 1.5.0", "node_modules/b 1.0.0"});
}

TEST_CASE("resolve: dependencies in a circle end", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"b":"1"})").publish("b@1.0.0", R"("dependencies":{"a":"1"})");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0"});
  project.request.lock.reset();
  project.options.install_strategy = resolver::InstallStrategy::kNested;
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/a/node_modules/b 1.0.0"});
}

TEST_CASE("resolve: strategies decide how far up a dependency goes", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"b":"1"})").publish("b@1.0.0", R"("dependencies":{"c":"1"})");
  registry.publish("c@1.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  SECTION("nested: below each dependent") {
    project.options.install_strategy = resolver::InstallStrategy::kNested;
    CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/a/node_modules/b 1.0.0",
                                 "node_modules/a/node_modules/b/node_modules/c 1.0.0"});
  }
  SECTION("shallow: only direct dependencies at the top") {
    project.options.install_strategy = resolver::InstallStrategy::kShallow;
    CHECK(project.tree() ==
          Tree{"node_modules/a 1.0.0", "node_modules/a/node_modules/b 1.0.0", "node_modules/a/node_modules/c 1.0.0"});
  }
}

TEST_CASE("resolve: an alias stands under its own folder and is named in the lockfile", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0").publish("a@2.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"^2","old":"npm:a@^1"}})");
  const auto outcome = project.run();
  REQUIRE(outcome);
  CHECK(tree_of(outcome->lock) == Tree{"node_modules/a 2.0.0", "node_modules/old 1.0.0"});
  CHECK(outcome->lock.packages.at("node_modules/old").manifest.name == "a");
  CHECK(outcome->lock.packages.at("node_modules/a").manifest.name.empty());
}

TEST_CASE("resolve: what nobody needs any more is pruned", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"b":"1"})").publish("b@1.0.0").publish("c@1.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1","c":"1"}})");
  CHECK(project.tree().size() == 3);
  project.request.remove = {"a"};
  const auto outcome = project.run();
  REQUIRE(outcome);
  CHECK(tree_of(outcome->lock) == Tree{"node_modules/c 1.0.0"});
  REQUIRE(outcome->manifests.size() == 1);
  CHECK(outcome->manifests[0].dependencies == package::StringMap{{"c", "1"}});
}

TEST_CASE("resolve: a requested package is saved with the prefix, unless the range says more", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0")
      .publish("a@1.4.2")
      .publish("a@2.0.0")
      .tag("a", "latest", "2.0.0")
      .tag("a", "old", "1.4.2");
  const auto saved = [&](const std::string& spec) {
    Project project(registry);
    project.request.add = {spec};
    const auto outcome = project.run();
    REQUIRE(outcome);
    return outcome->manifests.at(0).dependencies.at(0).second;
  };
  CHECK(saved("a") == "^2.0.0");
  CHECK(saved("a@old") == "^1.4.2");
  CHECK(saved("a@1.0.0") == "^1.0.0");
  CHECK(saved("a@^1") == "^1.4.2");
  CHECK(saved("a@~1.4.0") == "~1.4.0");
}

TEST_CASE("resolve: flags say what leads to a package", "[resolver]") {
  FakeRegistry registry;
  registry.publish("p@1.0.0", R"("dependencies":{"s":"1"})").publish("d@1.0.0", R"("dependencies":{"s":"1","x":"1"})");
  registry.publish("o@1.0.0", R"("dependencies":{"x":"1","y":"1"})").publish("s@1.0.0").publish("x@1.0.0");
  registry.publish("y@1.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"p":"1"},"devDependencies":{"d":"1"},
                                "optionalDependencies":{"o":"1"}})");
  const auto outcome = project.run();
  REQUIRE(outcome);
  const auto& packages = outcome->lock.packages;
  CHECK((packages.at("node_modules/d").dev && !packages.at("node_modules/d").optional));
  CHECK((packages.at("node_modules/y").optional && !packages.at("node_modules/y").dev));
  CHECK(packages.at("node_modules/x").dev_optional);
  CHECK_FALSE((packages.at("node_modules/s").dev || packages.at("node_modules/s").dev_optional));
}

TEST_CASE("resolve: workspaces are links, and depend on each other by range", "[resolver]") {
  FakeRegistry registry;
  registry.publish("b@2.0.0").publish("x@1.0.0").publish("x@2.0.0");
  Project project(registry, R"({"name":"root","workspaces":["packages/*"]})");
  project.workspace("a", R"({"name":"a","version":"1.0.0","dependencies":{"b":"^1","x":"^1"}})");
  project.workspace("b", R"({"name":"b","version":"1.1.0","dependencies":{"x":"^2"}})");
  CHECK(project.tree() == Tree{"node_modules/a -> packages/a", "node_modules/b -> packages/b", "node_modules/x 1.0.0",
                               "packages/a 1.0.0", "packages/b 1.1.0", "packages/b/node_modules/x 2.0.0"});
}

TEST_CASE("resolve: members have their say before what is deeper, even on the first run", "[resolver]") {
  FakeRegistry registry;
  registry.publish("e@1.0.0").publish("e@2.0.0", R"("dependencies":{"g":"^1"})").publish("g@1.0.0").publish("g@3.0.0");
  Project project(registry, R"({"name":"root","workspaces":["packages/*"],"dependencies":{"e":"^2"}})");
  project.workspace("m", R"({"name":"m","version":"1.0.0","dependencies":{"e":"^1","g":"^3"}})");
  CHECK(project.tree() == Tree{"node_modules/e 2.0.0", "node_modules/e/node_modules/g 1.0.0", "node_modules/g 3.0.0",
                               "node_modules/m -> packages/m", "packages/m 1.0.0", "packages/m/node_modules/e 1.0.0"});
}

TEST_CASE("resolve: entries of a lock that nothing needs go, even when nothing else changes", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0").publish("b@1.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0"});
  lockfile::LockPackage stray;
  stray.manifest.version = "1.0.0";
  stray.dev = true;  // what the lock says of it does not count
  project.request.lock->packages.emplace("node_modules/b", stray);
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0"});
}

TEST_CASE("resolve: a lock's holes are filled, an optional dependency's as well", "[resolver]") {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"b":"1"},"optionalDependencies":{"c":"1"})");
  registry.publish("b@1.0.0").publish("c@1.0.0");
  Project project(registry, R"({"name":"root","dependencies":{"a":"1"}})");
  const Tree all{"node_modules/a 1.0.0", "node_modules/b 1.0.0", "node_modules/c 1.0.0"};
  for (const char* hole : {"node_modules/b", "node_modules/c"}) {
    CHECK(project.tree() == all);
    project.request.lock->packages.erase(hole);
    CHECK(project.tree() == all);
  }
}
