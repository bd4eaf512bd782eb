#include "cli/config/workspaces.hpp"

#include <filesystem>
#include <fstream>

#include "cli/config/glob.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::cli;
namespace fs = std::filesystem;

TEST_CASE("Glob: patterns match whole paths as minimatch does", "[glob]") {
  const std::tuple<std::string, std::string, bool> rows[] = {
      {"packages/*", "packages/a", true},
      {"packages/*", "packages/a/b", false},
      {"packages/**", "packages/a/b", true},
      {"packages/**", "packages", true},
      {"**/b", "a/x/b", true},
      {"**", "a/b", true},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"[ab]c", "bc", true},
      {"[!ab]c", "bc", false},
      {"[a-c]", "b", true},
      {"{a,b}/c", "b/c", true},
      {"{a,b{1,2}}", "b2", true},
      {"*", ".hidden", false},
      {".*", ".hidden", true},
      {"**", "a/.git/x", false},
      {"@myorg/*", "@myorg/utils", true},
      {"*", "@myorg/utils", false},
      {"a*b*c", "axxbyyc", true},
      {"a*b*c", "axxbyy", false},
      {"packages/*/", "packages/a", true},
      {"", "a", false},
      {"a", "", false},
      {"\\*", "*", true},
      {"lodash", "lodash", true},
      {"lodash", "lodash.merge", false},
      {"[", "[", true},
  };
  for (const auto& [pattern, path, expected] : rows) {
    INFO(pattern << " ~ " << path);
    CHECK(glob_match(pattern, path) == expected);
  }
}

TEST_CASE("Glob: hostile patterns do not take forever", "[glob]") {
  std::string stars, braces;
  for (int i = 0; i < 60; ++i) stars += "*a";
  for (int i = 0; i < 40; ++i) braces += "{a,b}";
  CHECK_FALSE(glob_match(stars, std::string(2000, 'a') + "b"));
  CHECK_FALSE(glob_match(braces, "zzz"));
  std::string deep = "**";
  for (int i = 0; i < 50; ++i) deep += "/**/a";
  CHECK_FALSE(glob_match(deep, "a/a/a/b"));
}

namespace {
struct Tree {
  Tree() {
    char name[] = "/tmp/hoist-ws-XXXXXX";
    root = fs::canonical(mkdtemp(name));
  }
  ~Tree() { fs::remove_all(root); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  void add(const std::string& folder, std::string_view package_json) const {
    fs::create_directories(root / folder);
    std::ofstream(root / folder / "package.json") << package_json;
  }
  fs::path root;
};

std::string names(const std::vector<WorkspaceFolder>& members) {
  std::string text;
  for (const auto& member : members) text += member.name + " ";
  return text;
}
}  // namespace

TEST_CASE("Workspaces: members are found in the order of the patterns", "[workspaces]") {
  const Tree tree;
  tree.add("packages/b", R"({"name":"bee"})");
  tree.add("packages/a", "{}");
  tree.add("packages/@s/c", "{}");
  tree.add("apps/x", R"({"name":"app"})");
  tree.add("packages/a/node_modules/dep", R"({"name":"dep"})");
  fs::create_directories(tree.root / "packages/empty");
  auto found = find_workspaces(tree.root, Json::parse(R"(["apps/*","./packages/*","packages/@s/*"])"));
  REQUIRE(found);
  CHECK(names(*found) == "app a bee @s/c ");
  found = find_workspaces(tree.root, Json::parse(R"({"packages":["**","!apps/**"]})"));
  REQUIRE(found);
  CHECK(names(*found) == "@s/c a bee ");
  CHECK(find_workspaces(tree.root, Json::parse(R"("packages/*")")).error().code == "EWORKSPACESCONFIG");
}

TEST_CASE("Workspaces: two members of one name are an error", "[workspaces]") {
  const Tree tree;
  tree.add("a", R"({"name":"same"})");
  tree.add("b", R"({"name":"same"})");
  const auto found = find_workspaces(tree.root, Json::parse(R"(["*"])"));
  REQUIRE_FALSE(found);
  CHECK(found.error().code == "EDUPLICATEWORKSPACE");
}

TEST_CASE("Workspaces: filters name members, folders and folders of members", "[workspaces]") {
  const Tree tree;
  tree.add("packages/a", R"({"name":"@x/a"})");
  tree.add("packages/b", R"({"name":"b"})");
  tree.add("tool", R"({"name":"tool"})");
  const auto all = find_workspaces(tree.root, Json::parse(R"(["packages/*","tool"])")).value();
  const auto pick = [&](std::vector<std::string> filters, const std::string& cwd = ".") {
    const auto chosen = select_workspaces(all, filters, tree.root, (tree.root / cwd).lexically_normal());
    return chosen ? names(*chosen) : chosen.error().message;
  };
  CHECK(pick({}) == "@x/a b tool ");
  CHECK(pick({"@x/a"}) == "@x/a ");
  CHECK(pick({"packages/b"}) == "b ");
  CHECK(pick({"./packages"}) == "@x/a b ");
  CHECK(pick({"b", "tool", "b"}) == "b tool ");
  CHECK(pick({(tree.root / "tool").string()}) == "tool ");
  CHECK(pick({"b"}, "packages") == "b ");
  CHECK(pick({"nope"}) == "No workspaces found:\n  --workspace=nope");
}
