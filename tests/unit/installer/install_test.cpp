#include "hoist/installer/install.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "hoist/base/file.hpp"
#include "support/catch.hpp"
#include "support/tar_builder.hpp"
#include "support/temp_dir.hpp"
#include "support/tree.hpp"

using namespace hoist;
using namespace hoist::installer;
using hoist::test::TarBuilder;
using hoist::test::TempDir;
using lockfile::Lockfile;
using lockfile::LockPackage;
namespace fs = std::filesystem;

namespace {

/// Answers from memory on threads of its own, and keeps count.
class FakeSource final : public package::TarballSource {
 public:
  std::map<std::string, Result<package::Tarball>> answers;
  std::vector<std::string> asked;
  bool in_caller = false;

  ~FakeSource() override {
    for (std::thread& thread : threads_) thread.join();
  }
  void fetch(package::TarballRequest request, std::function<void(Result<package::Tarball>)> done) override {
    asked.push_back(request.url);
    const auto found = answers.find(request.url);
    Result<package::Tarball> answer = found == answers.end()
                                          ? Result<package::Tarball>(fail("E404", "no such tarball " + request.url))
                                          : found->second;
    if (in_caller) return done(std::move(answer));
    threads_.emplace_back([done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
  }

 private:
  std::vector<std::thread> threads_;
};

/// A project, a cache and packages to install.
struct World {
  TempDir cache, directory;
  FakeSource source;
  Lockfile wanted;
  ActualTree actual;
  InstallOptions options;
  PlanOptions plan_options;
  std::unique_ptr<Store> store;
  InstallReport report;

  World() {
    options.root = directory.path();
    options.threads = 3;
    plan_options.platform = {"linux", "x64", "glibc"};
    open_store();
  }
  void open_store() { store = std::move(*Store::open(cache.path())); }

  /// Puts a package at `location`; its files besides package.json as given.
  LockPackage& add(const std::string& location, const std::string& version = "1.0.0",
                   const std::vector<std::pair<std::string, std::string>>& files = {{"index.js", "x"}},
                   const std::string& extra = "") {
    const std::string name(lockfile::name_of_location(location));
    TarBuilder builder;
    builder.add("package/package.json", R"({"name":")" + name + R"(","version":")" + version + "\"" + extra + "}");
    for (const auto& [path, body] : files) builder.add("package/" + path, body);
    return add_tarball(location, version, builder.tgz());
  }
  LockPackage& add_tarball(const std::string& location, const std::string& version, std::string bytes) {
    LockPackage entry;
    entry.manifest.version = version;
    entry.resolved =
        "https://registry.example/" + std::string(lockfile::name_of_location(location)) + "-" + version + ".tgz";
    const Integrity integrity = Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes));
    entry.integrity = integrity.to_string();
    source.answers.insert_or_assign(entry.resolved, package::Tarball{std::move(bytes), integrity});
    return wanted.packages[location] = std::move(entry);
  }
  Result<InstallPlan> plan() { return make_plan(wanted, actual, plan_options); }
  Result<void> try_install() {
    HOIST_TRY(const InstallPlan made, plan());
    NullReporter reporter;
    HOIST_TRY(report, apply_plan(wanted, made, *store, source, reporter, options));
    return {};
  }
  /// Installs; afterwards the actual tree is the wanted one.
  void install() {
    const auto result = try_install();
    if (!result) FAIL(result.error().code << ": " << result.error().message);
    fs::remove(node_modules() / ".hoist-incomplete");
    actual = {};
    actual.tree = wanted;
    for (const DroppedPackage& dropped : report.dropped) actual.tree.packages.erase(dropped.location);
  }
  [[nodiscard]] fs::path node_modules() const { return directory.path() / "node_modules"; }
  [[nodiscard]] std::string read(const std::string& path) const {
    return read_file(directory.path() / path).value_or("<none>");
  }
  [[nodiscard]] bool exists(const std::string& path) const {
    return fs::exists(fs::symlink_status(directory.path() / path));
  }
  [[nodiscard]] test::TreeSnapshot tree() const { return test::snapshot_tree(node_modules()); }
};

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}
nlink_t links_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_nlink;
}

}  // namespace

