#include "storage/sqlite/sqlite_store.hpp"

namespace hoist::registry::sqlite {
namespace {

/// The first column of every row.
template <class... Args>
Result<std::vector<std::string>> select_names(Database& database, const char* sql, const Args&... args) {
  std::vector<std::string> names;
  HOIST_CHECK(database.each_row(sql, [&](const Row& row) { names.push_back(row.text(0)); }, args...));
  return names;
}

template <class... Args>
Result<std::vector<GrantRow>> select_grants(Database& database, const char* sql, const Args&... args) {
  std::vector<GrantRow> grants;
  HOIST_CHECK(database.each_row(
      sql,
      [&](const Row& row) {
        grants.push_back({row.text(0), row.text(1), row.text(2),
                          row.integer(3) != 0 ? Permission::kReadWrite : Permission::kReadOnly});
      },
      args...));
  return grants;
}

Result<void> require_team(Database& database, std::string_view org, std::string_view team) {
  HOIST_TRY(const auto found, database.integer("SELECT 1 FROM teams WHERE org=? AND name=?", org, team));
  if (!found) return fail("E404", fmt::format("no team {}:{}", org, team));
  return {};
}

Result<void> require_user(Database& database, std::string_view name) {
  HOIST_TRY(const auto found, database.integer("SELECT 1 FROM users WHERE name=?", name));
  if (!found) return fail("E404", fmt::format("no user named {}", name));
  return {};
}

}  // namespace

Result<std::vector<std::string>> SqliteStore::list_orgs() {
  return read<std::vector<std::string>>(
      [](Database& database) { return select_names(database, "SELECT DISTINCT org FROM org_members ORDER BY org"); });
}

Result<std::vector<OrgMemberRow>> SqliteStore::list_org_members(std::string_view org) {
  return read<std::vector<OrgMemberRow>>([&](Database& database) -> Result<std::vector<OrgMemberRow>> {
    std::vector<OrgMemberRow> members;
    HOIST_CHECK(database.each_row(
        "SELECT user, role FROM org_members WHERE org=? ORDER BY user",
        [&](const Row& row) { members.push_back({row.text(0), row.text(1)}); }, org));
    return members;
  });
}

Result<void> SqliteStore::set_org_member(std::string_view org, const OrgMemberRow& member) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(require_user(database, member.user));
    HOIST_CHECK(database.execute("INSERT OR REPLACE INTO org_members(org, user, role) VALUES(?,?,?)", org, member.user,
                                 member.role));
    return true;
  }));
  return {};
}

Result<bool> SqliteStore::remove_org_member(std::string_view org, std::string_view user) {
  return write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM team_members WHERE org=? AND user=?", org, user));
    HOIST_CHECK(database.execute("DELETE FROM org_members WHERE org=? AND user=?", org, user));
    return database.changes() > 0;
  });
}

Result<std::vector<TeamRow>> SqliteStore::list_teams(std::string_view org) {
  return read<std::vector<TeamRow>>([&](Database& database) -> Result<std::vector<TeamRow>> {
    std::vector<TeamRow> teams;
    HOIST_CHECK(database.each_row(
        "SELECT org, name, description FROM teams WHERE org=? ORDER BY name",
        [&](const Row& row) { teams.push_back({row.text(0), row.text(1), row.text(2)}); }, org));
    return teams;
  });
}

Result<void> SqliteStore::add_team(const TeamRow& team) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("INSERT OR IGNORE INTO teams(org, name, description) VALUES(?,?,?)", team.org,
                                 team.name, team.description));
    if (database.changes() == 0) return fail("E409", fmt::format("team {}:{} exists already", team.org, team.name));
    return true;
  }));
  return {};
}

Result<bool> SqliteStore::remove_team(std::string_view org, std::string_view team) {
  return write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(database.execute("DELETE FROM teams WHERE org=? AND name=?", org, team));
    return database.changes() > 0;
  });
}

Result<std::vector<std::string>> SqliteStore::list_team_members(std::string_view org, std::string_view team) {
  return read<std::vector<std::string>>([&](Database& database) -> Result<std::vector<std::string>> {
    HOIST_CHECK(require_team(database, org, team));
    return select_names(database, "SELECT user FROM team_members WHERE org=? AND team=? ORDER BY user", org, team);
  });
}

Result<void> SqliteStore::add_team_member(std::string_view org, std::string_view team, std::string_view user) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(require_team(database, org, team));
    HOIST_CHECK(require_user(database, user));
    HOIST_CHECK(database.execute("INSERT OR IGNORE INTO team_members(org, team, user) VALUES(?,?,?)", org, team, user));
    return true;
  }));
  return {};
}

Result<bool> SqliteStore::remove_team_member(std::string_view org, std::string_view team, std::string_view user) {
  return write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(require_team(database, org, team));
    HOIST_CHECK(database.execute("DELETE FROM team_members WHERE org=? AND team=? AND user=?", org, team, user));
    return database.changes() > 0;
  });
}

Result<std::vector<GrantRow>> SqliteStore::list_team_grants(std::string_view org, std::string_view team) {
  return read<std::vector<GrantRow>>([&](Database& database) -> Result<std::vector<GrantRow>> {
    HOIST_CHECK(require_team(database, org, team));
    return select_grants(
        database, "SELECT org, team, package, writable FROM grants WHERE org=? AND team=? ORDER BY package", org, team);
  });
}

Result<std::vector<GrantRow>> SqliteStore::list_package_grants(std::string_view package) {
  return read<std::vector<GrantRow>>([&](Database& database) {
    return select_grants(database, "SELECT org, team, package, writable FROM grants WHERE package=? ORDER BY org, team",
                         package);
  });
}

Result<std::vector<GrantRow>> SqliteStore::list_user_grants(std::string_view user) {
  return read<std::vector<GrantRow>>([&](Database& database) {
    return select_grants(database,
                         "SELECT g.org, g.team, g.package, g.writable FROM grants g JOIN team_members m"
                         " ON m.org=g.org AND m.team=g.team WHERE m.user=? ORDER BY g.package, g.org, g.team",
                         user);
  });
}

Result<void> SqliteStore::set_grant(const GrantRow& grant) {
  HOIST_CHECK(write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(require_team(database, grant.org, grant.team));
    HOIST_CHECK(database.execute("INSERT OR REPLACE INTO grants(org, team, package, writable) VALUES(?,?,?,?)",
                                 grant.org, grant.team, grant.package,
                                 grant.permission == Permission::kReadWrite ? 1 : 0));
    return true;
  }));
  return {};
}

Result<bool> SqliteStore::remove_grant(std::string_view org, std::string_view team, std::string_view package) {
  return write_account<bool>([&](Database& database) -> Result<bool> {
    HOIST_CHECK(require_team(database, org, team));
    HOIST_CHECK(database.execute("DELETE FROM grants WHERE org=? AND team=? AND package=?", org, team, package));
    return database.changes() > 0;
  });
}

}  // namespace hoist::registry::sqlite
