#include "hoist/base/json.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace hoist::registry::sqlite {
namespace {

/// The row of the package, made or brought back when it is not there.
Result<std::int64_t> claim_package(Database& database, const PublishCommand& command) {
  std::optional<std::int64_t> id;
  bool was_removed = false;
  HOIST_CHECK(database.each_row(
      "SELECT id, removed FROM packages WHERE name=?",
      [&](const Row& row) {
        id = row.integer(0);
        was_removed = row.integer(1) != 0;
      },
      command.package));
  const int restricted = command.visibility == Visibility::kRestricted ? 1 : 0;
  if (!id) {
    HOIST_CHECK(
        database.execute("INSERT INTO packages(name, revision, created, modified, touched, restricted, tfa, removed)"
                         " VALUES(?,0,?,0,0,?,0,0)",
                         command.package, to_number(command.now), restricted));
    id = sqlite3_last_insert_rowid(database.handle());
  } else if (was_removed) {
    HOIST_CHECK(database.execute("UPDATE packages SET removed=0, created=?, restricted=?, tfa=0 WHERE id=?",
                                 to_number(command.now), restricted, *id));
  } else {
    return *id;
  }
  HOIST_CHECK(database.execute("INSERT INTO maintainers(package, user) VALUES(?,?)", *id, command.version.publisher));
  return *id;
}

std::unexpected<Error> already_published(const std::string& version) {
  return fail("E409", fmt::format("You cannot publish over the previously published versions: {}.", version));
}

/// The retry of a publish that was committed finds itself; anything else under the same version is a conflict.
Result<bool> is_repetition(Database& database, std::int64_t package, const PublishCommand& command) {
  const VersionRow& version = command.version;
  std::optional<Error> conflict;
  bool found = false;
  HOIST_CHECK(database.each_row(
      "SELECT integrity, publisher FROM versions WHERE package=? AND version=?",
      [&](const Row& row) {
        found = true;
        if (row.text(0) != version.integrity || row.text(1) != version.publisher)
          conflict = already_published(version.version).error();
      },
      package, version.version));
  if (conflict) return std::unexpected(*std::move(conflict));
  if (found) return true;
  HOIST_TRY(const auto buried,
            database.text("SELECT integrity FROM tombstones WHERE package=? AND version=?", package, version.version));
  if (buried && *buried != version.integrity) {
    return fail("E409",
                fmt::format("{} was unpublished; its number cannot be used for other content. You cannot publish"
                            " over the previously published versions: {}.",
                            version.version, version.version));
  }
  return false;
}

std::string to_json(const std::vector<SignatureRow>& signatures) {
  Json list = Json::array();
  for (const SignatureRow& signature : signatures) list.push_back({{"keyid", signature.keyid}, {"sig", signature.sig}});
  return list.dump();
}

Result<void> insert_version(Database& database, std::int64_t package, const PublishCommand& command) {
  const VersionRow& row = command.version;
  HOIST_CHECK(database.execute(
      "INSERT INTO versions(package, version, manifest, file_name, blob, integrity, shasum, size, file_count,"
      " unpacked_size, install_script, shrinkwrap, publisher, publisher_email, published, signatures, provenance,"
      " deprecated) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      package, row.version, row.manifest, row.file_name, row.blob, row.integrity, row.shasum, row.size, row.file_count,
      row.unpacked_size, row.has_install_script ? 1 : 0, row.has_shrinkwrap ? 1 : 0, row.publisher, row.publisher_email,
      to_number(row.published), to_json(row.signatures), row.provenance_type, row.deprecated));
  const std::int64_t id = sqlite3_last_insert_rowid(database.handle());
  if (!row.readme.empty()) {
    HOIST_CHECK(database.execute("INSERT INTO readmes(version, text, file_name) VALUES(?,?,?)", id, row.readme,
                                 row.readme_filename));
  }
  if (!command.attestations.empty()) {
    HOIST_CHECK(database.execute("INSERT INTO attestations(version, text) VALUES(?,?)", id, command.attestations));
  }
  return database.execute("DELETE FROM tombstones WHERE package=? AND version=?", package, row.version);
}

Result<void> set_tags(Database& database, std::int64_t package, const PublishCommand& command) {
  for (const auto& [tag, version] : command.tags) {
    HOIST_CHECK(database.execute("INSERT OR REPLACE INTO tags(package, tag, version) VALUES(?,?,?)", package, tag,
                                 command.version.version));
  }
  return database.execute("INSERT OR IGNORE INTO tags(package, tag, version) VALUES(?,'latest',?)", package,
                          command.version.version);
}

/// What `latest` says about itself is what the package is found by.
Result<void> index_for_search(Database& database, std::int64_t package, const PublishCommand& command) {
  HOIST_TRY(const auto latest, database.text("SELECT version FROM tags WHERE package=? AND tag='latest'", package));
  if (latest != command.version.version) return {};
  HOIST_CHECK(database.execute("DELETE FROM search WHERE rowid=?", package));
  return database.execute("INSERT INTO search(rowid, name, text) VALUES(?,?,?)", package, command.package,
                          command.search_text);
}

Result<PublishResult> publish_in(Database& database, const PublishCommand& command) {
  HOIST_TRY(const auto condemned, database.integer("SELECT 1 FROM condemned_blobs WHERE blob=?", command.version.blob));
  if (condemned) return fail("E503", "this content is being collected as garbage; try again");
  HOIST_TRY(const std::int64_t package, claim_package(database, command));
  HOIST_TRY(const bool repeated, is_repetition(database, package, command));
  if (repeated) {
    HOIST_TRY(const auto revision, database.integer("SELECT revision FROM packages WHERE id=?", package));
    return PublishResult{PublishOutcome::kAlreadyThere, static_cast<Revision>(revision.value_or(0))};
  }
  HOIST_CHECK(insert_version(database, package, command));
  HOIST_CHECK(set_tags(database, package, command));
  HOIST_CHECK(index_for_search(database, package, command));
  HOIST_TRY(const Revision revision, touch_package(database, package, command.now));
  return PublishResult{PublishOutcome::kCreated, revision};
}

}  // namespace

Result<Revision> touch_package(Database& database, std::int64_t package, Time now) {
  const std::int64_t milliseconds = to_number(now);
  HOIST_CHECK(database.execute(
      "UPDATE packages SET revision=revision+1, modified=max(?, modified+1), touched=max(?, touched+1) WHERE id=?",
      milliseconds, milliseconds / 1000, package));
  // One row per package, moved to the end: the feed stays as long as the list of packages.
  HOIST_CHECK(database.execute("DELETE FROM changes WHERE package=?", package));
  HOIST_CHECK(database.execute("INSERT INTO changes(package) VALUES(?)", package));
  HOIST_TRY(const auto revision, database.integer("SELECT revision FROM packages WHERE id=?", package));
  return static_cast<Revision>(revision.value_or(0));
}

Result<PublishResult> SqliteStore::publish(const PublishCommand& command) {
  return writes_->run<PublishResult>([&](Database& database) { return publish_in(database, command); });
}

}  // namespace hoist::registry::sqlite