TEST_CASE("Install: packages are fetched, stored and linked", "[install]") {
  World world;
  world.add("node_modules/a", "1.0.0", {{"lib/deep/x.js", "deep"}, {"index.js", "a"}});
  world.add("node_modules/@s/b", "2.0.0");
  world.add("node_modules/a/node_modules/@s/b", "1.0.0", {{"index.js", "old b"}});
  world.add("node_modules/a/node_modules/@s/b/node_modules/c", "1.0.0");
  world.install();
  CHECK(world.read("node_modules/a/lib/deep/x.js") == "deep");
  CHECK(world.read("node_modules/a/node_modules/@s/b/index.js") == "old b");
  CHECK(world.read("node_modules/a/node_modules/@s/b/node_modules/c/index.js") == "x");
  CHECK(world.read("node_modules/@s/b/index.js") == "x");
  CHECK(links_of(world.node_modules() / "a/index.js") == 2);
  CHECK(world.report.placed.size() == 4);
  CHECK(world.report.fetched == 4);
  CHECK(world.store->list()->size() == 4);
  for (const auto& entry : fs::directory_iterator(world.node_modules()))
    CHECK(entry.path().filename().string().front() != '.');
}

TEST_CASE("Install: the second project needs no network", "[install]") {
  World world;
  world.add("node_modules/a");
  world.add("node_modules/b", "1.0.0", {{"b.js", "b"}});
  world.add("node_modules/b/node_modules/a", "1.0.0");  // the same tarball at two places is fetched once
  world.install();
  CHECK(world.source.asked.size() == 2);
  const auto first = world.tree();
  TempDir second;
  world.options.root = second.path();
  world.actual = {};
  REQUIRE(world.try_install());
  CHECK(world.source.asked.size() == 2);
  CHECK(world.report.fetched == 0);
  fs::remove(second.path() / "node_modules/.hoist-incomplete");
  CHECK(test::compare_trees(first, test::snapshot_tree(second.path() / "node_modules")).empty());
}

TEST_CASE("Install: a source that answers at once, in the caller's thread, is fine", "[install]") {
  World world;
  world.source.in_caller = true;
  world.options.max_in_flight = 1;
  for (int i = 0; i < 40; ++i) world.add("node_modules/p" + std::to_string(i), "1.0." + std::to_string(i));
  world.install();
  CHECK(world.report.placed.size() == 40);
  CHECK(world.read("node_modules/p39/index.js") == "x");
}

TEST_CASE("Install: the largest tarballs are asked for first", "[install]") {
  World world;
  world.source.in_caller = true;
  world.add("node_modules/a");
  world.add("node_modules/b");
  world.add("node_modules/c");
  world.options.expected_size = [](const LockPackage& entry) -> std::uint64_t {
    return entry.resolved.find("/b-") != std::string::npos   ? 500
           : entry.resolved.find("/c-") != std::string::npos ? 900
                                                             : 0;
  };
  world.install();
  REQUIRE(world.source.asked.size() == 3);
  CHECK(world.source.asked[0].ends_with("/c-1.0.0.tgz"));
  CHECK(world.source.asked[1].ends_with("/b-1.0.0.tgz"));
}

TEST_CASE("Install: changes, removals and additions end in the wanted tree", "[install]") {
  World world;
  world.add("node_modules/stays");
  world.add("node_modules/changes", "1.0.0", {{"old.js", "old"}});
  world.add("node_modules/changes/node_modules/inner");
  world.add("node_modules/goes");
  world.add("node_modules/@scope/goes");
  world.install();
  world.wanted.packages.erase("node_modules/goes");
  world.wanted.packages.erase("node_modules/@scope/goes");
  world.add("node_modules/changes", "2.0.0", {{"new.js", "new"}});
  world.add("node_modules/changes/node_modules/other");
  world.add("node_modules/stays/node_modules/comes");
  world.install();
  CHECK_FALSE(world.exists("node_modules/goes"));
  CHECK_FALSE(world.exists("node_modules/@scope"));
  CHECK_FALSE(world.exists("node_modules/changes/old.js"));
  CHECK(world.read("node_modules/changes/new.js") == "new");
  CHECK(world.exists("node_modules/changes/node_modules/inner/index.js"));
  CHECK(world.exists("node_modules/changes/node_modules/other/index.js"));
  CHECK(world.exists("node_modules/stays/node_modules/comes/index.js"));
  World fresh;
  fresh.wanted = world.wanted;
  fresh.source.answers = world.source.answers;
  fresh.install();
  CHECK(test::compare_trees(fresh.tree(), world.tree()).empty());
}

