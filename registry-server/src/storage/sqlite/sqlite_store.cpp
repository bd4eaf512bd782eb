#include "storage/sqlite/sqlite_store.hpp"

#include "storage/sqlite/schema.hpp"

namespace hoist::registry {

Result<std::unique_ptr<MetadataStore>> open_sqlite_store(const std::string& path) {
  HOIST_TRY(auto store, sqlite::SqliteStore::open(path));
  return std::unique_ptr<MetadataStore>(std::move(store));
}

}  // namespace hoist::registry

namespace hoist::registry::sqlite {
namespace {

/// Connections kept open for reading; more readers than that at once open and close their own.
constexpr std::size_t kIdleReaders = 4;

std::int64_t steady_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

EphemeralRow to_ephemeral(const Row& row) { return {row.text(0), row.text(1), row.text(2), to_time(row.integer(3))}; }

Result<std::optional<EphemeralRow>> select_ephemeral(Database& database, std::string_view kind, std::string_view key,
                                                     Time now) {
  std::optional<EphemeralRow> found;
  HOIST_CHECK(database.each_row(
      "SELECT kind, key, value, expires FROM ephemerals WHERE kind=? AND key=? AND expires>?",
      [&](const Row& row) { found = to_ephemeral(row); }, kind, key, to_number(now)));
  return found;
}

Result<void> upsert_ephemeral(Database& database, const EphemeralRow& row) {
  return database.execute("INSERT OR REPLACE INTO ephemerals(kind, key, value, expires) VALUES(?,?,?,?)", row.kind,
                          row.key, row.value, to_number(row.expires));
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path) {
  HOIST_TRY(auto writer, Database::open(path, Database::Mode::kCreate));
  HOIST_CHECK(migrate(*writer));
  std::unique_ptr<SqliteStore> store(new SqliteStore(path));
  HOIST_TRY(const auto sequence, writer->integer("SELECT max(sequence) FROM changes"));
  store->package_sequence_ = static_cast<std::uint64_t>(sequence.value_or(0));
  store->writes_ = std::make_unique<WriteQueue>(std::move(writer), [raw = store.get()] { raw->after_commit(); });
  store->refresh_account_sequence();
  return store;
}

SqliteStore::Lease::~Lease() {
  if (database_->in_transaction()) (void)database_->run_script("ROLLBACK");
  const std::lock_guard lock(store_.readers_mutex_);
  if (store_.idle_readers_.size() < kIdleReaders) store_.idle_readers_.push_back(std::move(database_));
}

Result<std::unique_ptr<Database>> SqliteStore::take_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  return Database::open(path_, Database::Mode::kReadWrite);
}

void SqliteStore::after_commit() {
  // The caches above compare these numbers on every request, and may serve what they hold only while both agree; so
  // they move before the writer is told that it is done.
  (void)read<bool>([this](Database& database) -> Result<bool> {
    HOIST_TRY(const auto packages, database.integer("SELECT max(sequence) FROM changes"));
    HOIST_TRY(const auto accounts, database.integer("SELECT value FROM settings WHERE key='account_sequence'"));
    package_sequence_ = static_cast<std::uint64_t>(packages.value_or(0));
    account_sequence_ = static_cast<std::uint64_t>(accounts.value_or(0));
    return true;
  });
}

void SqliteStore::refresh_account_sequence() {
  account_checked_ = steady_milliseconds();
  (void)read<bool>([this](Database& database) -> Result<bool> {
    HOIST_TRY(const auto accounts, database.integer("SELECT value FROM settings WHERE key='account_sequence'"));
    account_sequence_ = static_cast<std::uint64_t>(accounts.value_or(0));
    return true;
  });
}

std::uint64_t SqliteStore::account_sequence() noexcept {
  constexpr std::int64_t kCheckEvery = 100;
  std::int64_t checked = account_checked_.load();
  const std::int64_t now = steady_milliseconds();
  if (now - checked > kCheckEvery && account_checked_.compare_exchange_strong(checked, now)) {
    refresh_account_sequence();
  }
  return account_sequence_.load();
}

Result<void> SqliteStore::put_ephemeral(const EphemeralRow& row) {
  HOIST_CHECK(writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(upsert_ephemeral(database, row));
    return true;
  }));
  return {};
}

Result<std::optional<EphemeralRow>> SqliteStore::find_ephemeral(std::string_view kind, std::string_view key, Time now) {
  return read<std::optional<EphemeralRow>>(
      [&](Database& database) { return select_ephemeral(database, kind, key, now); });
}

Result<std::optional<EphemeralRow>> SqliteStore::take_ephemeral(std::string_view kind, std::string_view key, Time now) {
  return writes_->run<std::optional<EphemeralRow>>([&](Database& database) -> Result<std::optional<EphemeralRow>> {
    HOIST_TRY(auto found, select_ephemeral(database, kind, key, now));
    HOIST_CHECK(database.execute("DELETE FROM ephemerals WHERE kind=? AND key=?", kind, key));
    return found;
  });
}

Result<bool> SqliteStore::exchange_ephemeral(const EphemeralRow& row, const std::optional<std::string>& expected,
                                             Time now) {
  return writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_TRY(const auto found, select_ephemeral(database, row.kind, row.key, now));
    const bool is_same = found ? expected == found->value : !expected.has_value();
    if (!is_same) return false;
    HOIST_CHECK(upsert_ephemeral(database, row));
    return true;
  });
}

Result<void> SqliteStore::remove_expired_ephemerals(Time now) {
  HOIST_CHECK(writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM ephemerals WHERE expires<=?", to_number(now)));
    return true;
  }));
  return {};
}

Result<std::optional<std::string>> SqliteStore::find_setting(std::string_view key) {
  return read<std::optional<std::string>>(
      [&](Database& database) { return database.text("SELECT value FROM settings WHERE key=?", key); });
}

Result<std::string> SqliteStore::setting_or_insert(std::string_view key, std::string_view value) {
  return writes_->run<std::string>([&](Database& database) -> Result<std::string> {
    HOIST_CHECK(database.execute("INSERT OR IGNORE INTO settings(key, value) VALUES(?,?)", key, value));
    HOIST_TRY(auto stored, database.text("SELECT value FROM settings WHERE key=?", key));
    return stored.value_or("");
  });
}

Result<void> SqliteStore::put_setting(std::string_view key, std::string_view value) {
  HOIST_CHECK(writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("INSERT OR REPLACE INTO settings(key, value) VALUES(?,?)", key, value));
    return true;
  }));
  return {};
}

Result<void> SqliteStore::check_ready() { return put_setting("ready_probe", "1"); }

Result<std::vector<std::string>> SqliteStore::check_integrity() {
  return read<std::vector<std::string>>([](Database& database) -> Result<std::vector<std::string>> {
    std::vector<std::string> damage;
    HOIST_CHECK(database.each_row("PRAGMA integrity_check(100)", [&](const Row& row) {
      if (row.text(0) != "ok") damage.push_back(row.text(0));
    }));
    HOIST_CHECK(database.each_row("PRAGMA foreign_key_check", [&](const Row& row) {
      damage.push_back(fmt::format("row {} of {} refers to nothing in {}", row.integer(1), row.text(0), row.text(2)));
    }));
    return damage;
  });
}

Result<void> SqliteStore::backup_to(const std::string& path) {
  HOIST_TRY(auto connection, take_reader());
  const Lease lease(*this, std::move(connection));
  // One read transaction inside SQLite: a consistent state, while writers go on in the WAL.
  return (*lease).execute("VACUUM INTO ?", path);
}

}  // namespace hoist::registry::sqlite
