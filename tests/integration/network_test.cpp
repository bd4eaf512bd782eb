// Offline, credentials, and registries that are not there.
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/registry_process.hpp"

using namespace hoist::test;

namespace {
constexpr auto kManifest = R"({"name":"x","version":"1.0.0","dependencies":{"middle":"1","@acme/base":"1"}})";
}

TEST_CASE("Offline: what the cache holds can be installed, what it lacks is named", "[integration]") {
  RegistryProcess registry;
  Project first(kManifest, registry.url());
  REQUIRE(first.hoist({"install"}).exit_code == 0);
  REQUIRE(registry.terminate() == 0);

  Project second(kManifest, registry.url());
  second.use_cache(first.cache());
  const auto offline = second.hoist({"install", "--offline"});
  INFO(offline.errors);
  CHECK(offline.exit_code == 0);
  CHECK(compare_trees(first.modules(), second.modules()) == "");
  CHECK(first.read("package-lock.json") == second.read("package-lock.json"));

  const Project empty(kManifest, registry.url());
  const auto refused = empty.hoist({"install", "--offline"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("ENOTCACHED"));
}

TEST_CASE("Network: a registry that is not there ends the install with the reason", "[integration]") {
  const Project project(kManifest);
  const auto refused = project.hoist({"install", "--fetch-retries=1"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("ECONNREFUSED"));
  CHECK_FALSE(project.has("package-lock.json"));
}

TEST_CASE("Credentials: a token from .npmrc opens packuments and tarballs, and never shows", "[integration]") {
  const RegistryProcess registry({"--require-token", "s3cret-token"});
  const Project project(kManifest, registry.url());
  const auto refused = project.hoist({"install"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("E401"));

  project.write(".npmrc", "//" + registry.host() + "/:_authToken=${HOIST_TEST_TOKEN}\n");
  auto options = project.hoist_options();
  options.environment["HOIST_TEST_TOKEN"] = "s3cret-token";
  const auto allowed = run_program(project.hoist_line({"install", "--loglevel=silly"}), options);
  INFO(allowed.errors);
  CHECK(allowed.exit_code == 0);
  CHECK(project.has("node_modules/middle"));
  CHECK_FALSE((allowed.output + allowed.errors).contains("s3cret-token"));
  CHECK_FALSE(project.read("package-lock.json").contains("s3cret-token"));
}

TEST_CASE("Credentials: a token is not sent to another registry", "[integration]") {
  const RegistryProcess asking({"--require-token", "s3cret-token"}), other({"--require-token", "s3cret-token"});
  const Project project(kManifest, asking.url());
  project.write(".npmrc", "//" + other.host() + "/:_authToken=s3cret-token\n");
  CHECK(project.hoist({"install"}).errors.contains("E401"));
}
