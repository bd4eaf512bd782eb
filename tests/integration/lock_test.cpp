// Lockfiles that come in: other clients', damaged ones, both sides of a merge.
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/registry_process.hpp"

using namespace hoist::test;

namespace {

std::string version_in(const Project& project, std::string_view location) {
  const auto lock = project.read_json("package-lock.json");
  const auto found = lock.at("packages").find(location);
  return found == lock.at("packages").end() ? "-" : found->value("version", "");
}

constexpr const char* kManifest = R"({"name":"app","dependencies":{"left":"^1.0.0","right":"^1.0.0"}})";

ProgramResult git(const Project& project, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"git", "-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "init.defaultBranch=main"});
  ProgramOptions options = project.hoist_options();
  options.environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
  options.environment["GIT_CONFIG_NOSYSTEM"] = "1";
  return run_program(arguments, options);
}

void commit(const Project& project, std::string_view message) {
  REQUIRE(git(project, {"add", "-A"}).exit_code == 0);
  REQUIRE(git(project, {"commit", "-qm", std::string(message)}).exit_code == 0);
}

/// A repository whose `main` has `left`, with hoist as the merge driver.
void start_repository(const Project& project, const RegistryProcess& registry) {
  project.write(".npmrc", "registry=" + registry.url() + "\ncache=" + project.cache().string() + "\n");
  project.write(".gitignore", "node_modules\n.npmrc\n");
  REQUIRE(git(project, {"init", "-q"}).exit_code == 0);
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  const auto driver = project.hoist({"lock", "install-driver"});
  INFO(driver.errors);
  REQUIRE(driver.exit_code == 0);
  commit(project, "start");
}

/// A branch off main on which hoist ran with these arguments.
void branch(const Project& project, const std::string& name, const std::vector<std::string>& arguments) {
  REQUIRE(git(project, {"checkout", "-q", "-b", name, "main"}).exit_code == 0);
  REQUIRE(project.hoist(arguments).exit_code == 0);
  commit(project, name);
}

}  // namespace

TEST_CASE("Import: yarn.lock decides where there is no package-lock.json, and is kept up to date",
          "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(kManifest, registry.url());
  project.write("yarn.lock", "left@^1.0.0:\n  version \"1.0.0\"\n");
  const auto result = project.hoist({"install"});
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK(result.errors.find("kept 1 of 1 versions") != std::string::npos);
  CHECK(version_in(project, "node_modules/left") == "1.0.0");
  const std::string yarn = project.read("yarn.lock");
  CHECK(yarn.find("left@^1.0.0:\n  version \"1.0.0\"\n  resolved ") != std::string::npos);
  CHECK(yarn.find("right@^1.0.0:\n  version \"1.0.0\"\n") != std::string::npos);
}

TEST_CASE("Import: bun.lock and pnpm-lock.yaml keep a version for each dependent", "[integration][lock]") {
  const RegistryProcess registry;
  const auto check = [&](std::string_view file, std::string_view text) {
    const Project project(kManifest, registry.url());
    project.write(file, text);
    const auto result = project.hoist({"install", "--package-lock-only"});
    INFO(file << "\n" << result.errors);
    REQUIRE(result.exit_code == 0);
    CHECK(result.errors.find("kept 3 of 4 versions") != std::string::npos);
    CHECK(result.errors.find("not kept: left@9.9.9") != std::string::npos);
    CHECK(version_in(project, "node_modules/left") == "1.0.0");
    CHECK(version_in(project, "node_modules/right/node_modules/left") == "1.1.0");
    CHECK(project.read(file) == text);
    // Nothing holds the pins together afterwards; the lock stays as it is all the same.
    const std::string lock = project.read("package-lock.json");
    REQUIRE(project.hoist({"install", "--package-lock-only"}).exit_code == 0);
    CHECK(project.read("package-lock.json") == lock);
  };
  check("bun.lock",
        R"({"lockfileVersion":1,"workspaces":{"":{"name":"app","dependencies":{"left":"^1.0.0","right":"^1.0.0"}}},
    "packages":{"left":["left@1.0.0","",{}],"right":["right@1.0.0","",{"dependencies":{"left":"^1.0.0"}}],
                "right/left":["left@1.1.0","",{}],"gone/left":["left@9.9.9","",{}],},})");
  check("pnpm-lock.yaml", R"(lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      left: {specifier: ^1.0.0, version: 1.0.0}
      right: {specifier: ^1.0.0, version: 1.0.0}
packages:
  left@1.0.0: {resolution: {}}
  left@1.1.0: {resolution: {}}
  left@9.9.9: {resolution: {}}
  right@1.0.0: {resolution: {}}
snapshots:
  left@1.0.0: {}
  right@1.0.0:
    dependencies:
      left: 1.1.0
)");
}

