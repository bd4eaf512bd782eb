// The commands that change versions, and those that tell about them: the real programs, a real registry.
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/registry_process.hpp"

namespace {

using namespace hoist::test;
using hoist::Json;

void require_success(const ProgramResult& result) {
  INFO(result.output);
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
}

std::string locked(const Project& project, const std::string& location) {
  const Json lock = project.read_json("package-lock.json");
  const auto& packages = lock.at("packages");
  return packages.contains(location) ? packages[location].value("version", "") : "(none)";
}

/// A lockfile made when left@1.0.0 and framework@1.0.0 were all there was.
struct Dated : Project {
  explicit Dated(const RegistryProcess& registry)
      : Project(R"({"name":"x","version":"1.0.0","dependencies":{"left":"1.0.0","framework":"1.0.0"}})",
                registry.url()) {
    require_success(hoist({"install"}));
    write("package.json", R"({"name":"x","version":"1.0.0","dependencies":{"left":"^1.0.0","framework":"^1.0.0"}})");
  }
};

/// right has a left of its own although the root's would do.
struct Duplicated : Project {
  explicit Duplicated(const RegistryProcess& registry)
      : Project(R"({"name":"x","version":"1.0.0","dependencies":{"left":"2.0.0","right":"1"}})", registry.url()) {
    require_success(hoist({"install"}));
    write("package.json", R"({"name":"x","version":"1.0.0","dependencies":{"left":"*","right":"1"}})");
  }
};

const char* const kWorkspaces =
    R"({"name":"w","version":"1.0.0","workspaces":["packages/*"],"dependencies":{"tool":"1"}})";

}  // namespace

TEST_CASE("Update: everything in range, package.json only when asked", "[integration]") {
  const RegistryProcess registry;
  const Dated project(registry);
  const auto manifest = project.read("package.json");
  require_success(project.hoist({"update"}));
  CHECK(locked(project, "node_modules/left") == "1.1.0");
  CHECK(locked(project, "node_modules/framework") == "1.5.0");
  CHECK(project.read("package.json") == manifest);
  CHECK(project.read_json("node_modules/left/package.json")["version"] == "1.1.0");
  require_success(project.hoist({"update", "--save"}));
  CHECK(project.read_json("package.json")["dependencies"] == Json{{"framework", "^1.5.0"}, {"left", "^1.1.0"}});
}

TEST_CASE("Update: only what is named; a version is no name", "[integration]") {
  const RegistryProcess registry;
  const Dated project(registry);
  require_success(project.hoist({"update", "left"}));
  CHECK(locked(project, "node_modules/left") == "1.1.0");
  CHECK(locked(project, "node_modules/framework") == "1.0.0");
  const auto refused = project.hoist({"update", "left@2"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("EUPDATEARGS"));
}

TEST_CASE("Dedupe: one copy where one will do; find-dupes only tells", "[integration]") {
  const RegistryProcess registry;
  const Duplicated project(registry);
  REQUIRE(project.has("node_modules/right/node_modules/left"));
  const auto lock = project.read("package-lock.json");
  const auto found = project.hoist({"find-dupes", "--json"});
  require_success(found);
  CHECK(Json::parse(found.output)["removed"] == 1);
  CHECK(project.read("package-lock.json") == lock);
  CHECK(project.has("node_modules/right/node_modules/left"));
  require_success(project.hoist({"dedupe"}));
  CHECK(locked(project, "node_modules/left") == "1.1.0");
  CHECK(locked(project, "node_modules/right/node_modules/left") == "(none)");
  CHECK_FALSE(project.has("node_modules/right/node_modules/left"));
  CHECK(project.hoist({"dedupe", "-g"}).errors.contains("EDEDUPEGLOBAL"));
}

TEST_CASE("Prune: what nothing asks for goes, with --omit what is not to be there", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","dependencies":{"left":"1"},"devDependencies":{"tool":"1"}})", registry.url());
  require_success(project.hoist({"install"}));
  project.write("node_modules/extra/package.json", R"({"name":"extra","version":"1.0.0"})");
  const auto run = project.hoist({"prune", "--json"});
  require_success(run);
  CHECK(Json::parse(run.output)["removed"] == 1);
  CHECK_FALSE(project.has("node_modules/extra"));
  require_success(project.hoist({"prune", "--omit=dev"}));
  CHECK_FALSE(project.has("node_modules/tool"));
  CHECK(project.has("node_modules/left"));
  CHECK(locked(project, "node_modules/tool") == "1.0.0");
}

TEST_CASE("Outdated: a table, lines or JSON; 1 when there is something to tell", "[integration]") {
  const RegistryProcess registry;
  const Dated project(registry);
  const auto table = project.hoist({"outdated"});
  CHECK(table.exit_code == 1);
  CHECK(table.output ==
        "Package    Current  Wanted  Latest  Location                Depended by\n"
        "framework    1.0.0   1.5.0   2.0.0  node_modules/framework  " +
            project.path().filename().string() + "\nleft         1.0.0   1.1.0   2.0.0  node_modules/left       " +
            project.path().filename().string() + "\n");
  const auto json = Json::parse(project.hoist({"outdated", "left", "--json"}).output);
  CHECK(json.size() == 1);
  CHECK(json["left"]["wanted"] == "1.1.0");
  CHECK(json["left"]["location"] == project.path("node_modules/left").string());
  CHECK(project.hoist({"outdated", "left", "-p"}).output.contains("left:left@1.1.0:left@1.0.0:left@2.0.0:"));
  require_success(project.hoist({"install", "left@latest", "framework@latest"}));
  const auto nothing = project.hoist({"outdated"});
  CHECK(nothing.exit_code == 0);
  CHECK(nothing.output.empty());
}

TEST_CASE("Query: versions of the registry", "[integration]") {
  const RegistryProcess registry;
  const Dated project(registry);
  const auto found = Json::parse(project.hoist({"query", "#left:outdated(in-range)"}).output);
  REQUIRE(found.size() == 1);
  CHECK(found[0]["queryContext"]["versions"] == Json::array({"1.0.0", "1.1.0", "2.0.0"}));
  CHECK(found[0]["queryContext"]["outdated"]["inRange"][0]["versions"] == Json::array({"1.1.0"}));
  CHECK(Json::parse(project.hoist({"query", "#left:outdated(patch)"}).output).empty());
}

TEST_CASE("Install: with -w only what the workspace needs is put on disk, and the lockfile holds all",
          "[integration]") {
  const RegistryProcess registry;
  const Project project(kWorkspaces, registry.url());
  project.write("packages/a/package.json", R"({"name":"a","version":"1.0.0","dependencies":{"left":"1"}})");
  project.write("packages/b/package.json", R"({"name":"b","version":"1.0.0","dependencies":{"framework":"1"}})");
  require_success(project.hoist({"install", "-w", "a"}));
  CHECK(project.has("node_modules/left"));
  CHECK_FALSE(project.has("node_modules/framework"));
  CHECK_FALSE(project.has("node_modules/tool"));
  CHECK(locked(project, "node_modules/framework") == "1.5.0");
  require_success(project.hoist({"install", "--no-workspaces"}));
  CHECK(project.has("node_modules/tool"));
  CHECK_FALSE(project.has("node_modules/framework"));
  CHECK(locked(project, "node_modules/framework") == "1.5.0");
  require_success(project.hoist({"install"}));
  CHECK(project.has("node_modules/framework"));
  require_success(project.hoist({"install", "right", "-w", "b"}));
  CHECK(project.read_json("packages/b/package.json")["dependencies"]["right"] == "^1.0.0");
  CHECK_FALSE(project.read("package.json").contains("right"));
}
