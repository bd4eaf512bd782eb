#include "hoist/package/pack_list.hpp"

#include "hoist/base/text.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/tree.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

/// A folder with the given files (content `x` unless given), and its list as one text.
class Packed {
 public:
  Packed& file(const std::string& path, std::string_view content = "x") {
    test::write_text(folder_.path() / path, content);
    return *this;
  }
  Packed& manifest(std::string_view text) { return file("package.json", text); }
  [[nodiscard]] std::string list(const PackListOptions& options = {}) const {
    NullReporter quiet;
    const auto files = pack_list(folder_.path(), options, quiet);
    REQUIRE(files);
    return join(*files, " ");
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  test::TempDir folder_;
};

}  // namespace

TEST_CASE("Pack list: without rules everything but the usual rubbish is in, sorted by extension", "[pack]") {
  Packed tree;
  tree.manifest("{}").file("b.js").file("a.ts").file("lib/a.js").file(".DS_Store").file("x.orig").file("npm-debug.log");
  tree.file(".npmrc").file("sub/.npmrc").file(".git/config").file("sub/.git/config").file("package-lock.json");
  tree.file("sub/package-lock.json").file("node_modules/dep/index.js").file("._x").file(".x.swp").file("README");
  CHECK(tree.list() == "README lib/a.js b.js sub/package-lock.json package.json a.ts");
}

TEST_CASE("Pack list: files names what is in; readme, license, main and bin come along", "[pack]") {
  Packed tree;
  tree.manifest(R"({"name":"p","files":["lib","*.txt","!lib/skip.js"],"main":"index.js","bin":"./cli.js"})");
  tree.file("lib/a.js").file("lib/skip.js").file("lib/deep/b.js").file("notes.txt").file("src/c.js").file("index.js");
  tree.file("cli.js").file("ReadMe.md").file("LICENCE").file("copying.txt").file("license.md~").file("other.js");
  CHECK(tree.list() == "LICENCE lib/a.js lib/deep/b.js cli.js index.js package.json ReadMe.md copying.txt notes.txt");
}

TEST_CASE("Pack list: main with a leading ./ pulls nothing in, as in npm", "[pack]") {
  Packed tree;
  tree.manifest(R"({"files":["a.js"],"main":"./index.js"})").file("a.js").file("index.js");
  CHECK(tree.list() == "a.js package.json");
}

TEST_CASE("Pack list: ignore files nest, and .npmignore silences .gitignore", "[pack]") {
  Packed tree;
  tree.manifest("{}").file(".gitignore", "*.log\n/dist\n").file("a.log").file("dist/x.js").file("sub/a.log");
  tree.file("sub/.gitignore", "!a.log\nkeep/\n").file("sub/keep/x.js").file("sub/b.js");
  CHECK(tree.list() == "sub/b.js package.json sub/a.log");
  tree.file(".npmignore", "sub\n");
  CHECK(tree.list() == "dist/x.js package.json a.log");
}

TEST_CASE("Pack list: files silences ignore files of the root but not of folders below", "[pack]") {
  Packed tree;
  tree.manifest(R"({"files":["lib"]})").file(".npmignore", "lib\n").file("lib/a.js").file("lib/b.js");
  tree.file("lib/.npmignore", "b.js\n");
  CHECK(tree.list() == "lib/a.js package.json");
}

TEST_CASE("Pack list: links and names with a star are left out", "[pack]") {
  Packed tree;
  tree.manifest("{}").file("a.js").file("star*.js");
  std::filesystem::create_symlink("a.js", tree.path() / "link.js");
  CHECK(tree.list() == "a.js package.json");
}

TEST_CASE("Pack list: a path that starts with @ is written with ./", "[pack]") {
  Packed tree;
  tree.manifest("{}").file("@scope/a.js");
  CHECK(tree.list() == "./@scope/a.js package.json");
}

TEST_CASE("Pack list: bundled dependencies bring their own dependencies, wherever they were hoisted", "[pack]") {
  Packed tree;
  tree.manifest(R"({"bundledDependencies":["a","dev","peer","gone"],"dependencies":{"a":"1","gone":"1"},
                    "devDependencies":{"dev":"1"},"peerDependencies":{"peer":"1"}})");
  for (const char* name : {"b", "c", "dev", "peer", "other"})
    tree.file(fmt::format("node_modules/{}/package.json", name), "{}").file(fmt::format("node_modules/{}/i.js", name));
  tree.file("node_modules/a/package.json", R"({"dependencies":{"b":"1"},"files":["i.js"]})");
  tree.file("node_modules/a/i.js").file("node_modules/a/test.js");
  tree.file("node_modules/b/package.json", R"({"optionalDependencies":{"a":"1"},"devDependencies":{"c":"1"}})");
  CHECK(tree.list() ==
        "node_modules/a/i.js node_modules/b/i.js node_modules/a/package.json node_modules/b/package.json package.json");
}

TEST_CASE("Pack list: a bundled name is never a way out of the folder", "[pack]") {
  Packed tree;
  tree.manifest(R"({"bundleDependencies":["../../x"],"dependencies":{"../../x":"1"}})").file("a.js");
  CHECK(tree.list() == "a.js package.json");
}

TEST_CASE("Pack list: the root leaves its selected workspaces out; a workspace inherits rules from above", "[pack]") {
  Packed tree;
  tree.manifest(R"({"workspaces":["packages/*"]})").file("a.js").file(".gitignore", "*.secret\n");
  tree.file("packages/one/package.json", "{}").file("packages/one/b.js").file("packages/one/x.secret");
  PackListOptions options;
  options.prefix = tree.path();
  options.workspaces = {tree.path() / "packages/one"};
  options.has_workspaces = true;
  CHECK(tree.list(options) == "a.js package.json");
  NullReporter quiet;
  options.has_workspaces = false;
  const auto inside = pack_list(tree.path() / "packages/one", options, quiet);
  REQUIRE(inside);
  CHECK(join(*inside, " ") == "b.js package.json");
}

TEST_CASE("Pack list: the user's ignore file counts unless files says otherwise", "[pack]") {
  Packed tree, outside;
  outside.file("ignore", "*.tmp\n");
  PackListOptions options;
  options.global_ignore_file = outside.path() / "ignore";
  tree.manifest("{}").file("a.tmp").file("b.js");
  CHECK(tree.list(options) == "b.js package.json");
  tree.manifest(R"({"files":["a.tmp"]})");
  CHECK(tree.list(options) == "package.json a.tmp");
}

TEST_CASE("Pack list: a patch of the project stays out even when files names its folder", "[pack]") {
  Packed tree;
  tree.manifest(R"({"files":["patches"],"patchedDependencies":{"x@1":"patches/x.patch"}})");
  tree.file("patches/x.patch").file("patches/readme.txt");
  CHECK(tree.list() == "package.json patches/readme.txt");
}

TEST_CASE("Pack list: without package.json there is nothing to pack", "[pack]") {
  Packed tree;
  tree.file("a.js");
  NullReporter quiet;
  const auto files = pack_list(tree.path(), {}, quiet);
  REQUIRE_FALSE(files);
  CHECK(files.error().code == "ENOENT");
}
