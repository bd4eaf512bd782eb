#include "hoist/base/json.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace hoist::registry::sqlite {
namespace {

UserRow to_user(const Row& row) {
  return {.name = row.text(0),
          .email = row.text(1),
          .fullname = row.text(2),
          .password_hash = row.text(3),
          .profile = row.text(4),
          .is_admin = row.integer(5) != 0,
          .is_disabled = row.integer(6) != 0,
          .created = to_time(row.integer(7)),
          .updated = to_time(row.integer(8))};
}

std::vector<std::string> to_strings(const std::string& text) {
  std::vector<std::string> strings;
  const Json json = Json::parse(text, nullptr, false);
  for (const auto& item : json) {
    if (item.is_string()) strings.push_back(item.get<std::string>());
  }
  return strings;
}

std::optional<Time> to_optional_time(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return to_time(row.integer(column));
}

std::optional<std::int64_t> to_optional_number(const std::optional<Time>& time) {
  if (!time) return std::nullopt;
  return to_number(*time);
}

TokenRow to_token(const Row& row) {
  return {.key = row.text(0),
          .hash = row.text(1),
          .prefix = row.text(2),
          .user = row.text(3),
          .kind = row.text(4),
          .name = row.text(5),
          .description = row.text(6),
          .read_only = row.integer(7) != 0,
          .bypass_tfa = row.integer(8) != 0,
          .cidrs = to_strings(row.text(9)),
          .permissions = row.text(10),
          .created = to_time(row.integer(11)),
          .expires = to_optional_time(row, 12),
          .last_used = to_optional_time(row, 13)};
}

std::unexpected<Error> unknown_user(std::string_view name) {
  return fail("E404", fmt::format("no user named {}", name));
}

Result<bool> has_user(Database& database, std::string_view name) {
  HOIST_TRY(const auto found, database.integer("SELECT 1 FROM users WHERE name=?", name));
  return found.has_value();
}

Result<bool> insert_token(Database& database, const TokenRow& token) {
  HOIST_TRY(const bool known, has_user(database, token.user));
  if (!known) return unknown_user(token.user);
  const std::string cidrs = Json(token.cidrs).dump();
  HOIST_CHECK(database.execute(
      "INSERT OR IGNORE INTO tokens(key, hash, prefix, user, kind, name, description, read_only, bypass_tfa, cidrs,"
      " permissions, created, expires, last_used) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      token.key, token.hash, token.prefix, token.user, token.kind, token.name, token.description,
      token.read_only ? 1 : 0, token.bypass_tfa ? 1 : 0, cidrs, token.permissions, to_number(token.created),
      to_optional_number(token.expires), to_optional_number(token.last_used)));
  if (database.changes() == 0) return fail("E409", "this token exists already");
  return true;
}

}  // namespace

Result<std::optional<UserRow>> SqliteStore::find_user(std::string_view name) {
  return read<std::optional<UserRow>>([&](Database& database) -> Result<std::optional<UserRow>> {
    std::optional<UserRow> found;
    HOIST_CHECK(database.each_row(
        "SELECT name, email, fullname, password_hash, profile, admin, disabled, created, updated FROM users"
        " WHERE name=?",
        [&](const Row& row) { found = to_user(row); }, name));
    return found;
  });
}

Result<std::vector<UserRow>> SqliteStore::list_users() {
  return read<std::vector<UserRow>>([](Database& database) -> Result<std::vector<UserRow>> {
    std::vector<UserRow> users;
    HOIST_CHECK(database.each_row(
        "SELECT name, email, fullname, password_hash, profile, admin, disabled, created, updated FROM users"
        " ORDER BY name",
        [&](const Row& row) { users.push_back(to_user(row)); }));
    return users;
  });
}

Result<void> SqliteStore::add_user(const UserRow& user) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute(
        "INSERT OR IGNORE INTO users(name, email, fullname, password_hash, profile, admin, disabled, created, updated)"
        " VALUES(?,?,?,?,?,?,?,?,?)",
        user.name, user.email, user.fullname, user.password_hash, user.profile, user.is_admin ? 1 : 0,
        user.is_disabled ? 1 : 0, to_number(user.created), to_number(user.updated)));
    if (database.changes() == 0) return fail("E409", fmt::format("there is a user named {} already", user.name));
    return true;
  }));
  return {};
}

Result<void> SqliteStore::update_user(const UserRow& user) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute(
        "UPDATE users SET email=?, fullname=?, password_hash=?, profile=?, admin=?, disabled=?, created=?, updated=?"
        " WHERE name=?",
        user.email, user.fullname, user.password_hash, user.profile, user.is_admin ? 1 : 0, user.is_disabled ? 1 : 0,
        to_number(user.created), to_number(user.updated), user.name));
    if (database.changes() == 0) return unknown_user(user.name);
    return true;
  }));
  return {};
}

Result<void> SqliteStore::remove_user(std::string_view name) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM users WHERE name=?", name));
    if (database.changes() == 0) return unknown_user(name);
    return true;
  }));
  return {};
}

Result<std::optional<TokenRow>> SqliteStore::find_token(std::string_view hash) {
  return read<std::optional<TokenRow>>([&](Database& database) -> Result<std::optional<TokenRow>> {
    std::optional<TokenRow> found;
    HOIST_CHECK(database.each_row(
        "SELECT key, hash, prefix, user, kind, name, description, read_only, bypass_tfa, cidrs, permissions, created,"
        " expires, last_used FROM tokens WHERE hash=?",
        [&](const Row& row) { found = to_token(row); }, hash));
    return found;
  });
}

Result<std::vector<TokenRow>> SqliteStore::list_tokens(std::string_view user) {
  return read<std::vector<TokenRow>>([&](Database& database) -> Result<std::vector<TokenRow>> {
    std::vector<TokenRow> tokens;
    HOIST_CHECK(database.each_row(
        "SELECT key, hash, prefix, user, kind, name, description, read_only, bypass_tfa, cidrs, permissions, created,"
        " expires, last_used FROM tokens WHERE user=? ORDER BY created, rowid",
        [&](const Row& row) { tokens.push_back(to_token(row)); }, user));
    return tokens;
  });
}

Result<void> SqliteStore::add_token(const TokenRow& token) {
  HOIST_CHECK(write_account<bool>([&](Database& database) { return insert_token(database, token); }));
  return {};
}

Result<bool> SqliteStore::remove_token(std::string_view user, std::string_view key) {
  return write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM tokens WHERE user=? AND key=?", user, key));
    return database.changes() > 0;
  });
}

Result<void> SqliteStore::touch_token(std::string_view key, Time used) {
  HOIST_CHECK(writes_->run<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("UPDATE tokens SET last_used=? WHERE key=?", to_number(used), key));
    return true;
  }));
  return {};
}

Result<std::size_t> SqliteStore::remove_expired_tokens(Time time) {
  return write_account<std::size_t>([&](Database& database) -> Result<std::size_t> {
    HOIST_CHECK(database.execute("DELETE FROM tokens WHERE expires<?", to_number(time)));
    return static_cast<std::size_t>(database.changes());
  });
}

}  // namespace hoist::registry::sqlite
