// What a user sees of install, ci and uninstall: the real programs, a real registry, a real node.
#include "hoist/base/text.hpp"
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/registry_process.hpp"

namespace {

using namespace hoist::test;
using hoist::Json;

const std::string kGolden = HOIST_SOURCE_DIR "/fixtures/golden/ecosystem/";

void require_success(const ProgramResult& result) {
  INFO(result.output);
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
}

/// The tree that npm 12 made of the same package.json (scripts/record-golden).
TreeSnapshot npm_tree() {
  TreeSnapshot tree;
  const std::string text = read_text(kGolden + "tree.txt");
  for (const auto line : hoist::split(text, '\n')) {
    if (const auto tab = line.find('\t'); tab != std::string_view::npos)
      tree.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return tree;
}

/// npm's lockfile, with this registry's address in it.
std::string npm_lockfile(const RegistryProcess& registry) {
  return hoist::replace_all(read_text(kGolden + "package-lock.json"), "http://registry.test/", registry.url());
}

Project ecosystem(const RegistryProcess& registry) {
  return Project(read_text(kGolden + "package.json"), registry.url());
}

}  // namespace

TEST_CASE("Install: a fresh project gets npm's lockfile and npm's tree, to the byte", "[integration]") {
  const RegistryProcess registry;
  const Project project = ecosystem(registry);
  require_success(project.hoist({"install"}));
  CHECK(project.read("package-lock.json") == npm_lockfile(registry));
  CHECK(compare_trees(npm_tree(), project.modules()) == "");
  CHECK(project.read("package.json") == read_text(kGolden + "package.json"));
}

TEST_CASE("Install: a second install changes nothing and asks nobody", "[integration]") {
  RegistryProcess registry;
  const Project project = ecosystem(registry);
  require_success(project.hoist({"install"}));
  const auto before = snapshot_tree(project.path());
  const auto written = std::filesystem::last_write_time(project.path("package-lock.json"));
  REQUIRE(registry.terminate() == 0);
  const auto again = project.hoist({"install"});
  require_success(again);
  CHECK(again.output.contains("up to date"));
  CHECK(compare_trees(before, snapshot_tree(project.path())) == "");
  CHECK(std::filesystem::last_write_time(project.path("package-lock.json")) == written);
}

TEST_CASE("Install: node_modules that went missing come back from the lockfile and the cache alone", "[integration]") {
  RegistryProcess registry;
  const Project project = ecosystem(registry);
  require_success(project.hoist({"install"}));
  const auto tree = project.modules();
  REQUIRE(registry.terminate() == 0);
  std::filesystem::remove_all(project.path("node_modules"));
  require_success(project.hoist({"ci", "--offline"}));
  CHECK(compare_trees(tree, project.modules()) == "");
}

TEST_CASE("Install: packages that were damaged by removal are put back", "[integration]") {
  const RegistryProcess registry;
  const Project project = ecosystem(registry);
  require_success(project.hoist({"install"}));
  const auto tree = project.modules();
  std::filesystem::remove_all(project.path("node_modules/middle"));
  std::filesystem::remove_all(project.path("node_modules/@acme"));
  require_success(project.hoist({"install"}));
  CHECK(compare_trees(tree, project.modules()) == "");
}

TEST_CASE("Install: omit-lockfile-registry-resolved holds for the hidden lockfile too", "[integration]") {
  const RegistryProcess registry;
  const Project project = ecosystem(registry);
  require_success(project.hoist({"install", "--omit-lockfile-registry-resolved"}));
  for (const char* file : {"package-lock.json", "node_modules/.package-lock.json"}) {
    INFO(file);
    const Json lock = project.read_json(file);
    CHECK(lock["packages"].contains("node_modules/left"));
    CHECK_FALSE(lock["packages"].contains(file[0] == 'n' ? "" : "no such entry"));
    for (const auto& [location, entry] : lock["packages"].items()) {
      INFO(location);
      CHECK_FALSE(entry.contains("resolved"));
    }
  }
  CHECK(project.hoist({"install"}).output.contains("up to date"));
}

TEST_CASE("Ci: removes what is there and makes exactly the lockfile's tree", "[integration]") {
  const RegistryProcess registry;
  const Project project = ecosystem(registry);
  project.write("package-lock.json", npm_lockfile(registry));
  project.write("node_modules/left/index.js", "module.exports = 'changed by hand';\n");
  project.write("node_modules/stranger/index.js", "");
  require_success(project.hoist({"ci"}));
  CHECK(compare_trees(npm_tree(), project.modules()) == "");
  CHECK(project.read("package-lock.json") == npm_lockfile(registry));
}

TEST_CASE("Ci: refuses a lockfile that does not match package.json, and touches nothing", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","dependencies":{"left":"^1.0.0"}})", registry.url());
  CHECK(project.hoist({"ci"}).exit_code == 1);  // no lockfile at all
  require_success(project.hoist({"install"}));
  const auto before = project.modules();
  project.write("package.json", R"({"name":"x","version":"1.0.0","dependencies":{"left":"^2.0.0","right":"*"}})");
  const auto refused = project.hoist({"ci"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("EUSAGE"));
  CHECK(compare_trees(before, project.modules()) == "");
}

TEST_CASE("Ci: entries without resolved and integrity come from the registry, each its own package", "[integration]") {
  const RegistryProcess registry;
  const Project project = ecosystem(registry);
  Json lock = Json::parse(npm_lockfile(registry));
  for (auto& [location, entry] : lock["packages"].items()) {
    entry.erase("resolved");
    entry.erase("integrity");
  }
  project.write("package-lock.json", lock.dump(2) + "\n");
  require_success(project.hoist({"ci"}));
  CHECK(compare_trees(npm_tree(), project.modules()) == "");
}

TEST_CASE("Integrity: a tarball that is not what the lockfile says is refused and leaves no file", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","dependencies":{"left":"1.0.0"}})", registry.url());
  require_success(project.hoist({"install", "--package-lock-only"}));
  Json lock = project.read_json("package-lock.json");
  const Json right = Json::parse(read_text(kGolden + "package-lock.json"))["packages"]["node_modules/right"];
  lock["packages"]["node_modules/left"]["integrity"] = right["integrity"];
  project.write("package-lock.json", lock.dump(2) + "\n");
  const auto refused = project.hoist({"ci"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("EINTEGRITY"));
  CHECK_FALSE(project.has("node_modules/left/package.json"));
  CHECK(project.hoist({"ci"}).exit_code == 1);  // nor did the bad bytes enter the cache under the wanted name
}

TEST_CASE("Tree: node finds what was installed, each package its own version", "[integration]") {
  const RegistryProcess registry;
  const Project project = ecosystem(registry);
  require_success(project.hoist({"install"}));
  const auto result = project.node(R"(
    const assert = require('node:assert');
    assert.equal(require('middle').left.version, '2.0.0');
    assert.equal(require('middle').right.left.version, '1.1.0');
    assert.equal(require('aliaser')['left-one'].version, '1.1.0');
    assert.equal(require('aliaser')['left-two'].version, '2.0.0');
    assert.equal(require('bundler').inner.bundled, true);
    assert.equal(require('deep-one')['deep-two']['deep-three'].left.version, '1.1.0');
    assert.equal(require('circular-a').b(), 'circular-b');
    assert.equal(require('native-any').system, process.platform);
    assert.equal(require('odd-files/lib'), 'file');
    assert.equal(require('@acme/ui')['@acme/base'].version, '1.2.0');
    import('esm-only').then((m) => assert.equal(m.extra, 42));
  )");
  INFO(result.errors);
  CHECK(result.exit_code == 0);
}

TEST_CASE("Bins: run from .bin and from scripts, executable in the tarball or not", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","scripts":{"tools":"tool a && suite-build && suite-serve"},
    "dependencies":{"tool":"1","tool-suite":"3"}})",
                        registry.url());
  require_success(project.hoist({"install"}));
  const auto direct = run_program({project.path("node_modules/.bin/suite-serve").string()}, project.hoist_options());
  CHECK(direct.output == "suite-serve\n");
  const auto script = project.hoist({"run", "--silent", "tools"});
  CHECK(script.output == "tool 1.0.0 a\nsuite-build 1.1.0\nsuite-serve\n");
  CHECK(script.exit_code == 0);
}

