#include "hoist/installer/actual_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "hoist/installer/install.hpp"
#include "hoist/lockfile/read.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::installer;
using hoist::test::TempDir;
using hoist::test::write_text;
using lockfile::Lockfile;
using lockfile::LockPackage;
namespace fs = std::filesystem;

namespace {

void put_package(const fs::path& folder, const std::string& name, const std::string& version,
                 const std::string& extra = "") {
  write_text(folder / "package.json", R"({"name":")" + name + R"(","version":")" + version + "\"" + extra + "}");
}

/// Moves a file's time by seconds, so that no test depends on how fast it runs.
void shift_time(const fs::path& path, int seconds) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  const timespec times[2] = {status.st_atim, {status.st_mtim.tv_sec + seconds, status.st_mtim.tv_nsec}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

/// A project with its hidden lockfile.
struct Project {
  TempDir directory;
  Lockfile wanted;

  Project() {
    wanted.packages[""].manifest.name = "project";
    put_package(directory.path(), "project", "1.0.0");
    add("node_modules/a");
    add("node_modules/a/node_modules/@s/b");
    add("node_modules/@s/c");
    put_package(directory / "packages/ws", "ws", "1.0.0");
    wanted.packages["packages/ws"].manifest.version = "1.0.0";
    add("packages/ws/node_modules/d");
    LockPackage link;
    link.link = true;
    link.resolved = "packages/ws";
    wanted.packages["node_modules/ws"] = link;
    fs::create_directory_symlink("../packages/ws", directory / "node_modules/ws");
    finish();
  }
  void add(const std::string& location) {
    put_package(directory / location, std::string(lockfile::name_of_location(location)), "1.0.0");
    LockPackage entry;
    entry.manifest.version = "1.0.0";
    entry.resolved = "https://registry.example/x.tgz";
    entry.integrity = "sha512-" + std::string(86, 'A') + "==";
    wanted.packages[location] = entry;
  }
  void finish(const InstallPlan& plan = {}, const InstallReport& report = {}) {
    InstallOptions options;
    options.root = directory.path();
    REQUIRE(finish_install(wanted, plan, report, options, {}));
  }
  [[nodiscard]] fs::path hidden() const { return directory / "node_modules/.package-lock.json"; }
  [[nodiscard]] ActualTree read(const ActualTreeOptions& options = {}) const {
    auto actual = read_actual_tree(directory.path(), options);
    REQUIRE(actual);
    return *std::move(actual);
  }
};

std::set<std::string> locations(const ActualTree& actual) {
  std::set<std::string> result;
  for (const auto& [location, entry] : actual.tree.packages) result.insert(location);
  return result;
}

}  // namespace

TEST_CASE("Actual tree: a finished install is believed and needs nothing more", "[actual]") {
  const Project project;
  const ActualTree actual = project.read();
  CHECK(actual.from_hidden_lockfile);
  CHECK(locations(actual) == std::set<std::string>{"", "node_modules/a", "node_modules/a/node_modules/@s/b",
                                                   "node_modules/@s/c", "node_modules/ws", "packages/ws",
                                                   "packages/ws/node_modules/d"});
  CHECK(actual.tree.packages.at("node_modules/a").integrity == project.wanted.packages.at("node_modules/a").integrity);
  PlanOptions options;
  options.platform = {"linux", "x64", "glibc"};
  CHECK(make_plan(project.wanted, actual, options)->empty());
}

TEST_CASE("Actual tree: the hidden lockfile has no root, and not what was left out", "[actual]") {
  Project project;
  InstallPlan plan;
  plan.skipped = {{"node_modules/a", SkipReason::kPlatform}};
  InstallReport report;
  report.dropped.push_back({"node_modules/@s/c", {}});
  LockPackage extra;
  extra.manifest.version = "9.0.0";
  plan.left["node_modules/extra"] = extra;
  project.finish(plan, report);
  const auto hidden = lockfile::read_lockfile(project.hidden());
  REQUIRE(hidden);
  REQUIRE(*hidden);
  std::set<std::string> listed;
  for (const auto& [location, entry] : (*hidden)->packages) listed.insert(location);
  CHECK(listed ==
        std::set<std::string>{"node_modules/extra", "node_modules/ws", "packages/ws", "packages/ws/node_modules/d"});
}

TEST_CASE("Actual tree: the hidden lockfile is not believed when the disk says otherwise", "[actual]") {
  Project project;
  const fs::path modules = project.directory / "node_modules";
  SECTION("a package is newer") { shift_time(modules / "a", 60); }
  SECTION("a nested package is newer") { shift_time(modules / "a/node_modules/@s/b", 60); }
  SECTION("a scope folder is newer") { shift_time(modules / "@s", 60); }
  SECTION("a package below a workspace is newer") { shift_time(project.directory / "packages/ws/node_modules/d", 60); }
  SECTION("the lockfile is older than everything") { shift_time(project.hidden(), -60); }
  const auto keep_times = [&] { shift_time(project.hidden(), 60); };
  SECTION("something unlisted is there") {
    put_package(modules / "extra", "extra", "1.0.0");
    keep_times();
  }
  SECTION("something unlisted is nested") {
    put_package(modules / "@s/c/node_modules/extra", "extra", "1.0.0");
    keep_times();
  }
  SECTION("something listed is missing") {
    fs::remove_all(modules / "@s/c");
    keep_times();
  }
  SECTION("a link stands for a folder") {
    fs::remove_all(modules / "@s/c");
    fs::create_directory_symlink("../../packages/ws", modules / "@s/c");
    keep_times();
  }
  SECTION("a folder stands for a link") {
    fs::remove(modules / "ws");
    put_package(modules / "ws", "ws", "1.0.0");
    keep_times();
  }
  SECTION("a link is missing") {
    fs::remove(modules / "ws");
    keep_times();
  }
  SECTION("it is damaged") { write_text(project.hidden(), "{ this is no json"); }
  SECTION("an install was killed") {
    write_text(modules / ".hoist-incomplete", "hoist install in progress, version 1\nnode_modules/a\nend\n");
  }
  CHECK_FALSE(project.read().from_hidden_lockfile);
}

