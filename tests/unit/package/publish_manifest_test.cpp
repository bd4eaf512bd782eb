#include "hoist/package/publish_manifest.hpp"

#include "hoist/base/text.hpp"
#include "support/catch.hpp"
#include "support/recording_reporter.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::package;

namespace {

class Folder {
 public:
  explicit Folder(const char* manifest) { file("package.json", manifest); }
  Folder& file(const std::string& path, std::string_view content = "") {
    test::write_text(folder_.path() / path, content);
    return *this;
  }
  Result<PublishManifest> read() { return read_publish_manifest(folder_.path(), reporter); }
  Json document() {
    const auto manifest = read();
    REQUIRE(manifest);
    return manifest->document;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

  test::RecordingReporter reporter;

 private:
  test::TempDir folder_;
};

}  // namespace

TEST_CASE("Publish manifest: README, AUTHORS, types and a gyp file are found", "[publish]") {
  Folder folder(R"({"name":"x","version":"1.0.0","main":"lib/a.js"})");
  folder.file("readme.txt", "plain").file("ReadMe.md", "# X\n\nFirst\nparagraph.\n\nSecond.\n");
  folder.file("AUTHORS", "# all\nAnn <a@b.c>\n\nBob (http://bob)\n").file("lib/a.d.ts").file("binding.gyp");
  const auto document = folder.document();
  CHECK(document["readmeFilename"] == "ReadMe.md");
  CHECK(document["description"] == "First paragraph.");
  CHECK(document["contributors"] ==
        Json::array({{{"name", "Ann"}, {"email", "a@b.c"}}, {{"name", "Bob"}, {"url", "http://bob"}}}));
  CHECK(document["types"] == "./lib/a.d.ts");
  CHECK(document["scripts"] == Json{{"install", "node-gyp rebuild"}});
  CHECK(document["gypfile"] == true);
  CHECK(document["_id"] == "x@1.0.0");
}

TEST_CASE("Publish manifest: without a README it says so", "[publish]") {
  Folder folder(R"({"name":"x","version":"1.0.0"})");
  const auto document = folder.document();
  CHECK(document["readme"] == "ERROR: No README data found!");
  CHECK_FALSE(document.contains("description"));
}

TEST_CASE("Publish manifest: fields get the shape that registries expect", "[publish]") {
  Folder folder(R"json({"name":" x ","version":"=v1.0.0","bugs":"me@x.org","homepage":"x.org","keywords":"a, b",
    "repository":{"type":"git","url":"git://github.com/u/p"},"dependencies":["left@^1.0.0","right"],
    "devDependencies":{"ok":"1","bad":3},"bundledDependencies":["left","new"],"man":"./m.1","files":["a",1,""],
    "scripts":{"t":"./node_modules/.bin/jest","n":1},"modules":{},"overrides":[],"maintainers":["Ann <a@b.c>"],
    "_secret":1,"description":7})json");
  const auto manifest = folder.read();
  REQUIRE(manifest);
  const auto& document = manifest->document;
  CHECK(document["name"] == "x");
  CHECK(document["version"] == "1.0.0");
  CHECK(document["bugs"] == Json{{"email", "me@x.org"}});
  CHECK(document["homepage"] == "http://x.org");
  CHECK(document["keywords"] == Json::array({"a", "b"}));
  CHECK(document["repository"]["url"] == "git://github.com/u/p.git");
  CHECK(document["dependencies"] == Json{{"left", "^1.0.0"}, {"right", ""}, {"new", "*"}});
  CHECK(document["devDependencies"] == Json{{"ok", "1"}});
  CHECK(document["bundleDependencies"] == Json::array({"left", "new"}));
  CHECK(document["man"] == Json::array({"m.1"}));
  CHECK(document["files"] == Json::array({"a"}));
  CHECK(document["scripts"] == Json{{"t", "jest"}});
  CHECK(document["maintainers"] == Json::array({{{"name", "Ann"}, {"email", "a@b.c"}}}));
  for (const char* gone : {"modules", "overrides", "_secret", "description", "bundledDependencies"}) {
    INFO(gone);
    CHECK_FALSE(document.contains(gone));
  }
  CHECK(join(manifest->changes, "|").find("\"version\" was cleaned and set to \"1.0.0\"") != std::string::npos);
}

TEST_CASE("Publish manifest: bins are made safe, missing ones warned about", "[publish]") {
  Folder folder(R"({"name":"@s/x","version":"1.0.0","bin":"../cli.js"})");
  CHECK(folder.document()["bin"] == Json{{"x", "cli.js"}});
  CHECK(folder.reporter.contains("No bin file found at cli.js"));
  Folder listed(R"({"name":"x","version":"1.0.0","directories":{"bin":"./tools"}})");
  listed.file("tools/a").file("tools/b");
  CHECK(listed.document()["bin"] == Json{{"a", "tools/a"}, {"b", "tools/b"}});
}

TEST_CASE("Publish manifest: invalid names and versions are refused", "[publish]") {
  CHECK(Folder(R"({"name":"a b","version":"1.0.0"})").read().error().message == "Invalid name: \"a b\"");
  CHECK(Folder(R"({"name":".a","version":"1.0.0"})").read().error().message == "Invalid name: \".a\"");
  CHECK(Folder(R"({"name":"@a","version":"1.0.0"})").read().error().message == "Invalid name: \"@a\"");
  CHECK(Folder(R"({"name":"a","version":"one"})").read().error().message == "Invalid version: \"one\"");
}

TEST_CASE("Git head: from a branch, from packed refs, from a detached head", "[publish]") {
  const std::string commit(40, 'a'), other(40, 'b');
  Folder folder("{}");
  folder.file(".git/HEAD", "ref: refs/heads/main\n").file(".git/refs/heads/main", commit + "\n").file("sub/x");
  CHECK(find_git_head(folder.path() / "sub") == commit);
  Folder packed("{}");
  packed.file(".git/HEAD", "ref: refs/heads/main\n")
      .file(".git/packed-refs", "# pack-refs\n" + other + " refs/heads/main\n");
  CHECK(find_git_head(packed.path()) == other);
  Folder detached("{}");
  detached.file(".git/HEAD", other + "\n");
  CHECK(find_git_head(detached.path()) == other);
  Folder hostile("{}");
  hostile.file(".git/HEAD", "ref: ../../package.json\n").file("package.json", "{}");
  CHECK(find_git_head(hostile.path()).empty());
}
