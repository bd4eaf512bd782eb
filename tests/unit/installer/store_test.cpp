#include "hoist/installer/store.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "hoist/base/file.hpp"
#include "support/catch.hpp"
#include "support/tar_builder.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::installer;
using hoist::test::TarBuilder;
using hoist::test::TempDir;
namespace fs = std::filesystem;

namespace {

package::Tarball tarball(std::string bytes) {
  Integrity integrity = Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes));
  return {std::move(bytes), std::move(integrity)};
}

package::Tarball sample(const std::string& name = "sample", const std::string& version = "1.0.0") {
  return tarball(
      TarBuilder()
          .add("package/package.json", R"({"name":")" + name + R"(","version":")" + version +
                                           R"(","bin":{"sample":"./bin/run.js"},"scripts":{"postinstall":"x"}})")
          .add("package/bin/run.js", "#!/usr/bin/env node\r\nrun()\r\n")
          .add("package/lib/deep/a.js", "a = 1\n")
          .directory("package/empty/")
          .tgz());
}

std::unique_ptr<Store> open_store(const TempDir& cache, StoreOptions options = {}) {
  auto store = Store::open(cache.path(), options);
  REQUIRE(store);
  return std::move(*store);
}

const StoredPackage* add(Store& store, const package::Tarball& tarball) {
  Store::Writer writer(store);
  auto added = writer.add(tarball);
  if (!added) FAIL(added.error().code << ": " << added.error().message);
  return *added;
}

std::vector<std::string> files_of(const StoredPackage& package) {
  std::vector<std::string> paths;
  package.for_each_file([&](const StoredFile& file) { paths.emplace_back(file.path); });
  return paths;
}

fs::path directory_of(const Store& store, const StoredPackage& package) {
  return store.root() / "p" / package.directory;
}

std::size_t entries_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("Store: a tarball becomes a directory and a record", "[store]") {
  const TempDir cache;
  auto store = open_store(cache);
  const package::Tarball bytes = sample();
  CHECK(store->find(bytes.integrity) == nullptr);
  const StoredPackage* package = add(*store, bytes);
  REQUIRE(package != nullptr);
  CHECK(package->name == "sample");
  CHECK(package->version == "1.0.0");
  CHECK(package->has_install_script);
  CHECK_FALSE(package->has_binding_gyp);
  CHECK_FALSE(package->has_bundled);
  CHECK(files_of(*package) == std::vector<std::string>{"package.json", "bin/run.js", "lib/deep/a.js"});
  std::vector<std::string> directories;
  package->for_each_directory([&](std::string_view path) { directories.emplace_back(path); });
  CHECK(directories == std::vector<std::string>{"bin", "lib", "lib/deep", "empty"});
  CHECK(read_file(directory_of(*store, *package) / "lib/deep/a.js").value() == "a = 1\n");
  CHECK(fs::is_directory(directory_of(*store, *package) / "empty"));
  CHECK(store->find(bytes.integrity) == package);
}

TEST_CASE("Store: bins are executable and their first line ends as a kernel expects", "[store]") {
  const TempDir cache;
  auto store = open_store(cache);
  const StoredPackage* package = add(*store, sample());
  struct stat status{};
  REQUIRE(::stat((directory_of(*store, *package) / "bin/run.js").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0755U);
  CHECK(read_file(directory_of(*store, *package) / "bin/run.js").value() == "#!/usr/bin/env node\nrun()\r\n");
  CHECK(package->find_file("bin/run.js")->mode == 0755);
  CHECK(package->find_file("bin/run.js")->size == static_cast<std::uint64_t>(status.st_size));
  CHECK(package->find_file("lib/deep/a.js")->mode == 0644);
  CHECK(store->verify(false)->problems.empty());
}

TEST_CASE("Store: the record outlives the process", "[store]") {
  const TempDir cache;
  const package::Tarball a = sample("a"), b = sample("b", "2.0.0");
  add(*open_store(cache), a);
  add(*open_store(cache), b);
  auto store = open_store(cache);
  const StoredPackage* found = store->find(a.integrity);
  REQUIRE(found != nullptr);
  CHECK(found->name == "a");
  CHECK(files_of(*found).size() == 3);
  REQUIRE(store->find(b.integrity) != nullptr);
  CHECK(store->find(b.integrity)->version == "2.0.0");
}

TEST_CASE("Store: an index that is lost, cut or overwritten is made again from the directories", "[store]") {
  const TempDir cache;
  const package::Tarball a = sample("a"), b = sample("b");
  fs::path index;
  {
    auto store = open_store(cache);
    add(*store, a);
    add(*store, b);
    index = store->root() / "index";
  }
  const std::string whole = read_file(index).value();
  const auto check = [&](std::string_view what) {
    INFO(what);
    auto store = open_store(cache);
    for (const package::Tarball* each : {&a, &b}) {
      const StoredPackage* found = store->find(each->integrity);
      REQUIRE(found != nullptr);
      CHECK(files_of(*found).size() == 3);
      CHECK(found->has_install_script);
    }
    // And the next process reads what was made again.
    CHECK(open_store(cache)->find(a.integrity) != nullptr);
  };
  fs::remove(index);
  check("lost");
  for (std::size_t length = 0; length < whole.size(); length += 13) {
    REQUIRE(atomic_write(index, std::string_view(whole).substr(0, length)));
    check("cut at " + std::to_string(length));
  }
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    REQUIRE(atomic_write(index, damaged));
    check("damaged at " + std::to_string(at));
  }
}

