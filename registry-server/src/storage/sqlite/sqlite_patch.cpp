#include "storage/sqlite/sqlite_store.hpp"

namespace hoist::registry::sqlite {
namespace {

struct Target {
  std::int64_t id = 0;
  Revision revision = 0;
};

/// The package a change is meant for, if it is still what the caller saw.
Result<Target> find_target(Database& database, std::string_view name, const std::optional<Revision>& at_revision) {
  std::optional<Target> found;
  HOIST_CHECK(database.each_row(
      "SELECT id, revision FROM packages WHERE name=? AND removed=0",
      [&](const Row& row) { found = Target{row.integer(0), static_cast<Revision>(row.integer(1))}; }, name));
  if (!found) return fail("E404", fmt::format("package not found: {}", name));
  if (at_revision && *at_revision != found->revision) {
    return fail("E409", fmt::format("{} has changed since it was read; read it again", name));
  }
  return *found;
}

/// Applies one patch; counts what really changed.
class Patcher {
 public:
  Patcher(Database& database, std::int64_t package, const PackagePatch& patch)
      : database_(database), package_(package), patch_(patch) {}

  Result<void> apply() {
    HOIST_CHECK(remove_versions());
    HOIST_CHECK(deprecate());
    HOIST_CHECK(change_tags());
    HOIST_CHECK(change_people());
    return change_flags();
  }
  [[nodiscard]] bool has_changed() const noexcept { return changes_ > 0; }

 private:
  template <class... Args>
  Result<void> count(const char* sql, const Args&... args) {
    HOIST_CHECK(database_.execute(sql, args...));
    changes_ += database_.changes();
    return {};
  }
  Result<void> require_version(const std::string& version) {
    HOIST_TRY(const auto found,
              database_.integer("SELECT 1 FROM versions WHERE package=? AND version=?", package_, version));
    if (!found) return fail("E404", fmt::format("version not found: {}", version));
    return {};
  }

  Result<void> remove_versions() {
    for (const std::string& version : patch_.remove_versions) {
      HOIST_CHECK(require_version(version));
      HOIST_CHECK(
          database_.execute("INSERT OR REPLACE INTO tombstones(package, version, integrity, removed_by, removed)"
                            " SELECT package, version, integrity, ?, ? FROM versions WHERE package=? AND version=?",
                            patch_.by, to_number(patch_.now), package_, version));
      HOIST_CHECK(count("DELETE FROM tags WHERE package=? AND version=?", package_, version));
      HOIST_CHECK(count("DELETE FROM versions WHERE package=? AND version=?", package_, version));
    }
    return {};
  }
  Result<void> deprecate() {
    for (const auto& [version, text] : patch_.deprecations) {
      HOIST_CHECK(require_version(version));
      HOIST_CHECK(count("UPDATE versions SET deprecated=? WHERE package=? AND version=? AND deprecated<>?", text,
                        package_, version, text));
    }
    return {};
  }
  Result<void> change_tags() {
    for (const auto& tag : patch_.remove_tags)
      HOIST_CHECK(count("DELETE FROM tags WHERE package=? AND tag=?", package_, tag));
    for (const auto& [tag, version] : patch_.set_tags) {
      HOIST_CHECK(require_version(version));
      HOIST_CHECK(
          count("INSERT INTO tags(package, tag, version) VALUES(?,?,?) ON CONFLICT(package, tag) DO UPDATE SET"
                " version=excluded.version WHERE version<>excluded.version",
                package_, tag, version));
    }
    return {};
  }
  Result<void> change_people() {
    if (patch_.maintainers) {
      HOIST_CHECK(count("DELETE FROM maintainers WHERE package=?", package_));
      for (const auto& user : *patch_.maintainers) HOIST_CHECK(add_maintainer(user));
    }
    for (const auto& user : patch_.add_maintainers) HOIST_CHECK(add_maintainer(user));
    for (const auto& user : patch_.remove_maintainers)
      HOIST_CHECK(count("DELETE FROM maintainers WHERE package=? AND user=?", package_, user));
    for (const auto& user : patch_.add_stars)
      HOIST_CHECK(count("INSERT OR IGNORE INTO stars(package, user) VALUES(?,?)", package_, user));
    for (const auto& user : patch_.remove_stars)
      HOIST_CHECK(count("DELETE FROM stars WHERE package=? AND user=?", package_, user));
    return {};
  }
  Result<void> add_maintainer(const std::string& user) {
    return count("INSERT OR IGNORE INTO maintainers(package, user) VALUES(?,?)", package_, user);
  }
  Result<void> change_flags() {
    if (patch_.visibility) {
      const int restricted = *patch_.visibility == Visibility::kRestricted ? 1 : 0;
      HOIST_CHECK(
          count("UPDATE packages SET restricted=? WHERE id=? AND restricted<>?", restricted, package_, restricted));
    }
    if (patch_.publish_requires_tfa) {
      const int tfa = *patch_.publish_requires_tfa ? 1 : 0;
      HOIST_CHECK(count("UPDATE packages SET tfa=? WHERE id=? AND tfa<>?", tfa, package_, tfa));
    }
    return {};
  }

