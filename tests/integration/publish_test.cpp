// The client's registry commands against hoist-registry: what one person does with a package in its life.
#include "support/catch.hpp"
#include "support/project.hpp"
#include "support/storage_registry.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

/// A project whose user is logged in.
class Author {
 public:
  explicit Author(const StorageRegistry& registry, std::string_view manifest) : project(manifest, registry.url()) {
    auto options = project.hoist_options();
    options.input = std::string(StorageRegistry::kUser) + "\n" + StorageRegistry::kPassword + "\n";
    const auto login = run_program(project.hoist_line({"login", "--auth-type=legacy"}), options);
    INFO(login.errors);
    REQUIRE(login.exit_code == 0);
    CHECK_FALSE((login.output + login.errors).contains(StorageRegistry::kPassword));
  }

  /// The output of a command that has to succeed.
  std::string must(const std::vector<std::string>& arguments) const {
    const auto run = project.hoist(arguments);
    INFO(run.errors);
    REQUIRE(run.exit_code == 0);
    return run.output;
  }
  void set_version(const std::string& version) const {
    auto manifest = project.read_json("package.json");
    manifest["version"] = version;
    project.write("package.json", manifest.dump());
  }

  Project project;
};

}  // namespace

TEST_CASE("Registry life: log in, publish, view, tag, deprecate, unpublish, log out", "[integration][publish]") {
  const StorageRegistry registry;
  const Author ann(registry, R"({"name":"@acme/tool","version":"1.0.0","description":"A tool","main":"index.js"})");
  ann.project.write("index.js", "module.exports = 'one'\n");
  ann.project.write("README.md", "# Tool\n");
  CHECK(ann.must({"whoami"}) == "ann\n");
  CHECK(ann.must({"publish", "--access", "public"}) == "+ @acme/tool@1.0.0\n");

  const auto again = ann.project.hoist({"publish"});
  CHECK(again.exit_code == 1);
  CHECK(again.errors.contains("You cannot publish over the previously published versions: 1.0.0."));

  ann.set_version("1.1.0");
  CHECK(ann.must({"publish", "--access", "public", "--tag", "next"}) == "+ @acme/tool@1.1.0\n");
  CHECK(Json::parse(ann.must({"view", "@acme/tool", "versions", "--json"})) == Json::array({"1.0.0", "1.1.0"}));
  CHECK(ann.must({"view", "@acme/tool", "description"}) == "A tool\n");
  CHECK(ann.must({"dist-tag", "ls", "@acme/tool"}) == "latest: 1.0.0\nnext: 1.1.0\n");
  CHECK(ann.must({"dist-tag", "add", "@acme/tool@1.1.0", "stable"}) == "+stable: @acme/tool@1.1.0\n");
  CHECK(ann.must({"dist-tag", "rm", "@acme/tool", "next"}) == "-next: @acme/tool@1.1.0\n");
  CHECK(ann.must({"view", "@acme/tool@stable", "version"}) == "1.1.0\n");

  ann.must({"deprecate", "@acme/tool@1.0.0", "too old"});
  CHECK(ann.must({"view", "@acme/tool@1.0.0", "deprecated"}) == "too old\n");
  ann.must({"undeprecate", "@acme/tool@1.0.0"});
  CHECK(ann.must({"view", "@acme/tool@1.0.0", "deprecated"}).empty());

  CHECK(ann.must({"unpublish", "@acme/tool@1.1.0"}) == "- @acme/tool@1.1.0\n");
  CHECK(Json::parse(ann.must({"view", "@acme/tool", "versions", "--json"})) == Json::array({"1.0.0"}));
  CHECK(ann.must({"unpublish", "@acme/tool", "--force"}) == "- @acme/tool\n");
  CHECK(ann.project.hoist({"view", "@acme/tool"}).errors.contains("E404"));

  ann.must({"logout"});
  CHECK(ann.project.hoist({"whoami"}).errors.contains("ENEEDAUTH"));
}

TEST_CASE("Registry life: what was published is what is installed", "[integration][publish]") {
  const StorageRegistry registry;
  const Author ann(registry, R"({"name":"tool","version":"1.0.0","bin":"cli.js","files":["lib"]})");
  ann.project.write("cli.js", "#!/usr/bin/env node\nconsole.log(require('./lib'))\n");
  ann.project.write("lib/index.js", "module.exports = 'works'\n");
  ann.project.write("secret.txt", "not for others");
  ann.must({"publish"});
  const Project user(R"({"name":"user","version":"1.0.0","dependencies":{"tool":"^1.0.0"}})", registry.url());
  const auto install = user.hoist({"install"});
  INFO(install.errors);
  REQUIRE(install.exit_code == 0);
  CHECK(user.node("console.log(require('child_process').execFileSync('node_modules/.bin/tool')+'')").output ==
        "works\n\n");
  CHECK_FALSE(user.has("node_modules/tool/secret.txt"));
  CHECK(user.hoist({"ci"}).exit_code == 0);
}

TEST_CASE("Registry life: owners, tokens, search and ping", "[integration][publish]") {
  const StorageRegistry registry;
  registry.add_user("bob", "another long password");
  const Author ann(registry,
                   R"({"name":"shared","version":"1.0.0","description":"A shared thing","keywords":["shared"]})");
  ann.must({"publish"});
  ann.must({"ping"});
  CHECK(ann.must({"owner", "ls", "shared"}).starts_with("ann <"));
  CHECK(ann.must({"owner", "add", "bob", "shared"}) == "+ bob (shared)\n");
  CHECK(ann.must({"owner", "ls", "shared"}).contains("bob <"));
  CHECK(ann.must({"owner", "rm", "bob", "shared"}) == "- bob (shared)\n");
  const auto last = ann.project.hoist({"owner", "rm", "ann", "shared"});
  CHECK(last.errors.contains("EOWNERRM"));

  const auto found = Json::parse(ann.must({"search", "shared", "--json"}));
  REQUIRE(found.size() == 1);
  CHECK(found[0]["name"] == "shared");

  const auto tokens = Json::parse(ann.must({"token", "list", "--json"}));
  REQUIRE(tokens.size() == 1);
  const auto made = ann.must({"token", "create", "--name", "ci", "--password", StorageRegistry::kPassword});
  REQUIRE(made.starts_with("Created token "));
  const auto both = Json::parse(ann.must({"token", "list", "--json"}));
  REQUIRE(both.size() == 2);
  for (const auto& token : both)
    if (token["key"] != tokens[0]["key"])
      CHECK(ann.must({"token", "revoke", token["key"].get<std::string>()}) == "Removed 1 token\n");
  CHECK(Json::parse(ann.must({"token", "list", "--json"})).size() == 1);
}