TEST_CASE("Install: links are relative, kept when right, replaced when not", "[install]") {
  World world;
  test::write_text(world.directory / "packages/ws/package.json", "{}");
  LockPackage link;
  link.link = true;
  link.resolved = "packages/ws";
  world.wanted.packages["packages/ws"] = {};
  world.wanted.packages["node_modules/@s/ws"] = link;
  world.add("packages/ws/node_modules/dep");
  world.install();
  CHECK(fs::read_symlink(world.node_modules() / "@s/ws") == "../../packages/ws");
  CHECK(world.exists("packages/ws/node_modules/dep/index.js"));
  CHECK(world.exists("node_modules/@s/ws/node_modules/dep/index.js"));

  fs::remove(world.node_modules() / "@s/ws");
  test::write_text(world.node_modules() / "@s/ws/stray.js", "in the way");
  world.actual.tree.packages.erase("node_modules/@s/ws");
  world.install();
  CHECK(fs::read_symlink(world.node_modules() / "@s/ws") == "../../packages/ws");
}

TEST_CASE("Install: nothing is written through links that stand in node_modules", "[install][hostile]") {
  TempDir outside;
  test::write_text(outside / "treasure.txt", "precious");
  World world;
  world.add("node_modules/a");
  world.add("node_modules/@s/b");
  SECTION("a package's place is a link") {
    fs::create_directories(world.node_modules());
    fs::create_directory_symlink(outside.path(), world.node_modules() / "a");
  }
  SECTION("a scope's place is a link") {
    for (int i = 0; i < 20; ++i) world.add("node_modules/@s/more" + std::to_string(i));
    fs::create_directories(world.node_modules());
    fs::create_directory_symlink(outside.path(), world.node_modules() / "@s");
  }
  SECTION("node_modules itself is a link") { fs::create_directory_symlink(outside.path(), world.node_modules()); }
  SECTION(".bin is a link") {
    fs::create_directories(world.node_modules());
    fs::create_directory_symlink(outside.path(), world.node_modules() / ".bin");
    world.wanted.packages["node_modules/a"].manifest.bin = {{"tool", "index.js"}};
  }
  SECTION("a nested node_modules is a link") {
    world.install();
    fs::create_directory_symlink(outside.path(), world.node_modules() / "a/node_modules");
    world.add("node_modules/a/node_modules/c");
  }
  world.install();
  CHECK(std::distance(fs::directory_iterator(outside.path()), fs::directory_iterator()) == 1);
  CHECK(test::read_text(outside / "treasure.txt") == "precious");
  CHECK(world.read("node_modules/a/index.js") == "x");
  CHECK(world.read("node_modules/@s/b/index.js") == "x");
  CHECK(fs::is_directory(fs::symlink_status(world.node_modules())));
  CHECK(fs::is_directory(fs::symlink_status(world.node_modules() / "@s")));
}

TEST_CASE("Install: a kept package that turned into a link is an error, not a way out", "[install][hostile]") {
  TempDir outside;
  World world;
  world.add("node_modules/a");
  world.install();
  fs::remove_all(world.node_modules() / "a");
  fs::create_directory_symlink(outside.path(), world.node_modules() / "a");
  world.add("node_modules/a/node_modules/c");
  const auto result = world.try_install();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "ENOTDIR");
  CHECK(fs::is_empty(outside.path()));
}