TEST_CASE("Actual tree: files and dot folders in node_modules do not matter", "[actual]") {
  const Project project;
  write_text(project.directory / "node_modules/.cache/x", "x");
  write_text(project.directory / "node_modules/notes.txt", "x");
  shift_time(project.hidden(), 60);
  CHECK(project.read().from_hidden_lockfile);
  CHECK_FALSE(project.read({.use_hidden_lockfile = false}).from_hidden_lockfile);
}

TEST_CASE("Actual tree: the marker of a killed install says what is uncertain", "[actual]") {
  const Project project;
  const fs::path marker = project.directory / "node_modules/.hoist-incomplete";
  write_text(marker, "hoist install in progress, version 1\nnode_modules/a\nnode_modules/@s/c\nend\n");
  const ActualTree some = project.read();
  CHECK_FALSE(some.is_certain("node_modules/a"));
  CHECK_FALSE(some.is_certain("node_modules/@s/c"));
  CHECK(some.is_certain("node_modules/ws"));
  for (const char* torn : {"", "hoist install in progress, version 1\nnode_modules/a\n",
                           "hoist install in progress, version 1\nnode_modules/a\nen", "something else\nend\n",
                           "hoist install in progress, version 1\nend"}) {
    write_text(marker, torn);
    CAPTURE(torn);
    CHECK_FALSE(project.read().is_certain("node_modules/ws"));
  }
}

TEST_CASE("Actual tree: read off the disk, sources are lent by the lockfile where versions agree", "[actual]") {
  Project project;
  fs::remove(project.hidden());
  put_package(project.directory / "node_modules/@s/c", "@s/c", "2.0.0",
              R"(,"bin":"c.js","dependencies":{"a":"^1.0.0"})");
  put_package(project.directory / "node_modules/alias", "real-name", "1.0.0");
  write_text(project.directory / "node_modules/broken/package.json", "{ not json");
  fs::create_directories(project.directory / "node_modules/empty");
  fs::create_directory_symlink("../nowhere", project.directory / "node_modules/dangling");
  const ActualTree actual = project.read({.lock = &project.wanted});
  const auto& packages = actual.tree.packages;
  CHECK(locations(actual) == std::set<std::string>{"", "node_modules/a", "node_modules/a/node_modules/@s/b",
                                                   "node_modules/@s/c", "node_modules/alias", "node_modules/broken",
                                                   "node_modules/dangling", "node_modules/empty", "node_modules/ws",
                                                   "packages/ws", "packages/ws/node_modules/d"});
  CHECK(packages.at("node_modules/a").integrity == project.wanted.packages.at("node_modules/a").integrity);
  CHECK(packages.at("node_modules/a").manifest.name.empty());
  CHECK(packages.at("node_modules/@s/c").manifest.version == "2.0.0");
  CHECK(packages.at("node_modules/@s/c").integrity.empty());
  CHECK(packages.at("node_modules/@s/c").manifest.bin.size() == 1);
  CHECK(packages.at("node_modules/@s/c").manifest.dependencies.size() == 1);
  CHECK(packages.at("node_modules/alias").manifest.name == "real-name");
  CHECK(packages.at("node_modules/broken").manifest.version.empty());
  CHECK(packages.at("node_modules/ws").link);
  CHECK(packages.at("node_modules/ws").resolved == "packages/ws");
  CHECK(packages.at("node_modules/dangling").link);
  CHECK(packages.at("packages/ws").manifest.version == "1.0.0");
  CHECK(packages.at("").manifest.name == "project");
  PlanOptions options;
  options.platform = {"linux", "x64", "glibc"};
  const auto plan = make_plan(project.wanted, actual, options);
  REQUIRE(plan);
  REQUIRE(plan->packages.size() == 1);
  CHECK(plan->packages[0].location == "node_modules/@s/c");
  CHECK(plan->removals.size() == 4);
}

TEST_CASE("Actual tree: links that run in circles end", "[actual][hostile]") {
  TempDir project;
  put_package(project / "node_modules/a", "a", "1.0.0");
  fs::create_directories(project / "node_modules/a/node_modules");
  fs::create_directory_symlink("../..", project / "node_modules/a/node_modules/up");
  fs::create_directory_symlink("..", project / "node_modules/self");
  fs::create_directory_symlink("loop2", project / "node_modules/loop1");
  fs::create_directory_symlink("loop1", project / "node_modules/loop2");
  const auto actual = read_actual_tree(project.path());
  REQUIRE(actual);
  CHECK(actual->tree.packages.contains("node_modules/a"));
  CHECK(actual->tree.packages.at("node_modules/self").link);
}

TEST_CASE("Actual tree: a project without node_modules holds nothing, a missing project is an error", "[actual]") {
  TempDir project;
  CHECK(read_actual_tree(project.path())->tree.packages.empty());
  CHECK(read_actual_tree(project / "missing").error().code == "ENOENT");
}