TEST_CASE("Import: what the registry has no longer, or with other content, is named and replaced",
          "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(kManifest, registry.url());
  project.write("bun.lock",
                R"({"lockfileVersion":1,"workspaces":{"":{"dependencies":{"left":"^1.0.0","right":"^1.0.0"}}},
    "packages":{"left":["left@1.7.0","",{}],"right":["right@1.0.0","",{},"sha512-)" +
                    std::string(86, 'A') + R"(=="]}})");
  const auto result = project.hoist({"install", "--package-lock-only"});
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK(result.errors.find("kept 1 of 2 versions") != std::string::npos);
  CHECK(result.errors.find("not kept: left@1.7.0") != std::string::npos);
  CHECK(version_in(project, "node_modules/left") == "1.1.0");
}

TEST_CASE("Import: a resolution that package.json does not allow is named and replaced", "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"app","dependencies":{"left":"^1.0.0"},"resolutions":{"left":"2.0.0"}})",
                        registry.url());
  project.write("yarn.lock", "left@^1.0.0:\n  version \"2.0.0\"\n");
  const auto result = project.hoist({"install", "--package-lock-only"});
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK(result.errors.find("not kept: left@2.0.0: it is no answer to left@^1.0.0") != std::string::npos);
  CHECK(version_in(project, "node_modules/left") == "1.1.0");
}

TEST_CASE("Damaged lock: an install goes on without it, ci does not", "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(kManifest, registry.url());
  project.write("package-lock.json", "{ \"lockfileVersion\": 3,");
  const auto ci = project.hoist({"ci"});
  CHECK(ci.exit_code == 1);
  CHECK(ci.errors.find("EUSAGE") != std::string::npos);
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  CHECK(version_in(project, "node_modules/left") == "1.1.0");
}

TEST_CASE("packageExtensions: the lock becomes version 4 and ci holds it to the rules", "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(
      R"({"name":"app","dependencies":{"right":"^1.0.0"},"packageExtensions":{"right@1":{"dependencies":{"middle":"^1.0.0"}}}})",
      registry.url());
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  const auto lock = project.read_json("package-lock.json");
  CHECK(lock.at("lockfileVersion") == 4);
  CHECK_FALSE(lock.contains("name"));
  CHECK(lock.at("packages").at("node_modules/right").at("packageExtensionsApplied") ==
        hoist::Json::parse(R"({"dependencies":["middle"],"selector":"right@1"})"));
  CHECK(version_in(project, "node_modules/middle") == "1.0.0");
  CHECK(project.hoist({"ci"}).exit_code == 0);
  project.write("package.json", R"({"name":"app","dependencies":{"right":"^1.0.0"}})");
  CHECK(project.hoist({"ci"}).exit_code == 1);
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  CHECK(version_in(project, "node_modules/middle") == "-");
}

TEST_CASE("patchedDependencies: recorded with the hash of the file, and never installed unpatched",
          "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(
      R"({"name":"app","dependencies":{"left":"^1.0.0"},"patchedDependencies":{"left":"left.patch"}})", registry.url());
  CHECK(project.hoist({"install", "--package-lock-only"}).errors.find("EPATCHNOTFOUND") != std::string::npos);
  project.write("left.patch", "");
  REQUIRE(project.hoist({"install", "--package-lock-only"}).exit_code == 0);
  const auto patched = project.read_json("package-lock.json").at("packages").at("node_modules/left").at("patched");
  CHECK(patched.at("path") == "left.patch");
  CHECK(patched.at("integrity") ==
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==");
  const auto install = project.hoist({"install"});
  CHECK(install.exit_code == 1);
  CHECK_FALSE(project.has("node_modules/left"));
}