TEST_CASE("Install: what must not share its files with the store is copied", "[install]") {
  World world;
  world.add("node_modules/scripted", "1.0.0", {{"index.js", "x"}, {"run.sh", "#!/bin/sh\n"}});
  world.add("node_modules/patched", "1.0.0", {{"index.js", "y"}});
  world.wanted.packages["node_modules/patched"].patched = Json{{"path", "p.patch"}, {"integrity", "sha512-x"}};
  world.add("node_modules/plain", "1.0.0", {{"index.js", "z"}});
  world.options.copy_files = [](std::string_view location, const LockPackage&) {
    return location == "node_modules/scripted";
  };
  world.install();
  CHECK(links_of(world.node_modules() / "scripted/index.js") == 1);
  CHECK(links_of(world.node_modules() / "patched/index.js") == 1);
  CHECK(links_of(world.node_modules() / "plain/index.js") == 2);
  CHECK(world.report.copied_files == 5);
  test::write_text(world.node_modules() / "scripted/index.js", "vandalised");
  CHECK(world.store->verify(false)->problems.empty());
}

TEST_CASE("Install: a failed download leaves the project as it was", "[install]") {
  World world;
  SECTION("a fresh project has no node_modules afterwards") {
    world.add("node_modules/a");
    world.add("node_modules/b").resolved = "https://registry.example/missing.tgz";
    const auto result = world.try_install();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "E404");
    REQUIRE_FALSE(result.error().context.empty());
    CHECK(result.error().context.back().find("node_modules/b") != std::string::npos);
    CHECK_FALSE(world.exists("node_modules"));
  }
  SECTION("an existing tree is untouched") {
    world.add("node_modules/a");
    world.add("node_modules/goes");
    world.install();
    const auto before = world.tree();
    world.wanted.packages.erase("node_modules/goes");
    world.add("node_modules/a", "2.0.0");
    world.add("node_modules/b").resolved = "https://registry.example/missing.tgz";
    CHECK_FALSE(world.try_install());
    CHECK(test::compare_trees(before, world.tree()).empty());
  }
  SECTION("a tarball that is no tarball fails, too") {
    world.add_tarball("node_modules/a", "1.0.0", TarBuilder().add("package/../../x", "").tgz());
    CHECK(world.try_install().error().code == "ETARTRAVERSAL");
    CHECK_FALSE(world.exists("node_modules"));
  }
}

TEST_CASE("Install: an error while linking takes everything back", "[install]") {
  World world;
  world.add("node_modules/a");
  world.add("node_modules/goes");
  world.install();
  const auto before = world.tree();
  world.wanted.packages.erase("node_modules/goes");
  world.add("node_modules/a", "2.0.0");
  world.add("node_modules/b", "1.0.0", {{"index.js", "b"}});
  // Fill the store, then damage it behind the index's back.
  Store::Writer writer(*world.store);
  for (const auto& [url, tarball] : world.source.answers) REQUIRE(writer.add(*tarball));
  const Integrity integrity = Integrity::parse(world.wanted.packages["node_modules/b"].integrity).value();
  world.source.answers.clear();  // and it cannot be had again
  fs::remove(world.store->root() / "p" / world.store->find(integrity)->directory / "index.js");
  const auto result = world.try_install();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "ESTOREDAMAGED");
  CHECK(test::compare_trees(before, world.tree()).empty());
}

TEST_CASE("Install: what the store has lost is fetched again", "[install]") {
  World world;
  world.add("node_modules/a", "1.0.0", {{"lib/a.js", "a"}, {"index.js", "x"}});
  world.add("node_modules/b/node_modules/a", "1.0.0", {{"lib/a.js", "a"}, {"index.js", "x"}});
  world.add("node_modules/b", "1.0.0", {{"index.js", "b"}});
  world.install();
  const auto before = world.tree();
  fs::remove_all(world.node_modules());
  world.actual = {};
  const Integrity integrity = Integrity::parse(world.wanted.packages["node_modules/a"].integrity).value();
  const fs::path stored = world.store->root() / "p" / world.store->find(integrity)->directory;
  SECTION("a file") { fs::remove(stored / "lib/a.js"); }
  SECTION("the whole directory") { fs::remove_all(stored); }
  SECTION("a file of a package that is copied") {
    world.options.copy_files = [](std::string_view, const LockPackage&) { return true; };
    fs::remove(stored / "lib/a.js");
  }
  world.install();
  CHECK(test::compare_trees(before, world.tree()).empty());
  CHECK(world.source.asked.size() == 3);
  CHECK(world.store->verify(false)->problems.empty());
}

