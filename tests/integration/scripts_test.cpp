// Install scripts: whose run, whose do not, and what a failing one means.
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/registry_process.hpp"

using namespace hoist::test;
using hoist::Json;

TEST_CASE("Scripts: those of dependencies are blocked until package.json allows them", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","dependencies":{"with-install":"1"}})", registry.url());
  const auto blocked = project.hoist({"install"});
  REQUIRE(blocked.exit_code == 0);
  CHECK(blocked.errors.contains("with-install@1.0.0"));
  CHECK_FALSE(project.has("node_modules/with-install/marks.txt"));
}

TEST_CASE("Scripts: an allowed dependency runs preinstall, install and postinstall in that order", "[integration]") {
  const RegistryProcess registry;
  const Project project(
      R"({"name":"x","version":"1.0.0","dependencies":{"with-install":"1"},"allowScripts":{"with-install":true}})",
      registry.url());
  const auto result = project.hoist({"install"});
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK(project.read("node_modules/with-install/marks.txt") ==
        "preinstall with-install\ninstall with-install\npostinstall with-install\n");
  // What a script wrote must not have reached the shared store.
  Project sharing(R"({"name":"y","version":"1.0.0","dependencies":{"with-install":"1"}})", registry.url());
  sharing.use_cache(project.cache());
  REQUIRE(sharing.hoist({"install"}).exit_code == 0);
  CHECK_FALSE(sharing.has("node_modules/with-install/marks.txt"));
}

TEST_CASE("Scripts: --ignore-scripts beats what is allowed", "[integration]") {
  const RegistryProcess registry;
  const Project project(
      R"({"name":"x","version":"1.0.0","dependencies":{"with-install":"1"},"allowScripts":{"with-install":true}})",
      registry.url());
  REQUIRE(project.hoist({"install", "--ignore-scripts"}).exit_code == 0);
  CHECK_FALSE(project.has("node_modules/with-install/marks.txt"));
}

TEST_CASE("Scripts: a failing one fails the install, unless the package is optional", "[integration]") {
  const RegistryProcess registry;
  const Project required(
      R"({"name":"x","version":"1.0.0","dependencies":{"with-broken-install":"1"},"allowScripts":{"with-broken-install":true}})",
      registry.url());
  const auto failed = required.hoist({"install"});
  CHECK(failed.exit_code == 3);  // npm exits with the script's own code
  const Project optional(
      R"({"name":"x","version":"1.0.0","dependencies":{"wants-broken-optional":"1"},"allowScripts":{"with-broken-install":true}})",
      registry.url());
  CHECK(optional.hoist({"install"}).exit_code == 0);
  CHECK(optional.has("node_modules/wants-broken-optional"));
  CHECK_FALSE(optional.has("node_modules/with-broken-install"));
}

TEST_CASE("Scripts: the project's own run around the install, with npm's environment", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"own","version":"1.2.3","dependencies":{"left":"1"},"scripts":{
    "preinstall":"node -e \"fs.appendFileSync('order', 'preinstall '+fs.existsSync('node_modules/left')+'\\n')\"",
    "postinstall":"node -e \"fs.appendFileSync('order', 'postinstall '+fs.existsSync('node_modules/left')+'\\n')\"",
    "prepare":"node -e \"fs.appendFileSync('order', 'prepare '+process.env.npm_package_version+' '+process.env.npm_lifecycle_event+'\\n')\""}})",
                        registry.url());
  const auto result = project.hoist({"install"});
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK(project.read("order") == "preinstall false\npostinstall true\nprepare 1.2.3 prepare\n");
}