TEST_CASE("Optional: foreign platforms stay in the lockfile and out of the tree", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","dependencies":{"native-any":"1"}})", registry.url());
  require_success(project.hoist({"install"}));
  const Json packages = project.read_json("package-lock.json")["packages"];
  for (const char* system : {"darwin", "linux", "win32"}) {
    INFO(system);
    const std::string location = fmt::format("node_modules/@native/{}", system);
    REQUIRE(packages.contains(location));
    CHECK(packages[location]["os"] == Json::array({system}));
    CHECK(packages[location]["optional"] == true);
    CHECK(project.has(location) == (std::string_view(system) == "linux"));
  }
}

TEST_CASE("Required: a foreign platform is an error", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","dependencies":{"cpu-none":"1"}})", registry.url());
  const auto refused = project.hoist({"install"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("EBADPLATFORM"));
  CHECK_FALSE(project.has("node_modules/cpu-none"));
}

TEST_CASE("Peers: a conflict is explained and changes nothing", "[integration]") {
  const RegistryProcess registry;
  const Project project(
      R"({"name":"x","version":"1.0.0","dependencies":{"framework-plugin":"1","framework-next-plugin":"1"}})",
      registry.url());
  const auto refused = project.hoist({"install"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.contains("ERESOLVE"));
  CHECK(refused.errors.contains("framework-next-plugin"));
  CHECK_FALSE(project.has("node_modules"));
  CHECK_FALSE(project.has("package-lock.json"));
  require_success(project.hoist({"install", "--legacy-peer-deps"}));
}

TEST_CASE("Install <package>: is saved, locked and installed; uninstall undoes all three", "[integration]") {
  const RegistryProcess registry;
  const std::string manifest = "{\n  \"name\": \"x\",\n  \"version\": \"1.0.0\"\n}\n";
  const Project project(manifest, registry.url());
  require_success(project.hoist({"install", "middle", "tagged@next"}));
  require_success(project.hoist({"install", "--save-dev", "--save-exact", "tool"}));
  const Json saved = project.read_json("package.json");
  CHECK(saved["dependencies"] == Json{{"middle", "^1.0.0"}, {"tagged", "^2.0.0-beta.2"}});
  CHECK(saved["devDependencies"] == Json{{"tool", "1.0.0"}});
  CHECK(project.has("node_modules/.bin/tool"));

  require_success(project.hoist({"uninstall", "middle", "tool"}));
  const Json after = project.read_json("package.json");
  CHECK(after["dependencies"] == Json{{"tagged", "^2.0.0-beta.2"}});
  CHECK_FALSE(after.contains("devDependencies"));
  CHECK_FALSE(project.has("node_modules/middle"));
  CHECK_FALSE(project.has("node_modules/right"));
  CHECK_FALSE(project.has("node_modules/.bin/tool"));
  CHECK(project.read_json("package-lock.json")["packages"].size() == 2);
}

TEST_CASE("Install <package>: an unknown name or version is an error and saves nothing", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0"})", registry.url());
  const auto unknown = project.hoist({"install", "nobody-made-this"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.errors.contains("E404"));
  const auto version = project.hoist({"install", "left@9"});
  CHECK(version.exit_code == 1);
  CHECK(version.errors.contains("ETARGET"));
  CHECK(project.read("package.json") == R"({"name":"x","version":"1.0.0"})");
  CHECK_FALSE(project.has("package-lock.json"));
}

TEST_CASE("Ls: the JSON tree shows what is installed", "[integration]") {
  const RegistryProcess registry;
  const Project project(R"({"name":"x","version":"1.0.0","dependencies":{"right":"1"}})", registry.url());
  require_success(project.hoist({"install"}));
  const auto listed = project.hoist({"ls", "--json", "--all"});
  require_success(listed);
  const Json tree = Json::parse(listed.output);
  CHECK(tree["name"] == "x");
  CHECK(tree["dependencies"]["right"]["version"] == "1.0.0");
  CHECK(tree["dependencies"]["right"]["dependencies"]["left"]["version"] == "1.1.0");
  std::filesystem::remove_all(project.path("node_modules/left"));
  CHECK(project.hoist({"ls", "--json", "--all"}).exit_code == 1);  // missing: npm's ELSPROBLEMS
}
