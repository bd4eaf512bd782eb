// The embedded stores against the conformance suites, and what is special about them.
#include "blob_conformance.hpp"
#include "hoist/registry/directory_blob_store.hpp"
#include "hoist/registry/sqlite_store.hpp"
#include "metadata_conformance.hpp"
#include "storage/sqlite/database.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace hoist::registry;
using namespace hoist::test;

namespace {

std::unique_ptr<MetadataStore> open_store(const std::filesystem::path& path) {
  auto store = open_sqlite_store(path.string());
  if (!store) throw std::runtime_error(store.error().message);
  return *std::move(store);
}

/// Stores below one temporary folder, each call a new one.
class Factory {
 public:
  MetadataStoreFactory metadata() {
    return [this] { return open_store(folder_ / (std::to_string(++count_) + ".db")); };
  }
  BlobStoreFactory blobs() {
    return [this] {
      auto store = open_directory_blob_store(folder_ / std::to_string(++count_));
      if (!store) throw std::runtime_error(store.error().message);
      return *std::move(store);
    };
  }

 private:
  TempDir folder_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("SqliteStore: conforms on publishing", "[registry][store]") { check_publishing(Factory().metadata()); }
TEST_CASE("SqliteStore: conforms on patching", "[registry][store]") { check_patching(Factory().metadata()); }
TEST_CASE("SqliteStore: conforms on removal", "[registry][store]") { check_removal(Factory().metadata()); }
TEST_CASE("SqliteStore: conforms on changes and settings", "[registry][store]") { check_changes(Factory().metadata()); }
TEST_CASE("SqliteStore: conforms with parallel writers", "[registry][store]") {
  check_parallel_writers(Factory().metadata());
}
TEST_CASE("SqliteStore: conforms on users and tokens", "[registry][store]") { check_accounts(Factory().metadata()); }
TEST_CASE("SqliteStore: conforms on organisations and teams", "[registry][store]") {
  check_teams(Factory().metadata());
}
TEST_CASE("SqliteStore: conforms on short-lived rows", "[registry][store]") { check_ephemerals(Factory().metadata()); }
TEST_CASE("SqliteStore: conforms on blob condemnation", "[registry][store]") {
  check_blob_condemnation(Factory().metadata());
}
TEST_CASE("DirectoryBlobStore: conforms", "[registry][store]") { check_blob_store(Factory().blobs()); }
TEST_CASE("DirectoryBlobStore: conforms with parallel writers", "[registry][store]") {
  check_parallel_blob_writers(Factory().blobs());
}

TEST_CASE("SqliteStore: everything is there after it is opened again", "[registry][store]") {
  const TempDir folder;
  std::uint64_t sequence = 0;
  {
    const auto store = open_store(folder / "r.db");
    REQUIRE(store->publish(publish_command("left", "1.0.0")));
    sequence = store->package_sequence();
  }
  const auto store = open_store(folder / "r.db");
  CHECK(store->package_sequence() == sequence);
  CHECK((*store->load_package("left"))->versions.size() == 1);
}

TEST_CASE("SqliteStore: a change by another program that shares the file is noticed", "[registry][store]") {
  const TempDir folder;
  const auto server = open_store(folder / "r.db"), tool = open_store(folder / "r.db");
  const auto before = server->account_sequence();
  REQUIRE(tool->add_user({.name = "alice"}));
  // Looked for ten times a second.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (server->account_sequence() == before && std::chrono::steady_clock::now() < deadline) {
  }
  CHECK(server->account_sequence() != before);
}

TEST_CASE("SqliteStore: a backup is a store of its own with the same rows", "[registry][store]") {
  const TempDir folder;
  const auto store = open_store(folder / "r.db");
  REQUIRE(store->publish(publish_command("left", "1.0.0")));
  REQUIRE(store->backup_to((folder / "copy.db").string()));
  REQUIRE(store->publish(publish_command("right", "1.0.0")));
  const auto copy = open_store(folder / "copy.db");
  CHECK(copy->list_packages("", 10) == std::vector<std::string>{"left"});
  CHECK(copy->check_integrity()->empty());
}

TEST_CASE("SqliteStore 56: a file of a newer program is refused and left as it is", "[registry][store]") {
  const TempDir folder;
  const std::string path = (folder / "r.db").string();
  {
    REQUIRE(open_store(path)->publish(publish_command("left", "1.0.0")));
  }
  {
    const auto database = sqlite::Database::open(path, sqlite::Database::Mode::kReadWrite);
    REQUIRE(database);
    REQUIRE((*database)->run_script("PRAGMA user_version=99"));
  }
  const auto refused = open_sqlite_store(path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "ESCHEMA");
  {
    const auto database = sqlite::Database::open(path, sqlite::Database::Mode::kReadWrite);
    REQUIRE((*database)->run_script("PRAGMA user_version=1"));
  }
  CHECK((*open_store(path)->load_package("left"))->versions.size() == 1);
}