TEST_CASE("Install: an optional package that cannot be had is dropped with its set", "[install]") {
  World world;
  world.add("node_modules/host").manifest.optional_dependencies = {{"broken", "*"}, {"fine", "*"}};
  world.add("node_modules/fine").optional = true;
  LockPackage& broken = world.add("node_modules/broken");
  broken.optional = true;
  broken.resolved = "https://registry.example/missing.tgz";
  broken.manifest.dependencies = {{"only-broken", "*"}, {"nested", "*"}};
  world.add("node_modules/only-broken", "3.0.0").optional = true;
  world.add("node_modules/broken/node_modules/nested", "4.0.0").optional = true;
  world.install();
  CHECK(world.exists("node_modules/host"));
  CHECK(world.exists("node_modules/fine"));
  CHECK_FALSE(world.exists("node_modules/broken"));
  CHECK_FALSE(world.exists("node_modules/only-broken"));
  REQUIRE(world.report.dropped.size() == 3);
  CHECK(world.report.dropped[0].location == "node_modules/broken");
  CHECK(world.report.dropped[0].error.code == "E404");
  CHECK(world.report.placed.size() == 2);
}

TEST_CASE("Install: tarballs without integrity are fetched each time, git commits once", "[install]") {
  World world;
  world.add("node_modules/remote").integrity.clear();
  LockPackage& git = world.add("node_modules/git");
  git.integrity.clear();
  const std::string url = "git+ssh://git@host.example/x.git#" + std::string(40, 'a');
  world.source.answers.insert_or_assign(url, world.source.answers.at(git.resolved));
  git.resolved = url;
  world.install();
  CHECK(world.source.asked.size() == 2);
  fs::remove_all(world.node_modules());
  world.actual = {};
  world.install();
  REQUIRE(world.source.asked.size() == 3);
  CHECK(world.source.asked.back().find("/remote-") != std::string::npos);
}

TEST_CASE("Install: a local tarball's path is made absolute, an entry without source is refused", "[install]") {
  World world;
  world.source.in_caller = true;
  LockPackage& entry = world.add("node_modules/a");
  const auto answer = world.source.answers.at(entry.resolved);
  entry.resolved = "file:../pkgs/a.tgz";
  world.source.answers.insert_or_assign("file:" + (world.directory.path().parent_path() / "pkgs/a.tgz").string(),
                                        answer);
  world.install();
  CHECK(world.exists("node_modules/a/index.js"));
  world.add("node_modules/b", "9.0.0").resolved.clear();
  const auto result = world.try_install();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "ELOCKFILE");
  world.options.tarball_url = [](std::string_view location, const LockPackage&) {
    return location == "node_modules/b" ? std::string("https://registry.example/b-9.0.0.tgz") : std::string();
  };
  world.install();
  CHECK(world.exists("node_modules/b/index.js"));
}