TEST_CASE("Store: appending after a torn write keeps earlier and later records", "[store]") {
  const TempDir cache;
  const package::Tarball a = sample("a"), b = sample("b"), c = sample("c");
  fs::path index;
  std::size_t first = 0;
  {
    auto store = open_store(cache);
    index = store->root() / "index";
    add(*store, a);
    first = fs::file_size(index);
    add(*store, b);
  }
  fs::resize_file(index, first + 100);  // b's record, cut
  add(*open_store(cache), c);
  auto store = open_store(cache);
  for (const package::Tarball* each : {&a, &b, &c}) CHECK(store->find(each->integrity) != nullptr);
  CHECK(store->list()->size() == 3);
}

TEST_CASE("Store: a hostile tarball leaves nothing behind", "[store][hostile]") {
  const TempDir cache;
  auto store = open_store(cache);
  Store::Writer writer(*store);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ETARTRAVERSAL", TarBuilder().add("package/package.json", "{}").add("package/../../../../evil", "x").tgz()},
      {"ETARTRAVERSAL", TarBuilder().add("package/package.json", "{}").add("/evil", "x").tgz()},
      {"ETARLINK", TarBuilder().add("package/package.json", "{}").link("package/l", "../../../..").tgz()},
      {"ETARDEVICE", TarBuilder().add("package/package.json", "{}").link("package/d", "", '3').tgz()},
      {"ETARTOOLARGE", TarBuilder().add("package/package.json", "{}").declare("package/b", 1ULL << 33U).tgz()},
      {"EBADTAR", TarBuilder().add("package/a", "x").add("package/a/b", "x").tgz()},
      {"EBADTAR", TarBuilder().add("package/a/b", "x").add("package/a", "x").tgz()},
      {"EBADTAR", TarBuilder().add("package/a/b", "x").add("package/a/b/c", "x").tgz()},
      {"EBADGZIP", "\x1f\x8b\x08 nothing at all, really nothing"},
  };
  for (const auto& [code, bytes] : cases) {
    const package::Tarball hostile = tarball(bytes);
    const auto added = writer.add(hostile);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == code);
    CHECK(store->find(hostile.integrity) == nullptr);
    CHECK(fs::is_empty(store->root() / "p"));
    for (const auto& session : fs::directory_iterator(store->root() / "tmp")) CHECK(fs::is_empty(session));
  }
  CHECK(entries_in(cache.path()) == 1);
  // The writer is still good for an honest package.
  CHECK(writer.add(sample()));
}

TEST_CASE("Store: limits given at opening are enforced", "[store][hostile]") {
  const TempDir cache;
  StoreOptions options;
  options.limits.max_entries = 2;
  auto store = open_store(cache, options);
  Store::Writer writer(*store);
  CHECK(writer.add(sample()).error().code == "ETARENTRIES");
}

TEST_CASE("Store: a path that an archive repeats keeps its last content", "[store]") {
  const TempDir cache;
  auto store = open_store(cache);
  const StoredPackage* package = add(*store, tarball(TarBuilder()
                                                         .add("package/a", "first")
                                                         .add("package/b", "b")
                                                         .add("package/a", "second!", {.mode = 0755})
                                                         .tgz()));
  CHECK(files_of(*package) == std::vector<std::string>{"b", "a"});
  CHECK(read_file(directory_of(*store, *package) / "a").value() == "second!");
  CHECK(package->find_file("a")->size == 7);
  CHECK(store->verify(false)->problems.empty());
}

TEST_CASE("Store: weak integrities and aliases find what was added for them", "[store]") {
  const TempDir cache;
  package::Tarball bytes = sample();
  const std::string sha1 = hash(HashAlgorithm::kSha1, bytes.bytes);
  const Integrity weak = Integrity::from_digest(HashAlgorithm::kSha1, sha1);
  {
    auto store = open_store(cache);
    Store::Writer writer(*store);
    REQUIRE(writer.add(bytes));
    CHECK(store->find(weak) == nullptr);
    bytes.integrity = Integrity::parse(bytes.integrity.to_string() + " " + weak.to_string()).value();
    REQUIRE(writer.add(bytes, "git+ssh://git@host/a.git#0123"));
    CHECK(store->find(weak) != nullptr);
  }
  auto store = open_store(cache);
  CHECK(store->find(weak) != nullptr);
  CHECK(store->find_alias("git+ssh://git@host/a.git#0123") != nullptr);
  CHECK(store->find_alias("git+ssh://git@host/a.git#4567") == nullptr);
  CHECK(store->find_alias(weak.to_string()) != nullptr);
}

