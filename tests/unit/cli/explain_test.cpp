#include "support.hpp"

using namespace hoist;
using namespace hoist::cli;
using hoist::cli::testing::TestProject;

namespace {

/// app → one → two; app → two; three is not wanted; a workspace `b` needs two as well.
void write_tree(const TestProject& project) {
  project.write("package.json", R"({"name":"app","version":"1.0.0","workspaces":["packages/*"],
    "dependencies":{"one":"^1.0.0","two":"2"},"devDependencies":{"dev":"*"}})");
  project.write("packages/b/package.json", R"({"name":"b","version":"4.0.0","dependencies":{"two":"*"}})");
  project.write("node_modules/one/package.json",
                R"({"name":"one","version":"1.2.3","dependencies":{"two":"^2.0.0"},"peerDependencies":{"dev":"0"}})");
  project.write("node_modules/two/package.json", R"({"name":"two","version":"2.0.0","dependencies":{"one":"*"}})");
  project.write("node_modules/dev/package.json", R"({"name":"dev","version":"0.1.0"})");
  project.write("node_modules/three/package.json", R"({"name":"three","version":"3.0.0"})");
  std::filesystem::create_symlink("../packages/b", project.path("node_modules/b"));
}

}  // namespace

TEST_CASE("Explain: tells every way from the root, cycles cut where they close", "[explain]") {
  const TestProject project;
  write_tree(project);
  const auto run = project.run({"explain", "one"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.out.find("one@1.2.3\nnode_modules/one\n") == 0);
  CHECK(run.out.find("\n  one@\"^1.0.0\" from the root project\n") != std::string::npos);
  CHECK(run.out.find("\n  one@\"*\" from two@2.0.0\n  node_modules/two\n    two@\"") != std::string::npos);
  CHECK(run.out.find("two@\"^2.0.0\" from one@1.2.3\n") != std::string::npos);
  CHECK(run.out.find("workspace packages/b from the root project") != std::string::npos);
}

TEST_CASE("Explain: finds by name, place, folder and range; nothing found is an error", "[explain]") {
  const TestProject project;
  write_tree(project);
  for (const char* argument : {"dev", "node_modules/dev", "./node_modules/dev/", "dev@0"})
    CHECK(project.run({"why", argument}).out.find("dev@0.1.0\nnode_modules/dev\n") == 0);
  const auto run = project.run({"explain", "dev@1", "nope"});
  CHECK(run.code == 1);
  CHECK(run.err.find("No dependencies found matching dev@1, nope") != std::string::npos);
  CHECK(project.run({"explain"}).code == 1);
}

TEST_CASE("Explain: json holds dependents and flags, and what nobody wants is extraneous", "[explain]") {
  const TestProject project;
  write_tree(project);
  const auto json = project.run({"explain", "dev", "three", "b", "--json"}).json();
  REQUIRE(json.size() == 4);
  CHECK(json[0]["dependents"].size() == 2);
  CHECK(json[0]["dependents"][0]["from"]["location"].is_string());
  CHECK(json[0]["dev"] == false);  // its peer edge makes it a dependency of production
  CHECK(json[0]["peer"] == false);
  CHECK(json[1]["extraneous"] == true);
  CHECK_FALSE(json[1].contains("dev"));
  const auto& link = json[2]["location"] == "node_modules/b" ? json[2] : json[3];
  CHECK(link["isWorkspace"] == true);
  CHECK(link["dependents"][0]["type"] == "workspace");
}

TEST_CASE("Explain: an override is told with what it replaced", "[explain]") {
  const TestProject project;
  project.write("package.json", R"({"name":"app","dependencies":{"one":"1"},"overrides":{"one":{"two":"9.0.0"}}})");
  project.write("node_modules/one/package.json", R"({"name":"one","version":"1.0.0","dependencies":{"two":"^1.0.0"}})");
  project.write("node_modules/two/package.json", R"({"name":"two","version":"9.0.0"})");
  const auto run = project.run({"explain", "two"});
  CHECK(run.out.find("two@9.0.0 overridden\n") == 0);
  CHECK(run.out.find("overridden two@\"9.0.0\" (was \"^1.0.0\") from one@1.0.0") != std::string::npos);
}

TEST_CASE("Ls: a link to nowhere is a problem, not the end", "[ls]") {
  const TestProject project;
  project.write("package.json", R"({"name":"app","version":"1.0.0","dependencies":{"x":"file:../gone","left":"1"}})");
  project.write("node_modules/left/package.json", R"({"name":"left","version":"1.0.0"})");
  std::filesystem::create_symlink("../../gone", project.path("node_modules/x"));
  const auto run = project.run({"ls", "--no-unicode"});
  CHECK(run.code == 1);
  CHECK(run.out.find("+-- left@1.0.0\n`-- x@ invalid: \"file:../gone\" from the root project\n") != std::string::npos);
  CHECK(run.err.find("ELSPROBLEMS") != std::string::npos);
  CHECK(project.run({"explain", "left"}).code == 0);
}
