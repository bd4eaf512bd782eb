#pragma once
/// SQLite as values and Results. Private to the storage.

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hoist/base/result.hpp"

namespace hoist::registry::sqlite {

/// The current row of a statement. Texts are copies.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] double real(int column) const { return sqlite3_column_double(statement_, column); }
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  sqlite3_stmt* statement_;
};

/// One connection; one thread at a time.
class Database {
 public:
  enum class Mode { kCreate, kReadWrite };
  static Result<std::unique_ptr<Database>> open(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs a statement with its `?` bound in order. `sql` is a literal: it is compiled once and kept.
  template <class... Args>
  Result<void> execute(const char* sql, const Args&... args) {
    return each_row(sql, [](const Row&) {}, args...);
  }
  /// The same, handing on every row.
  template <class Visit, class... Args>
  Result<void> each_row(const char* sql, Visit&& visit, const Args&... args) {
    HOIST_TRY(const Use use, prepare(sql));
    int index = 0;
    (bind(use.statement, ++index, args), ...);
    for (;;) {
      const int code = sqlite3_step(use.statement);
      if (code == SQLITE_DONE) return {};
      if (code != SQLITE_ROW) return failure(code, sql);
      visit(Row(use.statement));
    }
  }
  /// The first column of the first row; nullopt when there is no row.
  template <class... Args>
  Result<std::optional<std::int64_t>> integer(const char* sql, const Args&... args) {
    std::optional<std::int64_t> value;
    HOIST_CHECK(each_row(
        sql,
        [&](const Row& row) {
          if (!value) value = row.integer(0);
        },
        args...));
    return value;
  }
  template <class... Args>
  Result<std::optional<std::string>> text(const char* sql, const Args&... args) {
    std::optional<std::string> value;
    HOIST_CHECK(each_row(
        sql,
        [&](const Row& row) {
          if (!value) value = row.text(0);
        },
        args...));
    return value;
  }
  /// Several statements without parameters.
  Result<void> run_script(const char* sql);
  /// Rows changed by the last statement.
  [[nodiscard]] int changes() const { return sqlite3_changes(handle_); }
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }
  /// E507 when the disk is full, else E500.
  [[nodiscard]] std::unexpected<Error> failure(int code, std::string_view doing) const;

 private:
  /// A statement in use; reset when it ends, so that it holds no lock.
  struct Use {
    explicit Use(sqlite3_stmt* chosen) : statement(chosen) {}
    ~Use() {
      if (statement == nullptr) return;
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
    Use(Use&& other) noexcept : statement(std::exchange(other.statement, nullptr)) {}
    Use& operator=(Use&&) = delete;
    sqlite3_stmt* statement;
  };

  explicit Database(sqlite3* handle) : handle_(handle) {}
  Result<Use> prepare(const char* sql);
  static void bind(sqlite3_stmt* statement, int index, std::string_view value) {
    // The bytes outlive the step: they belong to the arguments of each_row.
    sqlite3_bind_text64(statement, index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  template <std::integral Number>
  static void bind(sqlite3_stmt* statement, int index, Number value) {
    sqlite3_bind_int64(statement, index, static_cast<std::int64_t>(value));
  }
  static void bind(sqlite3_stmt* statement, int index, const std::optional<std::int64_t>& value) {
    if (value) {
      sqlite3_bind_int64(statement, index, *value);
    } else {
      sqlite3_bind_null(statement, index);
    }
  }

  sqlite3* handle_;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

}  // namespace hoist::registry::sqlite