  Database& database_;
  const std::int64_t package_;
  const PackagePatch& patch_;
  int changes_ = 0;
};

/// Leaves the name, its revision and its tombstones.
Result<void> hide_package(Database& database, std::int64_t package) {
  HOIST_CHECK(database.execute("DELETE FROM tags WHERE package=?", package));
  HOIST_CHECK(database.execute("DELETE FROM versions WHERE package=?", package));
  HOIST_CHECK(database.execute("DELETE FROM maintainers WHERE package=?", package));
  HOIST_CHECK(database.execute("DELETE FROM stars WHERE package=?", package));
  HOIST_CHECK(database.execute("DELETE FROM search WHERE rowid=?", package));
  return database.execute("UPDATE packages SET removed=1 WHERE id=?", package);
}

/// A package has `latest` as long as it has versions: every client counts on it.
Result<void> check_latest(Database& database, std::int64_t package) {
  HOIST_TRY(const auto latest, database.integer("SELECT 1 FROM tags WHERE package=? AND tag='latest'", package));
  if (!latest) return fail("E400", "a package must keep its tag latest");
  return {};
}

Result<Revision> patch_in(Database& database, std::string_view name, const PackagePatch& patch) {
  HOIST_TRY(const Target target, find_target(database, name, patch.at_revision));
  Patcher patcher(database, target.id, patch);
  HOIST_CHECK(patcher.apply());
  if (!patcher.has_changed()) return target.revision;
  HOIST_TRY(const auto left, database.integer("SELECT 1 FROM versions WHERE package=? LIMIT 1", target.id));
  if (left) {
    HOIST_CHECK(check_latest(database, target.id));
  } else {
    HOIST_CHECK(hide_package(database, target.id));
  }
  return touch_package(database, target.id, patch.now);
}

}  // namespace

Result<Revision> SqliteStore::patch_package(std::string_view name, const PackagePatch& patch) {
  return writes_->run<Revision>([&](Database& database) { return patch_in(database, name, patch); });
}

Result<void> SqliteStore::remove_package(std::string_view name, std::optional<Revision> at_revision,
                                         std::string_view by, Time now) {
  HOIST_CHECK(writes_->run<Revision>([&](Database& database) -> Result<Revision> {
    HOIST_TRY(const Target target, find_target(database, name, at_revision));
    HOIST_CHECK(
        database.execute("INSERT OR REPLACE INTO tombstones(package, version, integrity, removed_by, removed)"
                         " SELECT package, version, integrity, ?, ? FROM versions WHERE package=?",
                         by, to_number(now), target.id));
    HOIST_CHECK(hide_package(database, target.id));
    return touch_package(database, target.id, now);
  }));
  return {};
}

}  // namespace hoist::registry::sqlite
