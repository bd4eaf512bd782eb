#include "storage/sqlite/schema.hpp"

namespace hoist::registry::sqlite {
namespace {

/// Version 1. Later versions are further entries of kSteps; what stands here never changes again.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE packages(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, touched INTEGER NOT NULL, restricted INTEGER NOT NULL, tfa INTEGER NOT NULL,
  removed INTEGER NOT NULL);
CREATE TABLE versions(
  id INTEGER PRIMARY KEY, package INTEGER NOT NULL REFERENCES packages(id), version TEXT NOT NULL,
  manifest TEXT NOT NULL, file_name TEXT NOT NULL, blob TEXT NOT NULL, integrity TEXT NOT NULL, shasum TEXT NOT NULL,
  size INTEGER NOT NULL, file_count INTEGER NOT NULL, unpacked_size INTEGER NOT NULL, install_script INTEGER NOT NULL,
  shrinkwrap INTEGER NOT NULL, publisher TEXT NOT NULL, publisher_email TEXT NOT NULL, published INTEGER NOT NULL,
  signatures TEXT NOT NULL, provenance TEXT NOT NULL, deprecated TEXT NOT NULL,
  UNIQUE(package, version), UNIQUE(package, file_name));
CREATE INDEX versions_by_blob ON versions(blob);
CREATE TABLE readmes(version INTEGER PRIMARY KEY REFERENCES versions(id) ON DELETE CASCADE, text TEXT NOT NULL,
  file_name TEXT NOT NULL);
CREATE TABLE attestations(version INTEGER PRIMARY KEY REFERENCES versions(id) ON DELETE CASCADE, text TEXT NOT NULL);
CREATE TABLE tags(package INTEGER NOT NULL REFERENCES packages(id), tag TEXT NOT NULL, version TEXT NOT NULL,
  PRIMARY KEY(package, tag), FOREIGN KEY(package, version) REFERENCES versions(package, version)
  DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID;
CREATE TABLE tombstones(package INTEGER NOT NULL REFERENCES packages(id), version TEXT NOT NULL,
  integrity TEXT NOT NULL, removed_by TEXT NOT NULL, removed INTEGER NOT NULL, PRIMARY KEY(package, version))
  WITHOUT ROWID;
CREATE TABLE maintainers(package INTEGER NOT NULL REFERENCES packages(id), user TEXT NOT NULL,
  PRIMARY KEY(package, user)) WITHOUT ROWID;
CREATE INDEX maintainers_by_user ON maintainers(user);
CREATE TABLE stars(package INTEGER NOT NULL REFERENCES packages(id), user TEXT NOT NULL, PRIMARY KEY(package, user))
  WITHOUT ROWID;
CREATE TABLE changes(sequence INTEGER PRIMARY KEY AUTOINCREMENT, package INTEGER NOT NULL UNIQUE);
CREATE TABLE condemned_blobs(blob TEXT PRIMARY KEY, buried INTEGER) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(name, text, tokenize='unicode61');

CREATE TABLE users(
  name TEXT PRIMARY KEY, email TEXT NOT NULL, fullname TEXT NOT NULL, password_hash TEXT NOT NULL,
  profile TEXT NOT NULL, admin INTEGER NOT NULL, disabled INTEGER NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens(
  key TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, prefix TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE, kind TEXT NOT NULL, name TEXT NOT NULL,
  description TEXT NOT NULL, read_only INTEGER NOT NULL, bypass_tfa INTEGER NOT NULL, cidrs TEXT NOT NULL,
  permissions TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER, last_used INTEGER);
CREATE INDEX tokens_by_user ON tokens(user, created);
CREATE TABLE org_members(org TEXT NOT NULL, user TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE,
  role TEXT NOT NULL, PRIMARY KEY(org, user)) WITHOUT ROWID;
CREATE TABLE teams(org TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY(org, name))
  WITHOUT ROWID;
CREATE TABLE team_members(org TEXT NOT NULL, team TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE, PRIMARY KEY(org, team, user),
  FOREIGN KEY(org, team) REFERENCES teams(org, name) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE grants(org TEXT NOT NULL, team TEXT NOT NULL, package TEXT NOT NULL, writable INTEGER NOT NULL,
  PRIMARY KEY(org, team, package), FOREIGN KEY(org, team) REFERENCES teams(org, name) ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX grants_by_package ON grants(package);
CREATE TABLE ephemerals(kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE INDEX ephemerals_by_end ON ephemerals(expires);
INSERT INTO settings VALUES('account_sequence', '1');
)sql";

constexpr std::array kSteps = {kVersion1};

Result<void> apply(Database& database) {
  HOIST_TRY(const auto current, database.integer("PRAGMA user_version"));
  const auto from = static_cast<std::size_t>(current.value_or(0));
  if (from > kSteps.size()) {
    return fail("ESCHEMA", fmt::format("the storage has schema {}, this program knows {}", from, kSteps.size()),
                "Use the hoist-registry that wrote it, or a newer one.");
  }
  for (std::size_t step = from; step < kSteps.size(); ++step) HOIST_CHECK(database.run_script(kSteps[step]));
  return database.run_script(fmt::format("PRAGMA user_version={}", kSteps.size()).c_str());
}

}  // namespace

Result<void> migrate(Database& database) {
  HOIST_TRY(const auto current, database.integer("PRAGMA user_version"));
  if (current == static_cast<std::int64_t>(kSteps.size())) return {};
  HOIST_CHECK(database.run_script("BEGIN IMMEDIATE"));
  Result<void> applied = apply(database);
  if (applied) applied = database.run_script("COMMIT");
  if (!applied && database.in_transaction()) (void)database.run_script("ROLLBACK");
  return applied;
}

}  // namespace hoist::registry::sqlite
