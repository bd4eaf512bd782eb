#include "hoist/lockfile/write.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::lockfile;

namespace {

/// A root that depends on `a`, and `a` on `b`.
Lockfile two_packages() {
  Lockfile lock;
  lock.name = "root";
  lock.lockfile_version = 2;
  lock.packages[""].manifest.name = "root";
  lock.packages[""].manifest.dependencies = {{"a", "^1.0.0"}};
  for (const char* name : {"a", "b"}) {
    LockPackage& entry = lock.packages[std::string("node_modules/") + name];
    entry.manifest.version = "1.0.0";
    entry.resolved = std::string("http://registry.test/") + name + "/-/" + name + "-1.0.0.tgz";
  }
  lock.packages["node_modules/a"].manifest.dependencies = {{"b", "^1.0.0"}};
  return lock;
}

Json legacy_tree(const Lockfile& lock, const WriteOptions& options = {}) {
  const auto document = parse_json(write_lockfile(lock, options), "lockfile");
  REQUIRE(document);
  return document->at("dependencies");
}

}  // namespace

TEST_CASE("write_lockfile: npm 6's tree shows the specs that overrides put in place", "[lockfile]") {
  Lockfile lock = two_packages();
  CHECK(legacy_tree(lock)["a"]["requires"] == Json{{"b", "^1.0.0"}});
  lock.overridden["node_modules/a"] = {{"b", "npm:other@1.0.0"}};
  lock.packages["node_modules/b"].manifest.name = "other";
  CHECK(legacy_tree(lock)["a"]["requires"] == Json{{"b", "npm:other@1.0.0"}});
  CHECK(legacy_tree(lock)["b"]["version"] == "npm:other@1.0.0");
}

TEST_CASE("write_lockfile: npm 6's tree has no `requires` for peers that legacy mode ignored", "[lockfile]") {
  Lockfile lock = two_packages();
  lock.packages["node_modules/b"].manifest.peer_dependencies = {{"a", "*"}};
  CHECK(legacy_tree(lock)["b"]["requires"] == Json::object());
  CHECK_FALSE(legacy_tree(lock, {.legacy_peer_deps = true})["b"].contains("requires"));
}

TEST_CASE("write_lockfile: optional packages that could not be had stand in npm 6's tree alone", "[lockfile]") {
  Lockfile lock = two_packages();
  LockPackage& lost = lock.failed_optional["node_modules/a/node_modules/gone"];
  lost.optional = lost.dev_optional = true;
  CHECK(legacy_tree(lock)["a"]["dependencies"]["gone"] == Json{{"optional", true}});
  const auto document = parse_json(write_lockfile(lock, {}), "lockfile");
  REQUIRE(document);
  CHECK_FALSE(document->at("packages").contains("node_modules/a/node_modules/gone"));
}
