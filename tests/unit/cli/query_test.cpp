#include "cli/listing/query.hpp"
#include "support.hpp"
#include "support/recording_reporter.hpp"

using namespace hoist;
using namespace hoist::cli;
using hoist::cli::testing::TestProject;

namespace {

/// app → left@1, right → left; tool for development; a workspace with a name of its own; extra wanted by nobody.
void write_tree(const TestProject& project) {
  project.write("package.json", R"({"name":"app","version":"1.0.0","workspaces":["packages/*"],
    "dependencies":{"left":"^1.0.0","right":"*","gone":"5","old":"^2.0.0"},"devDependencies":{"tool":"~1.0.0"}})");
  project.write("packages/a/package.json", R"({"name":"@s/a","version":"0.1.0","private":true})");
  project.write("node_modules/left/package.json",
                R"({"name":"left","version":"1.1.0","keywords":["leaf","tree"],"engines":{"node":">=18"}})");
  project.write("node_modules/right/package.json",
                R"({"name":"right","version":"2.0.0","dependencies":{"left":"1"},"_secret":1,"funding":"https://f.test",
                    "contributors":[{"name":"ann","email":"a@x.test"},{"name":"bob"}]})");
  project.write("node_modules/old/package.json", R"({"name":"old","version":"1.0.0","bin":"./cli.js"})");
  project.write("node_modules/tool/package.json", R"({"name":"tool","version":"1.0.5"})");
  project.write("node_modules/extra/package.json", R"({"name":"extra","version":"0.0.1"})");
  std::filesystem::create_directories(project.path("node_modules/@s"));
  std::filesystem::create_symlink("../../packages/a", project.path("node_modules/@s/a"));
}

/// Names that a selector finds, in order, with spaces between.
std::string names(const TestProject& project, const std::string& selector) {
  const auto run = project.run({"query", selector});
  INFO(selector << "\n" << run.err);
  CHECK(run.code == 0);
  std::string list;
  const auto found = run.json();
  REQUIRE(found.is_array());
  for (const auto& item : found) list += (list.empty() ? "" : " ") + item.value("name", "?");
  return list;
}

}  // namespace

TEST_CASE("Query: selectors find what npm finds", "[query]") {
  const TestProject project;
  write_tree(project);
  const std::pair<const char*, const char*> cases[] = {
      {":root", "app"},
      {"#left", "left"},
      {"#@s/a", "@s/a"},
      {":root > *", "@s/a left old right tool"},
      {":root > .dev", "tool"},
      {"#right > #left", "left"},
      {"#tool > *", ""},
      {":root #left", "left"},
      {"#right ~ #left", "left"},
      {"#left, #tool", "left tool"},
      {".workspace", "@s/a"},
      {":extraneous", "extra"},
      {":missing", "gone"},
      {":invalid", "old"},
      {":private", "@s/a"},
      {":link", "@s/a"},
      {":deduped", "left"},
      {":has(> #left)", "app right"},
      {":is(#left, #right):not(#right)", "left"},
      {"[version^=\"2.\"]", "right"},
      {"[name*=IGH i]", "right"},
      {"[keywords=leaf]", "left"},
      {":attr(contributors, [name=bob])", "right"},
      {":attr(engines, [node])", "left"},
      {":semver(^1.0.0):not(:root)", "app left old tool"},
      {":semver(>=1.1.0 <2)", "left"},
      {":semver(20.1.0, :attr(engines, [node]))", "left"},
      {":path(packages/*)", "@s/a"},
      {":type(range):not(#left)", "old right tool"},
      {"#nope", ""},
      {"", ""},
  };
  for (const auto& [selector, expected] : cases)
    CHECK(std::string(selector) + " → " + names(project, selector) == std::string(selector) + " → " + expected);
}

TEST_CASE("Query: an item is the package.json, normalised, and its place in the tree", "[query]") {
  const TestProject project;
  write_tree(project);
  const auto item = project.run({"query", "#right"}).json()[0];
  CHECK(item["_id"] == "right@2.0.0");
  CHECK_FALSE(item.contains("_secret"));
  CHECK(item["funding"]["url"] == "https://f.test");
  CHECK(item["location"] == "node_modules/right");
  CHECK(item["from"] == Json::array({""}));
  CHECK(item["to"] == Json::array({"node_modules/left"}));
  CHECK(item["queryContext"] == Json::object());
  CHECK(project.run({"query", "#old"}).json()[0]["bin"] == Json{{"old", "cli.js"}});
  const auto missing = project.run({"query", ":missing"}).json()[0];
  CHECK(missing["version"] == "5");
  CHECK(missing["path"].is_null());
  CHECK(missing["queryContext"]["missing"] == true);
}

TEST_CASE("Query: what is no selector has npm's codes, as JSON", "[query]") {
  const TestProject project;
  write_tree(project);
  const std::pair<const char*, const char*> cases[] = {
      {".nope", "EQUERYNODEPTYPE"},    {":nope", "EQUERYNOPSEUDO"},
      {"tag", "EQUERYNOSELECTOR"},     {":semver(nope)", "EQUERYINVALIDSEMVER"},
      {":attr(a, b)", "EQUERYATTR"},   {":semver(1.0.0, [version], nope)", "EQUERYINVALIDOPERATOR"},
      {":vuln([name])", "EQUERYATTR"}, {":semver(1.0.5, gt)", "EQUERYATTR"}};
  for (const auto& [selector, code] : cases) {
    const auto run = project.run({"query", selector});
    CHECK(run.code == 1);
    CHECK(run.json()["error"]["code"] == code);
  }
}

TEST_CASE("Query: expectations decide the exit code", "[query]") {
  const TestProject project;
  write_tree(project);
  CHECK(project.run({"query", "#left", "--expect-results"}).code == 0);
  CHECK(project.run({"query", "#left", "--no-expect-results"}).code == 1);
  CHECK(project.run({"query", "#left", "--expect-result-count=1"}).code == 0);
  const auto run = project.run({"query", "#left", "--expect-result-count=2"});
  CHECK(run.code == 1);
  CHECK(run.err.find("Expected 2 results, got 1") != std::string::npos);
  CHECK(project.run({"query", "*", "--package-lock-only"}).code == 1);
}

TEST_CASE("Selector: hostile texts are refused, not followed", "[query]") {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += ":not(";
  CHECK_FALSE(parse_selector(deep).has_value());
  for (int i = 0; i < 5000; ++i) deep += ')';
  CHECK_FALSE(parse_selector(deep).has_value());
  for (const char* text : {"[", "[a", "[a=\"b]", ":not(", "#", ".", ":", "[=b]", "(", ")", ":attr(", ":vuln(x)"})
    CHECK_FALSE(parse_selector(text).has_value());
  CHECK(parse_selector("a\\")->size() == 1);
}

TEST_CASE("Query: advisories are asked for once, and only as far as they concern the version", "[query]") {
  resolver::InspectedTree tree;
  tree.nodes.resize(3);
  tree.nodes[1] = {.name = "left", .package_name = "left", .version = "1.0.0", .location = "node_modules/left"};
  tree.nodes[2] = {.name = "right", .package_name = "right", .version = "3.0.0", .location = "node_modules/right"};
  for (std::size_t i = 0; i < 3; ++i) tree.nodes[i].target = i;
  int asked = 0;
  const Json nothing = Json::object();
  QuerySources sources;
  sources.document = [&](resolver::TreeIndex) -> const Json& { return nothing; };
  sources.advisories = [&](const Json& packages) -> Result<Json> {
    ++asked;
    CHECK(packages == Json::parse(R"({"left":["1.0.0"],"right":["3.0.0"]})"));
    const auto advisory = Json::parse(R"([{"severity":"high","cwe":["CWE-79"],"vulnerable_versions":"<2"}])");
    return Json{{"left", advisory}, {"right", advisory}};
  };
  test::RecordingReporter reporter;
  const std::pair<const char*, std::size_t> cases[] = {{":vuln", 1},
                                                       {":vuln([severity=high])", 1},
                                                       {":vuln([severity=low])", 0},
                                                       {":vuln([severity=low],[cwe=79])", 1},
                                                       {":vuln([severity=high][cwe=1])", 0},
                                                       {":vuln([cwe])", 1},
                                                       {"#right:vuln", 0}};
  for (const auto& [text, count] : cases) {
    const auto selectors = parse_selector(text);
    REQUIRE(selectors);
    asked = 0;
    if (std::string_view(text).starts_with('#'))
      sources.advisories = [](const Json&) -> Result<Json> { return Json::object(); };
    const auto found = run_query(tree, *selectors, sources, 0, reporter);
    REQUIRE(found);
    CHECK(found->size() == count);
    CHECK(asked <= 1);
    if (count > 0) CHECK(found->front().context["advisories"].size() == 1);
  }
}