TEST_CASE("Bins: links are relative, targets executable, first lines mended", "[install][bins]") {
  World world;
  world
      .add("node_modules/a", "1.0.0", {{"bin/tool.js", "#!/usr/bin/env node\r\nx\r\n"}},
           R"(,"bin":{"tool":"bin/tool.js"})")
      .manifest.bin = {{"tool", "bin/tool.js"}};
  // The lockfile names a bin that the package.json does not: mended on a copy, never in the store.
  world.add("node_modules/@s/b", "1.0.0", {{"cli.js", "#!/usr/bin/env node\r\ny\r\n"}}).manifest.bin = {
      {"b", "./cli.js"}, {"gone", "missing.js"}};
  world.add("node_modules/a/node_modules/c", "1.0.0", {{"c.js", "c"}}).manifest.bin = {{"c", "c.js"}};
  world.install();
  CHECK(fs::read_symlink(world.node_modules() / ".bin/tool") == "../a/bin/tool.js");
  CHECK(fs::read_symlink(world.node_modules() / ".bin/b") == "../@s/b/cli.js");
  CHECK(fs::read_symlink(world.node_modules() / "a/node_modules/.bin/c") == "../c/c.js");
  CHECK_FALSE(world.exists("node_modules/.bin/gone"));
  CHECK_FALSE(world.exists("node_modules/.bin/c"));
  CHECK(mode_of(world.node_modules() / ".bin/tool") == 0755);
  CHECK(mode_of(world.node_modules() / ".bin/b") == 0755);
  CHECK(mode_of(world.node_modules() / "a/node_modules/.bin/c") == 0755);
  CHECK(world.read("node_modules/a/bin/tool.js") == "#!/usr/bin/env node\nx\r\n");
  CHECK(world.read("node_modules/@s/b/cli.js") == "#!/usr/bin/env node\ny\r\n");
  CHECK(links_of(world.node_modules() / "@s/b/cli.js") == 1);
  CHECK(world.store->verify(false)->problems.empty());
}

TEST_CASE("Bins: the shallowest package wins a name, then the first by name", "[install][bins]") {
  World world;
  for (const char* name : {"node_modules/zebra", "node_modules/apple", "node_modules/Mango"})
    world.add(name, "1.0.0", {{"t.js", name}}).manifest.bin = {{"t", "t.js"}};
  world.install();
  CHECK(fs::read_symlink(world.node_modules() / ".bin/t") == "../apple/t.js");
}

TEST_CASE("Bins: names and targets cannot lead out of their folders", "[install][bins][hostile]") {
  World world;
  world.add("node_modules/a", "1.0.0", {{"x.js", "x"}}).manifest.bin = {
      {"../../escaped", "x.js"}, {"..", "x.js"},           {".", "x.js"},
      {"/abs", "x.js"},          {"out", "../../../x.js"}, {"dir\\..\\..\\back", "x.js"}};
  test::write_text(world.directory / "x.js", "outside");
  world.install();
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(world.node_modules() / ".bin")) {
    names.insert(entry.path().filename().string());
    CHECK(fs::read_symlink(entry.path()) == "../a/x.js");
  }
  CHECK(names == std::set<std::string>{"escaped", "abs", "out", "back"});
  CHECK_FALSE(world.exists("escaped"));
  CHECK(mode_of(world.directory / "x.js") != 0755);
}

TEST_CASE("Bins: links of removed and replaced packages go, links of others stay", "[install][bins]") {
  World world;
  world.add("node_modules/a", "1.0.0", {{"a.js", "a"}}).manifest.bin = {{"a", "a.js"}, {"shared", "a.js"}};
  world.add("node_modules/b", "1.0.0", {{"b.js", "b"}}).manifest.bin = {{"b-old", "b.js"}, {"b", "b.js"}};
  world.install();
  fs::remove(world.node_modules() / ".bin/shared");
  fs::create_symlink("../mine/own.js", world.node_modules() / ".bin/shared");
  world.wanted.packages.erase("node_modules/a");
  world.add("node_modules/b", "2.0.0", {{"b.js", "b2"}}).manifest.bin = {{"b", "b.js"}};
  world.install();
  CHECK_FALSE(world.exists("node_modules/.bin/a"));
  CHECK_FALSE(world.exists("node_modules/.bin/b-old"));
  CHECK(world.exists("node_modules/.bin/b"));
  CHECK(world.exists("node_modules/.bin/shared"));
}

TEST_CASE("Bins: global packages link into the prefix and respect what is there", "[install][bins]") {
  World world;
  world.options.global = true;
  world.options.global_bin = world.directory / "bin";
  world.options.root = world.directory / "lib";
  world.add("node_modules/tool", "1.0.0", {{"t.js", "t"}}).manifest.bin = {{"t", "t.js"}};
  test::write_text(world.directory / "bin/t", "someone else's");
  CHECK(world.try_install().error().code == "EEXIST");
  CHECK(test::read_text(world.directory / "bin/t") == "someone else's");
  world.options.force = true;
  REQUIRE(world.try_install());
  CHECK(fs::read_symlink(world.directory / "bin/t") == "../lib/node_modules/tool/t.js");
  world.options.force = false;
  REQUIRE(world.try_install());
}