TEST_CASE("Store: many threads adding the same packages end with one directory each", "[store][concurrency]") {
  const TempDir cache;
  auto store = open_store(cache);
  std::vector<package::Tarball> tarballs;
  for (int i = 0; i < 12; ++i) tarballs.push_back(sample("p" + std::to_string(i)));
  std::atomic<int> failures{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        Store::Writer writer(*store);
        for (const auto& each : tarballs) {
          const auto added = writer.add(each);
          if (!added || (*added)->file_count != 3) ++failures;
        }
      });
  }
  CHECK(failures == 0);
  CHECK(entries_in(store->root() / "p") == 12);
  CHECK(store->list()->size() == 12);
  CHECK(store->verify(false)->problems.empty());
}

TEST_CASE("Store: processes that add at once, some killed half way, leave it valid", "[store][concurrency]") {
  const TempDir cache;
  std::vector<package::Tarball> tarballs;
  for (int i = 0; i < 20; ++i) tarballs.push_back(sample("p" + std::to_string(i)));
  std::vector<pid_t> children;
  for (int c = 0; c < 4; ++c) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto store = Store::open(cache.path());
      if (!store) ::_exit(1);
      Store::Writer writer(**store);
      for (std::size_t i = 0; i < tarballs.size(); ++i) {
        if (c >= 2 && i == 7 + static_cast<std::size_t>(c)) ::kill(::getpid(), SIGKILL);
        if (!writer.add(tarballs[i])) ::_exit(2);
      }
      ::_exit(0);  // without destructors: as abrupt as an exit gets
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  }
  auto store = open_store(cache);
  for (const auto& each : tarballs) CHECK(store->find(each.integrity) != nullptr);
  CHECK(store->verify(false)->problems.empty());
  store->remove_leftovers();
  CHECK(fs::is_empty(store->root() / "tmp"));
}

TEST_CASE("Store: another process's temporary files are left alone while it lives", "[store]") {
  const TempDir cache;
  auto first = open_store(cache);
  add(*first, sample("a"));
  CHECK(entries_in(first->root() / "tmp") == 1);
  auto second = open_store(cache);
  add(*second, sample("b"));
  CHECK(entries_in(first->root() / "tmp") == 2);
  first.reset();
  CHECK(entries_in(second->root() / "tmp") == 1);
  fs::create_directories(second->root() / "tmp/dead-session/0/lib");
  second->remove_leftovers();
  CHECK(entries_in(second->root() / "tmp") == 1);
}

TEST_CASE("Store: verify names damaged files and repair removes their packages", "[store]") {
  const TempDir cache;
  const package::Tarball a = sample("a"), b = sample("b"), c = sample("c");
  {
    auto store = open_store(cache);
    const fs::path in_a = directory_of(*store, *add(*store, a));
    const fs::path in_b = directory_of(*store, *add(*store, b));
    add(*store, c);
    std::ofstream(in_a / "lib/deep/a.js") << "a = 2\n";  // same size, other content
    fs::remove(in_b / "package.json");
    const auto report = store->verify(false);
    REQUIRE(report);
    CHECK(report->packages == 3);
    REQUIRE(report->problems.size() == 2);
    for (const StoreProblem& problem : report->problems) {
      if (problem.package == "a@1.0.0") {
        CHECK(problem.path == "lib/deep/a.js");
        CHECK(problem.reason == "has other content");
      } else {
        CHECK(problem.package == "b@1.0.0");
        CHECK(problem.reason == "is missing");
      }
    }
    CHECK(store->verify(true).error().code == "ESTOREBUSY");
  }
  {
    auto store = open_store(cache, {.exclusive = true});
    CHECK(store->verify(true)->removed == 2);
  }
  auto store = open_store(cache);
  CHECK(store->find(a.integrity) == nullptr);
  CHECK(store->find(b.integrity) == nullptr);
  CHECK(store->find(c.integrity) != nullptr);
  add(*store, a);
  CHECK(store->verify(false)->problems.empty());
}

TEST_CASE("Store: prune keeps what a project links, clean removes all", "[store]") {
  const TempDir cache, project;
  const package::Tarball used = sample("used"), unused = sample("unused");
  {
    auto store = open_store(cache);
    const StoredPackage* package = add(*store, used);
    add(*store, unused);
    fs::create_hard_link(directory_of(*store, *package) / "lib/deep/a.js", project.path() / "a.js");
    CHECK(Store::open(cache.path(), {.exclusive = true, .wait = false}).error().code == "ESTOREBUSY");
  }
  {
    auto store = open_store(cache, {.exclusive = true});
    CHECK(store->prune()->packages == 1);
    CHECK(store->find(used.integrity) != nullptr);
    CHECK(store->find(unused.integrity) == nullptr);
  }
  auto store = open_store(cache, {.exclusive = true});
  const auto removal = store->clean();
  REQUIRE(removal);
  CHECK(removal->packages == 1);
  CHECK(removal->bytes > 0);
  CHECK(store->list()->empty());
  CHECK(fs::is_empty(store->root() / "p"));
  CHECK(read_file(project.path() / "a.js").value() == "a = 1\n");
  add(*store, used);
  CHECK(store->list()->size() == 1);
}
