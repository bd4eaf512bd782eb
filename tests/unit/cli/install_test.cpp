#include <unistd.h>

#include "cli/install/state.hpp"
#include "cli/output/install_summary.hpp"
#include "hoist/base/file.hpp"
#include "support.hpp"

using namespace hoist;
using namespace hoist::cli;
using hoist::cli::testing::TestProject;

namespace {

/// A root with two workspaces and a linked folder: everything installs without a network.
void write_workspaces(const TestProject& project) {
  project.write("package.json",
                R"({"name":"r","version":"1.0.0","workspaces":["packages/*"],"dependencies":{"d":"file:dir"}})");
  project.write("packages/a/package.json", R"({"name":"a","version":"1.0.0"})");
  project.write("packages/b/package.json", R"({"name":"b","version":"1.0.0","dependencies":{"a":"1"}})");
  project.write("dir/package.json", R"({"name":"d","version":"2.0.0","funding":"https://example.org"})");
}

}  // namespace

TEST_CASE("Install: links workspaces and folders, writes the lockfile, reports as npm", "[install]") {
  const TestProject project;
  write_workspaces(project);
  const auto run = project.run({"install", "--json"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto report = run.json();
  CHECK(report["added"] == 3);
  CHECK(report["audited"] == 0);
  CHECK(report["funding"] == 1);
  CHECK(report["add"][0]["path"].get<std::string>().find(project.root().string()) == 0);
  CHECK(std::filesystem::read_symlink(project.path("node_modules/a")) == "../packages/a");
  CHECK(std::filesystem::read_symlink(project.path("node_modules/d")) == "../dir");
  const auto lock = Json::parse(project.read("package-lock.json"));
  CHECK(lock["lockfileVersion"] == 3);
  CHECK(lock["packages"]["node_modules/a"] == Json::parse(R"({"resolved":"packages/a","link":true})"));
  CHECK(lock["packages"]["dir"]["version"] == "2.0.0");
}

TEST_CASE("Install: the second run is up to date and touches nothing", "[install]") {
  const TestProject project;
  write_workspaces(project);
  REQUIRE(project.run({"install"}).code == 0);
  const auto lock = project.read("package-lock.json");
  const auto time = std::filesystem::last_write_time(project.path("node_modules/.package-lock.json"));
  const auto run = project.run({"install"});
  CHECK(run.out.find("\nup to date in ") == 0);
  CHECK(run.out.find("1 package is looking for funding\n  run `npm fund` for details") != std::string::npos);
  CHECK(run.err.empty());
  CHECK(project.read("package-lock.json") == lock);
  CHECK(std::filesystem::last_write_time(project.path("node_modules/.package-lock.json")) == time);
}

TEST_CASE("Install: what the state does not cover is noticed", "[install]") {
  const TestProject project;
  write_workspaces(project);
  REQUIRE(project.run({"install"}).code == 0);
  std::filesystem::remove(project.path("node_modules/a"));
  CHECK(project.run({"install"}).out.find("added 1 package in ") != std::string::npos);
  CHECK(project.has("node_modules/a"));
  project.write("packages/c/package.json", R"({"name":"c","version":"1.0.0"})");
  CHECK(project.run({"install"}).out.find("added 1 package in ") != std::string::npos);
  CHECK(project.has("node_modules/c"));
  project.write("packages/a/package.json", R"({"name":"a","version":"1.5.0"})");
  REQUIRE(project.run({"install"}).code == 0);
  CHECK(Json::parse(project.read("package-lock.json"))["packages"]["packages/a"]["version"] == "1.5.0");
}

TEST_CASE("Install: a dry run lists and changes nothing", "[install]") {
  const TestProject project;
  write_workspaces(project);
  const auto run = project.run({"install", "--dry-run"});
  CHECK(run.out.find("add a 1.0.0\n") != std::string::npos);
  CHECK(run.out.find("\nadded 3 packages in ") != std::string::npos);
  CHECK_FALSE(project.has("node_modules"));
  CHECK_FALSE(project.has("package-lock.json"));
}

TEST_CASE("Install: only the lockfile, or no lockfile, as asked", "[install]") {
  const TestProject project;
  write_workspaces(project);
  CHECK(project.run({"install", "--package-lock-only"}).out.find("up to date in ") != std::string::npos);
  CHECK(project.has("package-lock.json"));
  CHECK_FALSE(project.has("node_modules"));
  std::filesystem::remove(project.path("package-lock.json"));
  CHECK(project.run({"install", "--no-package-lock"}).code == 0);
  CHECK_FALSE(project.has("package-lock.json"));
  CHECK(project.has("node_modules/a"));
}

TEST_CASE("Install: a package that cannot be had leaves package.json and lockfile alone", "[install]") {
  const TestProject project;
  write_workspaces(project);
  REQUIRE(project.run({"install"}).code == 0);
  const auto manifest = project.read("package.json"), lock = project.read("package-lock.json");
  const auto run = project.run({"install", "missing-package", "--json"});
  CHECK(run.code == 1);
  CHECK(run.json()["error"]["code"] == "ECONNREFUSED");
  CHECK(project.read("package.json") == manifest);
  CHECK(project.read("package-lock.json") == lock);
  CHECK(project.has("node_modules/a"));
}

TEST_CASE("Install: a folder is saved where the flags say", "[install]") {
  const TestProject project;
  project.write("package.json", "{\n    \"name\": \"r\"\n}\n");
  project.write("dir/package.json", R"({"name":"d","version":"2.0.0"})");
  REQUIRE(project.run({"install", "-D", "./dir"}).code == 0);
  CHECK(project.read("package.json") ==
        "{\n    \"name\": \"r\",\n    \"devDependencies\": {\n        \"d\": \"file:dir\"\n    }\n}\n");
  CHECK(project.read("package-lock.json").find("\n    \"packages\": {\n") != std::string::npos);
  REQUIRE(project.run({"uninstall", "d"}).code == 0);
  CHECK(project.read("package.json") == "{\n    \"name\": \"r\"\n}\n");
  CHECK_FALSE(project.has("node_modules/d"));
  REQUIRE(project.run({"install", "--no-save", "./dir"}).code == 0);
  CHECK(project.has("node_modules/d"));
  CHECK(project.read("package.json") == "{\n    \"name\": \"r\"\n}\n");
  CHECK(project.run({"uninstall", "never-there"}).code == 0);
}

TEST_CASE("Ci: needs a lockfile that fits package.json, and cleans node_modules", "[install]") {
  const TestProject project;
  write_workspaces(project);
  auto run = project.run({"ci"});
  CHECK(run.code == 1);
  CHECK(run.err.find("hoist error code EUSAGE\n") == 0);
  REQUIRE(project.run({"install"}).code == 0);
  project.write("node_modules/stray/package.json", "{}");
  run = project.run({"ci"});
  CHECK(run.out.find("\nadded 3 packages in ") == 0);
  CHECK_FALSE(project.has("node_modules/stray"));
  const auto lock = project.read("package-lock.json");
  // A member's own version is what its folder says (npm 12).
  project.write("packages/b/package.json", R"({"name":"b","version":"3.0.0","dependencies":{"a":"1"}})");
  CHECK(project.run({"ci"}).code == 0);
  project.write("packages/c/package.json", R"({"name":"c","version":"3.0.0"})");
  run = project.run({"ci"});
  CHECK(run.code == 1);
  CHECK(run.err.find("Missing: c@3.0.0 from lock file") != std::string::npos);
  CHECK(project.read("package-lock.json") == lock);
  CHECK(project.has("node_modules/a"));
  CHECK(project.run({"ci", "-g"}).err.find("hoist error code ECIGLOBAL") == 0);
}

TEST_CASE("Install: omitted kinds stay in the lockfile and off the disk", "[install]") {
  const TestProject project;
  project.write("package.json", R"({"name":"r","devDependencies":{"d":"file:dir"},"dependencies":{"e":"file:other"}})");
  project.write("dir/package.json", R"({"name":"d","version":"1.0.0"})");
  project.write("other/package.json", R"({"name":"e","version":"1.0.0"})");
  REQUIRE(project.run({"install", "--omit=dev"}).code == 0);
  CHECK(project.has("node_modules/e"));
  CHECK_FALSE(project.has("node_modules/d"));
  CHECK(Json::parse(project.read("package-lock.json"))["packages"].contains("node_modules/d"));
  REQUIRE(project.run({"install"}).code == 0);
  CHECK(project.has("node_modules/d"));
}

TEST_CASE("Install: sources that are not allowed are refused, also when the lockfile names them", "[install]") {
  const TestProject project;
  project.write(
      "package.json",
      R"({"name":"r","version":"1.0.0","dependencies":{"g":"github:a/b","t":"https://elsewhere.example/t.tgz"}})");
  project.write("package-lock.json", R"({"name":"r","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{
    "":{"name":"r","version":"1.0.0","dependencies":{"g":"github:a/b","t":"https://elsewhere.example/t.tgz"}},
    "node_modules/g":{"version":"1.0.0","resolved":"git+ssh://git@github.com/a/b.git#0123456789012345678901234567890123456789"},
    "node_modules/t":{"version":"1.0.0","resolved":"https://elsewhere.example/t.tgz"}}})");
  auto run = project.run({"ci"});
  CHECK(run.code == 1);
  CHECK(run.err.find("hoist error code EALLOWGIT\n") == 0);
  run = project.run({"ci", "--allow-git=root"});
  CHECK(run.err.find("hoist error code EALLOWREMOTE\n") == 0);
}

TEST_CASE("Summary: counts are worded as npm words them", "[install]") {
  using std::chrono::milliseconds;
  const auto line = [](std::size_t added, std::size_t removed, std::size_t changed) {
    InstallSummary summary;
    summary.added.resize(added);
    summary.removed.resize(removed);
    summary.changed.resize(changed);
    return summary_line(summary, milliseconds(5));
  };
  CHECK(line(0, 0, 0) == "up to date in 5ms");
  CHECK(line(1, 0, 0) == "added 1 package in 5ms");
  CHECK(line(2, 1, 0) == "added 2 packages, and removed 1 package in 5ms");
  CHECK(line(2, 1, 3) == "added 2 packages, removed 1 package, and changed 3 packages in 5ms");
  CHECK(line(0, 1, 1) == "removed 1 package, and changed 1 package in 5ms");
  CHECK(line(0, 0, 2) == "changed 2 packages in 5ms");
}

TEST_CASE("Summary: blocked scripts are named with their commands", "[install]") {
  InstallSummary summary;
  summary.blocked.push_back({"esbuild", "0.1.0", "/p/node_modules/esbuild", {{"postinstall", "node install.js"}}});
  MemoryStreams streams;
  Console console(streams);
  console.configure({});
  print_summary(summary, std::chrono::milliseconds(1), {}, console);
  CHECK(streams.errors.find("hoist warn install-scripts 1 package had install scripts blocked because they are not "
                            "covered by allowScripts:\n"
                            "hoist warn install-scripts   esbuild@0.1.0 (postinstall: node install.js)\n") == 0);
  CHECK(summary_json(summary)["unreviewedScripts"][0]["scripts"]["postinstall"] == "node install.js");
}

TEST_CASE("State: a change of any file, size or kind is seen, a touched file is compared", "[install]") {
  const TestProject project;
  project.write("node_modules/x", "");
  project.write("package.json", "{}");
  const auto file = state_file(project.root() / "cache", project.root());
  InstallState state;
  state.settings = "[1]";
  state.summary = {{"funding", 3}};
  for (const char* path : {"package.json", "missing", "node_modules"})
    state.files.push_back(take_fingerprint(project.root(), path));
  write_state(file, project.root(), state);
  REQUIRE(find_current_state(file, project.root(), "[1]"));
  CHECK(find_current_state(file, project.root(), "[1]")->summary["funding"] == 3);
  CHECK_FALSE(find_current_state(file, project.root(), "[2]"));
  std::filesystem::last_write_time(project.path("package.json"),
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(find_current_state(file, project.root(), "[1]"));
  project.write("package.json", "[]");
  CHECK_FALSE(find_current_state(file, project.root(), "[1]"));
  project.write("package.json", "{}");
  CHECK(find_current_state(file, project.root(), "[1]"));
  project.write("missing", "");
  CHECK_FALSE(find_current_state(file, project.root(), "[1]"));
  std::filesystem::remove(project.path("missing"));
  CHECK(find_current_state(file, project.root(), "[1]"));
  CHECK_FALSE(find_current_state(file, project.root() / "other", "[1]"));
  REQUIRE(atomic_write(file, "hoist-state 2\n" + project.root().string() + "\n[1]\n{}\nf 1"));
  CHECK_FALSE(find_current_state(file, project.root(), "[1]"));
  remove_state(file);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("Install: the root's dependencies script runs when node_modules changed, and only then", "[install]") {
  const TestProject project;
  project.write("package.json",
                R"({"name":"r","dependencies":{"d":"file:dir"},"scripts":{"dependencies":"echo changed >> ran"}})");
  project.write("dir/package.json", R"({"name":"d","version":"2.0.0"})");
  REQUIRE(project.run({"install", "--package-lock-only"}).code == 0);
  CHECK_FALSE(project.has("ran"));
  REQUIRE(project.run({"install"}).code == 0);
  CHECK(project.read("ran") == "changed\n");
  REQUIRE(project.run({"install"}).code == 0);
  CHECK(project.read("ran") == "changed\n");
  REQUIRE(project.run({"uninstall", "d", "--ignore-scripts"}).code == 0);
  CHECK(project.read("ran") == "changed\n");
  REQUIRE(project.run({"install", "./dir"}).code == 0);
  CHECK(project.read("ran") == "changed\nchanged\n");
}

TEST_CASE("Uninstall: from the global folder goes what is named, and nothing else", "[install]") {
  const TestProject project;
  const auto prefix = project.path("global").string();
  project.write("global/lib/node_modules/one/package.json", R"({"name":"one","version":"1.0.0"})");
  project.write("global/lib/node_modules/one-more/package.json", R"({"name":"one-more","version":"1.0.0"})");
  const auto run = project.run({"uninstall", "-g", "one", "--prefix", prefix, "--json"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.json()["removed"] == 1);
  CHECK_FALSE(project.has("global/lib/node_modules/one"));
  CHECK(project.has("global/lib/node_modules/one-more"));
}

TEST_CASE("Install: compat=11, in a file or the environment, brings npm 11's defaults back", "[install]") {
  TestProject project;
  project.write("package.json", R"({"name":"r","dependencies":{"d":"file:dir"}})");
  project.write("dir/package.json", R"({"name":"d","version":"1.0.0","scripts":{"postinstall":"echo ran > ran"}})");
  auto run = project.run({"install", "--colour"});
  CHECK(run.code == 1);
  CHECK(run.err.find("EUNKNOWNCONFIG") != std::string::npos);
  run = project.run({"install"});
  CHECK(run.code == 0);
  CHECK(run.err.find("install scripts blocked") != std::string::npos);
  CHECK_FALSE(project.has("dir/ran"));
  std::filesystem::remove_all(project.path("node_modules"));
  SECTION("in .npmrc") { project.write(".npmrc", "compat=11\n"); }
  SECTION("in the environment") { project.environment["npm_config_compat"] = "11"; }
  run = project.run({"install", "--colour", "--ignore-script=false"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(run.err.find("Unknown cli config \"--colour\"") != std::string::npos);
  CHECK(run.err.find("blocked") == std::string::npos);
  CHECK(project.has("dir/ran"));
}

TEST_CASE("Install: a lockfile that is current is still put right, flag by flag, and nobody is asked", "[install]") {
  const TestProject project;
  write_workspaces(project);
  REQUIRE(project.run({"install"}).code == 0);
  const auto lock = project.read("package-lock.json");
  auto edited = Json::parse(lock);
  edited["packages"]["dir"]["peer"] = true;
  edited["packages"]["node_modules/gone"] = {{"version", "1.0.0"}, {"extraneous", true}};
  project.write("package-lock.json", edited.dump(2) + "\n");
  const auto run = project.run({"install"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(project.read("package-lock.json") == lock);
  edited["packages"].erase("node_modules/gone");
  project.write("package-lock.json", edited.dump(2) + "\n");
  CHECK(project.run({"ci"}).code == 0);
  CHECK(project.read("package-lock.json") == edited.dump(2) + "\n");
}