TEST_CASE("git merge: two branches that change the lock merge into one tree", "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(R"({
  "name": "app",
  "dependencies": {
    "left": "^1.0.0"
  },
  "description": "",
  "license": "MIT",
  "private": true,
  "devDependencies": {
    "tool": "^1.0.0"
  }
}
)",
                        registry.url());
  start_repository(project, registry);
  branch(project, "one", {"install", "right"});
  branch(project, "two", {"install", "--save-dev", "deep-one"});
  const auto merge = git(project, {"merge", "-q", "--no-edit", "one"});
  INFO(merge.output << merge.errors);
  // package.json has both changes: each touches other lines. The lock would conflict without the driver.
  REQUIRE(merge.exit_code == 0);
  CHECK(project.hoist({"ci"}).exit_code == 0);
  const std::string merged = project.read("package-lock.json");
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  CHECK(project.read("package-lock.json") == merged);
  const auto packages = project.read_json("package-lock.json").at("packages");
  CHECK(packages.contains("node_modules/right"));
  CHECK(packages.at("node_modules/deep-one").value("dev", false));
}

TEST_CASE("git merge: a workspace's change and the root's meet", "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"app","private":true,"workspaces":["packages/*"]})", registry.url());
  project.write("packages/a/package.json", R"({"name":"a","version":"1.0.0"})");
  start_repository(project, registry);
  branch(project, "one", {"install", "left@1", "--workspace", "a"});
  branch(project, "two", {"install", "right"});
  const auto merge = git(project, {"merge", "-q", "--no-edit", "one"});
  INFO(merge.output << merge.errors);
  REQUIRE(merge.exit_code == 0);
  CHECK(project.hoist({"ci"}).exit_code == 0);
  const auto packages = project.read_json("package-lock.json").at("packages");
  CHECK(packages.at("packages/a").at("dependencies").contains("left"));
  CHECK(packages.at("").at("dependencies").contains("right"));
  CHECK(packages.contains("node_modules/left"));
  const std::string merged = project.read("package-lock.json");
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  CHECK(project.read("package-lock.json") == merged);
}

TEST_CASE("git merge: a dependency changed on both sides stays a conflict, and install reads the markers",
          "[integration][lock]") {
  const RegistryProcess registry;
  const Project project("{\n  \"name\": \"app\",\n  \"dependencies\": {\n    \"left\": \"^1.0.0\"\n  }\n}\n",
                        registry.url());
  start_repository(project, registry);
  branch(project, "one", {"install", "--save-exact", "left@1.0.0"});
  branch(project, "two", {"install", "left@2.0.0"});
  const auto merge = git(project, {"merge", "--no-edit", "one"});
  CHECK(merge.exit_code == 1);
  CHECK(merge.output.find("CONFLICT") != std::string::npos);
  CHECK(project.read("package-lock.json").find("<<<<<<<") != std::string::npos);
  project.write("package.json", "{\n  \"name\": \"app\",\n  \"dependencies\": {\n    \"left\": \"^2.0.0\"\n  }\n}\n");
  REQUIRE(project.hoist({"install"}).exit_code == 0);
  CHECK(version_in(project, "node_modules/left") == "2.0.0");
}

TEST_CASE("lock diff: compares files and revisions, as text and JSON", "[integration][lock]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"app","dependencies":{"left":"^1.0.0"}})", registry.url());
  start_repository(project, registry);
  REQUIRE(project.hoist({"install", "left@2", "with-install"}).exit_code == 0);
  const auto text = project.hoist({"lock", "diff"});
  INFO(text.errors);
  REQUIRE(text.exit_code == 0);
  CHECK(text.output.find("~ left 1.1.0 -> 2.0.0  [the project (^2.0.0)]") != std::string::npos);
  CHECK(text.output.find("new install scripts: with-install@1.0.0") != std::string::npos);
  const auto json = hoist::Json::parse(project.hoist({"lock", "diff", "HEAD", "package-lock.json", "--json"}).output);
  CHECK(json.at("changed").at(0).at("after") == "2.0.0");
  CHECK(json.at("added").at(0).at("requestedBy").at(0).at("direct") == true);
  CHECK(json.at("hosts").empty());
  CHECK(project.hoist({"lock", "diff", "package-lock.json", "package-lock.json"}).output == "no difference\n");
}
