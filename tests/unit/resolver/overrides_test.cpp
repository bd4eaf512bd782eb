#include "fake_registry.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;
using Tree = std::vector<std::string>;

namespace {

FakeRegistry registry_of_three() {
  FakeRegistry registry;
  registry.publish("a@1.0.0", R"("dependencies":{"c":"^1"})").publish("b@1.0.0", R"("dependencies":{"c":"^1"})");
  for (const char* version : {"c@1.0.0", "c@1.5.0", "c@2.0.0", "fork@9.0.0"}) registry.publish(version);
  return registry;
}

Tree tree_with(const std::string& overrides) {
  FakeRegistry registry = registry_of_three();
  Project project(registry, R"({"name":"root","dependencies":{"a":"1","b":"1"},"overrides":)" + overrides + "}");
  return project.tree();
}

}  // namespace

TEST_CASE("overrides: a name alone holds everywhere", "[resolver][overrides]") {
  CHECK(tree_with(R"({"c":"2.0.0"})") == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0", "node_modules/c 2.0.0"});
}

TEST_CASE("overrides: a nested one holds below its parent only", "[resolver][overrides]") {
  CHECK(tree_with(R"({"b":{"c":"2.0.0"}})") == Tree{"node_modules/a 1.0.0", "node_modules/b 1.0.0",
                                                    "node_modules/b/node_modules/c 2.0.0", "node_modules/c 1.5.0"});
}

TEST_CASE("overrides: a key with a range holds for specs that meet it", "[resolver][overrides]") {
  CHECK(tree_with(R"({"c@^1":"1.0.0"})").back() == "node_modules/c 1.0.0");
  CHECK(tree_with(R"({"c@^3":"1.0.0"})").back() == "node_modules/c 1.5.0");
}

TEST_CASE("overrides: another package may take the place", "[resolver][overrides]") {
  CHECK(tree_with(R"({"c":"npm:fork@9.0.0"})").back() == "node_modules/c 9.0.0");
}

TEST_CASE("overrides: a dollar refers to a direct dependency", "[resolver][overrides]") {
  FakeRegistry registry = registry_of_three();
  Project project(registry, R"({"name":"root","dependencies":{"a":"1","c":"^2"},"overrides":{"c":"$c"}})");
  CHECK(project.tree() == Tree{"node_modules/a 1.0.0", "node_modules/c 2.0.0"});
  Project lost(registry, R"({"name":"root","dependencies":{"a":"1"},"overrides":{"c":"$nothing"}})");
  CHECK(lost.code() == "EOVERRIDE");
}

TEST_CASE("overrides: a direct dependency cannot be overridden with something else", "[resolver][overrides]") {
  FakeRegistry registry = registry_of_three();
  Project project(registry, R"({"name":"root","dependencies":{"c":"^1"},"overrides":{"c":"2.0.0"}})");
  CHECK(project.code() == "EOVERRIDE");
  Project same(registry, R"({"name":"root","dependencies":{"c":"^1"},"overrides":{"c":"^1"}})");
  CHECK(same.tree() == Tree{"node_modules/c 1.5.0"});
}