TEST_CASE("Install: killed at any step, the next install ends with the wanted tree", "[install][crash]") {
  // Answers come in the caller's thread, so that no other thread lives when the process is forked.
  World reference;
  reference.source.in_caller = true;
  for (int i = 0; i < 6; ++i)
    reference.add("node_modules/p" + std::to_string(i), "1." + std::to_string(i) + ".0",
                  {{"a.js", "a"}, {"b/c.js", "c"}});
  reference.add("node_modules/p0/node_modules/inner");
  reference.install();
  const auto expected = reference.tree();

  /// Dies at the N-th sign of progress: between fetches and between linked folders.
  class Killer final : public Reporter {
   public:
    explicit Killer(int at) : left_(at) {}
    void log(LogLevel, std::string_view, std::string_view) override {}
    void progress(const Progress&) override {
      if (left_.fetch_sub(1) == 0) ::kill(::getpid(), SIGKILL);
    }

   private:
    std::atomic<int> left_;
  };

  for (int step = 0;; ++step) {
    CAPTURE(step);
    World world;
    world.source.in_caller = true;
    world.wanted = reference.wanted;
    world.source.answers = reference.source.answers;
    // An older tree, so that folders are replaced and removed as well.
    world.add("node_modules/p1", "0.1.0", {{"old.js", "old"}});
    world.add("node_modules/old");
    for (const char* later : {"node_modules/p2", "node_modules/p3", "node_modules/p4"})
      world.wanted.packages.erase(later);
    world.install();
    world.wanted = reference.wanted;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Killer killer(step);
      const auto plan = world.plan();
      auto store = Store::open(world.cache.path());
      const bool done = apply_plan(world.wanted, *plan, **store, world.source, killer, world.options).has_value();
      ::_exit(done ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const std::string marker = world.read("node_modules/.hoist-incomplete");
    CHECK(marker.ends_with("end\n"));
    // What the next run reads from the marker.
    for (const auto& [location, entry] : world.wanted.packages)
      if (marker.find("\n" + location + "\n") != std::string::npos) world.actual.uncertain.insert(location);
    CHECK(world.actual.uncertain.contains("node_modules/p1"));
    CHECK_FALSE(world.actual.uncertain.contains("node_modules/p0"));
    world.open_store();
    world.install();
    CHECK(test::compare_trees(expected, world.tree()).empty());
    CHECK(world.store->verify(false)->problems.empty());
    if (WIFEXITED(status)) {
      CHECK(WEXITSTATUS(status) == 0);
      CHECK(step > 6);
      break;
    }
  }
}

TEST_CASE("Install: one at a time in a project", "[install][concurrency]") {
  TempDir project;
  class Listener final : public Reporter {
   public:
    void log(LogLevel, std::string_view, std::string_view message) override {
      const std::scoped_lock lock(mutex);
      told = message;
      heard.notify_all();
    }
    std::mutex mutex;
    std::condition_variable heard;
    std::string told;
  } listener;
  auto first = ProjectLock::acquire(project.path(), listener);
  REQUIRE(first);
  CHECK(ProjectLock::acquire(project.path(), listener, false).error().code == "EINSTALLBUSY");
  std::atomic<bool> second_has_it{false};
  std::jthread second([&] {
    const auto lock = ProjectLock::acquire(project.path(), listener);
    second_has_it = lock.has_value();
  });
  {
    std::unique_lock lock(listener.mutex);
    listener.heard.wait(lock, [&] { return listener.told.find("waiting") != std::string::npos; });
  }
  CHECK_FALSE(second_has_it);
  first->release();
  second.join();
  CHECK(second_has_it);
  CHECK(fs::is_empty(project.path()));
}
