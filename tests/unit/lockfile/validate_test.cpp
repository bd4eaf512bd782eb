#include "hoist/lockfile/validate.hpp"

#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/read.hpp"
#include "support/catch.hpp"

using namespace hoist;

namespace {

lockfile::Lockfile parsed(std::string_view text) {
  auto result = lockfile::parse_lockfile(text, "package-lock.json");
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

constexpr const char* kLock = R"({"lockfileVersion":3,"packages":{
  "":{"dependencies":{"a":"^1.0.0"},"optionalDependencies":{"gone":"1"},"workspaces":["packages/*"]},
  "node_modules/a":{"version":"1.2.0","dependencies":{"b":"~2.0.0"},"peerDependencies":{"p":"3"},"peerDependenciesMeta":{"p":{"optional":true}}},
  "node_modules/b":{"version":"2.0.1"},
  "node_modules/w":{"resolved":"packages/w","link":true},
  "packages/w":{"version":"1.0.0","devDependencies":{"a":"*"}}}})";

}  // namespace

TEST_CASE("Lockfile sync: a lock that satisfies its manifests has no problems", "[lockfile]") {
  const auto lock = parsed(kLock);
  const auto& root = lock.packages.at("").manifest;
  CHECK(sync_problems(lock, {{"", &root}, {"packages/w", &lock.packages.at("packages/w").manifest}}, false).empty());
  CHECK(copies_manifests(lock, {{"", &root}}));
}

TEST_CASE("Lockfile sync: what package.json asks for and the lock lacks is named", "[lockfile]") {
  const auto lock = parsed(kLock);
  auto root = lock.packages.at("").manifest;
  root.dependencies = {{"a", "^2.0.0"}, {"new", "^1.0.0"}, {"alias", "npm:real@1"}};
  root.dev_dependencies = {{"tool", "latest"}};
  root.optional_dependencies.clear();
  CHECK_FALSE(copies_manifests(lock, {{"", &root}}));
  CHECK(sync_problems(lock, {{"", &root}}, false) ==
        std::vector<std::string>{"Invalid: lock file's a@1.2.0 does not satisfy a@^2.0.0",
                                 "Missing: new@^1.0.0 from lock file", "Missing: alias@npm:real@1 from lock file",
                                 "Missing: tool@latest from lock file"});
}

TEST_CASE("Lockfile sync: a hole deeper in the tree is found, overrides make its versions nobody's business",
          "[lockfile]") {
  auto lock = parsed(kLock);
  const auto root = lock.packages.at("").manifest;
  lock.packages.at("node_modules/b").manifest.version = "3.0.0";
  CHECK(sync_problems(lock, {{"", &root}}, false) ==
        std::vector<std::string>{"Invalid: lock file's b@3.0.0 does not satisfy b@~2.0.0"});
  CHECK(sync_problems(lock, {{"", &root}}, true).empty());
  lock.packages.erase("node_modules/b");
  CHECK(sync_problems(lock, {{"", &root}}, true) == std::vector<std::string>{"Missing: b@~2.0.0 from lock file"});
}

TEST_CASE("Lockfile sync: two trees are compared version by version", "[lockfile]") {
  const auto locked = parsed(kLock);
  auto ideal = locked;
  CHECK(version_problems(locked, ideal).empty());
  ideal.packages.at("node_modules/b").manifest.version = "2.0.5";
  ideal.packages["node_modules/c"].manifest.version = "1.0.0";
  ideal.packages.at("packages/w").manifest.version = "1.1.0";
  CHECK(version_problems(locked, ideal) ==
        std::vector<std::string>{"Invalid: lock file's b@2.0.1 does not satisfy b@2.0.5",
                                 "Missing: c@1.0.0 from lock file",
                                 "Invalid: lock file's w@1.0.0 does not satisfy w@1.1.0",
                                 "Invalid: lock file's w@1.0.0 does not satisfy w@1.1.0"});
}

TEST_CASE("Lockfile edges: kinds replace each other as npm loads them", "[lockfile]") {
  const auto lock =
      parsed(R"({"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1","b":"1"},"devDependencies":{"a":"2"},
    "peerDependencies":{"b":"3","c":"1"},"peerDependenciesMeta":{"c":{"optional":true}},"workspaces":["w"]},
    "node_modules/a":{"version":"2.0.0","devDependencies":{"x":"1"}},"node_modules/w":{"link":true,"resolved":"w"},"w":{}}})");
  std::vector<std::string> seen;
  for (const auto& edge : edges_out(lock, "", lock.packages.at("")))
    seen.push_back(fmt::format("{}@{}:{}:{}", edge.name, edge.spec, static_cast<int>(edge.kind),
                               edge.to == nullptr ? "-" : *edge.to));
  CHECK(seen == std::vector<std::string>{"w@file:w:5:node_modules/w", "b@1:2:-", "c@1:1:-", "a@2:4:node_modules/a"});
  CHECK(edges_out(lock, "node_modules/a", lock.packages.at("node_modules/a")).empty());
}
