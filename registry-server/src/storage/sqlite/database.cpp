#include "storage/sqlite/database.hpp"

namespace hoist::registry::sqlite {
namespace {

/// Another process (an administrator's command) may hold the lock for a moment; longer means something is wrong.
constexpr int kBusyMilliseconds = 10'000;

}  // namespace

std::string Row::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  // One thread at a time is the caller's promise, so SQLite needs no mutex of its own.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::kCreate ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return database->failure(code, path);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  // FULL: a commit is on the disk before it is acknowledged, in WAL mode as well.
  HOIST_CHECK(database->run_script(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-1024;"
      "PRAGMA journal_size_limit=16777216; PRAGMA trusted_schema=OFF;"));
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<Database::Use> Database::prepare(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return Use(found->second);
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(code, sql);
  statements_.emplace(sql, statement);
  return Use(statement);
}

Result<void> Database::run_script(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code, sql);
  return {};
}

std::unexpected<Error> Database::failure(int code, std::string_view doing) const {
  const bool is_full = (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE;
  const char* words = handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_);
  Error error{is_full ? "E507" : "E500", fmt::format("database: {}", words), {}, {}, {}};
  return std::unexpected(std::move(error).with_context(std::string(doing.substr(0, 120))));
}

}  // namespace hoist::registry::sqlite
