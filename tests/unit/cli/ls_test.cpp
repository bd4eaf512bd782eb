#include "support.hpp"

using namespace hoist;
using namespace hoist::cli;
using hoist::cli::testing::TestProject;

namespace {

/// app → one@1 → two@2; app → two@2 (deduped below one); three is not wanted; dev is a development dependency.
void write_tree(const TestProject& project) {
  project.write(
      "package.json",
      R"({"name":"app","version":"1.0.0","dependencies":{"one":"^1.0.0","two":"2"},"devDependencies":{"dev":"*"}})");
  project.write("node_modules/one/package.json",
                R"({"name":"one","version":"1.2.3","description":"first","dependencies":{"two":"^2.0.0"}})");
  project.write("node_modules/two/package.json", R"({"name":"two","version":"2.0.0"})");
  project.write("node_modules/dev/package.json", R"({"name":"dev","version":"0.1.0"})");
}

}  // namespace

TEST_CASE("Ls: direct dependencies, all, and to a depth", "[ls]") {
  const TestProject project;
  write_tree(project);
  const auto root = "app@1.0.0 " + project.root().string() + "\n";
  CHECK(project.run({"ls", "--no-unicode"}).out == root + "+-- dev@0.1.0\n+-- one@1.2.3\n`-- two@2.0.0\n\n");
  CHECK(project.run({"ls", "--unicode", "-a"}).out ==
        root + "├── dev@0.1.0\n├─┬ one@1.2.3\n│ └── two@2.0.0 deduped\n└── two@2.0.0\n\n");
  CHECK(project.run({"ls", "--no-unicode", "--omit=dev", "--depth=1"}).out ==
        root + "+-- one@1.2.3\n| `-- two@2.0.0 deduped\n`-- two@2.0.0\n\n");
  CHECK(project.run({"ls", "--no-unicode"}).code == 0);
}

TEST_CASE("Ls: named packages show who wants them; none found is 1", "[ls]") {
  const TestProject project;
  write_tree(project);
  auto run = project.run({"ls", "two", "--no-unicode"});
  CHECK(run.code == 0);
  CHECK(run.out.find("+-- one@1.2.3\n| `-- two@2.0.0 deduped\n`-- two@2.0.0\n") != std::string::npos);
  CHECK(run.out.find("dev") == std::string::npos);
  run = project.run({"ls", "two@3", "--no-unicode"});
  CHECK(run.code == 1);
  CHECK(run.out.find("`-- (empty)\n") != std::string::npos);
}

TEST_CASE("Ls: what is missing, invalid or not wanted is a problem", "[ls]") {
  const TestProject project;
  write_tree(project);
  project.write("node_modules/three/package.json", R"({"name":"three","version":"3.0.0"})");
  auto run = project.run({"ls", "--no-unicode"});
  CHECK(run.code == 0);
  CHECK(run.out.find("three@3.0.0 extraneous\n") != std::string::npos);
  project.write(
      "package.json",
      R"({"name":"app","version":"1.0.0","dependencies":{"one":"^9.0.0","gone":"1"},"optionalDependencies":{"maybe":"1"}})");
  run = project.run({"ls", "--no-unicode"});
  CHECK(run.code == 1);
  CHECK(run.out.find("+-- UNMET DEPENDENCY gone@1\n+-- UNMET OPTIONAL DEPENDENCY maybe@1\n+-- one@1.2.3 invalid: "
                     "\"^9.0.0\" from the root project\n") != std::string::npos);
  CHECK(run.err.find("hoist error code ELSPROBLEMS\n") == 0);
  CHECK(run.err.find("hoist error missing: gone@1, required by app@1.0.0\n") != std::string::npos);
  run = project.run({"ls", "--json"});
  const auto json = run.json();
  CHECK(json["dependencies"]["gone"]["missing"] == true);
  CHECK(json["dependencies"]["maybe"] == Json::object());
  CHECK(json["dependencies"]["one"]["invalid"] == "\"^9.0.0\" from the root project");
  CHECK(json["error"]["code"] == "ELSPROBLEMS");
  CHECK(json["problems"].size() == 4);
}

TEST_CASE("Ls: lines for programs", "[ls]") {
  const TestProject project;
  write_tree(project);
  const auto root = project.root().string();
  CHECK(project.run({"ls", "-p"}).out ==
        root + "\n" + root + "/node_modules/dev\n" + root + "/node_modules/one\n" + root + "/node_modules/two\n");
  CHECK(project.run({"ls", "-p", "-l", "one"}).out == root + "/node_modules/one:one@1.2.3\n");
}

TEST_CASE("Ls: long form shows descriptions, json the package.json", "[ls]") {
  const TestProject project;
  write_tree(project);
  CHECK(project.run({"ll", "--no-unicode"}).out.find("+-- one@1.2.3\n|   first\n") != std::string::npos);
  const auto one = project.run({"ls", "--json", "--long"}).json()["dependencies"]["one"];
  CHECK(one["description"] == "first");
  CHECK(one["_dependencies"]["two"] == "^2.0.0");
  CHECK(one["path"] == project.path("node_modules/one").string());
}

TEST_CASE("Ls: reads the lockfile when asked to", "[ls]") {
  const TestProject project;
  project.write("package.json", R"({"name":"app","version":"1.0.0"})");
  CHECK(project.run({"ls", "--package-lock-only"}).err.find("hoist error code ENOLOCK") == 0);
  project.write("package-lock.json", R"({"lockfileVersion":3,"packages":{"":{"name":"app","version":"1.0.0"}}})");
  CHECK(project.run({"ls", "--package-lock-only", "--no-unicode"}).out.find("`-- (empty)\n") != std::string::npos);
}
