#include "storage/sqlite/sqlite_store.hpp"

namespace hoist::registry::sqlite {

Result<bool> SqliteStore::condemn_blob(std::string_view key) {
  return writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_TRY(const auto used, database.integer("SELECT 1 FROM versions WHERE blob=? LIMIT 1", key));
    if (used) return false;
    HOIST_CHECK(database.execute("INSERT OR REPLACE INTO condemned_blobs(blob, buried) VALUES(?, NULL)", key));
    return true;
  });
}

Result<void> SqliteStore::bury_blob(std::string_view key, Time now) {
  HOIST_CHECK(writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("UPDATE condemned_blobs SET buried=? WHERE blob=?", to_number(now), key));
    return true;
  }));
  return {};
}

Result<bool> SqliteStore::revive_blob(std::string_view key) {
  return writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM condemned_blobs WHERE blob=? AND buried IS NOT NULL", key));
    HOIST_TRY(const auto left, database.integer("SELECT 1 FROM condemned_blobs WHERE blob=?", key));
    return !left.has_value();
  });
}

Result<std::vector<std::string>> SqliteStore::list_condemned_blobs() {
  return read<std::vector<std::string>>([](Database& database) -> Result<std::vector<std::string>> {
    std::vector<std::string> keys;
    HOIST_CHECK(database.each_row("SELECT blob FROM condemned_blobs WHERE buried IS NULL",
                                  [&](const Row& row) { keys.push_back(row.text(0)); }));
    return keys;
  });
}

Result<void> SqliteStore::forget_buried_blobs(Time time) {
  HOIST_CHECK(writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM condemned_blobs WHERE buried<?", to_number(time)));
    return true;
  }));
  return {};
}

}  // namespace hoist::registry::sqlite
