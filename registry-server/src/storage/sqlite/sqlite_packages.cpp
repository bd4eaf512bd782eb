#include "hoist/base/json.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace hoist::registry::sqlite {
namespace {

PackageRow to_package(const Row& row) {
  PackageRow package;
  package.name = row.text(1);
  package.revision = static_cast<Revision>(row.integer(2));
  package.created = to_time(row.integer(3));
  package.modified = to_time(row.integer(4));
  package.touched = std::chrono::sys_seconds(std::chrono::seconds(row.integer(5)));
  package.visibility = row.integer(6) != 0 ? Visibility::kRestricted : Visibility::kPublic;
  package.publish_requires_tfa = row.integer(7) != 0;
  return package;
}

struct FoundPackage {
  std::int64_t id = 0;
  PackageRow row;
};

Result<std::optional<FoundPackage>> select_package(Database& database, std::string_view name) {
  std::optional<FoundPackage> found;
  HOIST_CHECK(database.each_row(
      "SELECT id, name, revision, created, modified, touched, restricted, tfa FROM packages WHERE name=? AND removed=0",
      [&](const Row& row) { found = FoundPackage{row.integer(0), to_package(row)}; }, name));
  return found;
}

std::vector<SignatureRow> to_signatures(const std::string& text) {
  std::vector<SignatureRow> signatures;
  const Json json = Json::parse(text, nullptr, false);  // our own bytes; damage is what check_integrity finds
  for (const auto& item : json) {
    const std::string* keyid = find_string(item, "keyid");
    const std::string* sig = find_string(item, "sig");
    if (keyid != nullptr && sig != nullptr) signatures.push_back({*keyid, *sig});
  }
  return signatures;
}

VersionRow to_version(const Row& row) {
  VersionRow version;
  version.version = row.text(0);
  version.manifest = row.text(1);
  version.file_name = row.text(2);
  version.blob = row.text(3);
  version.integrity = row.text(4);
  version.shasum = row.text(5);
  version.size = static_cast<std::uint64_t>(row.integer(6));
  version.file_count = static_cast<std::uint64_t>(row.integer(7));
  version.unpacked_size = static_cast<std::uint64_t>(row.integer(8));
  version.has_install_script = row.integer(9) != 0;
  version.has_shrinkwrap = row.integer(10) != 0;
  version.publisher = row.text(11);
  version.publisher_email = row.text(12);
  version.published = to_time(row.integer(13));
  version.signatures = to_signatures(row.text(14));
  version.provenance_type = row.text(15);
  version.deprecated = row.text(16);
  return version;
}

Result<void> load_versions(Database& database, std::int64_t id, PackageSnapshot& snapshot) {
  HOIST_CHECK(database.each_row(
      "SELECT version, manifest, file_name, blob, integrity, shasum, size, file_count, unpacked_size, install_script,"
      " shrinkwrap, publisher, publisher_email, published, signatures, provenance, deprecated FROM versions"
      " WHERE package=? ORDER BY id",
      [&](const Row& row) { snapshot.versions.push_back(to_version(row)); }, id));
  HOIST_CHECK(database.each_row(
      "SELECT tag, version FROM tags WHERE package=?",
      [&](const Row& row) { snapshot.tags.emplace(row.text(0), row.text(1)); }, id));
  const auto latest = snapshot.tags.find("latest");
  if (latest == snapshot.tags.end()) return {};
  const auto shown = std::ranges::find(snapshot.versions, latest->second, &VersionRow::version);
  if (shown == snapshot.versions.end()) return {};
  return database.each_row(
      "SELECT r.text, r.file_name FROM readmes r JOIN versions v ON v.id=r.version WHERE v.package=? AND v.version=?",
      [&](const Row& row) {
        shown->readme = row.text(0);
        shown->readme_filename = row.text(1);
      },
      id, latest->second);
}

/// `"word"*`: FTS5's own syntax never gets to see what a client typed.
std::string to_fts_query(const std::vector<std::string>& words) {
  std::string query;
  for (const std::string& word : words) {
    std::string quoted;
    for (const char c : word) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    if (!query.empty()) query += ' ';
    query += '"' + quoted + "\"*";
  }
  return query;
}

}  // namespace

Result<std::optional<PackageRow>> SqliteStore::find_package(std::string_view name) {
  return read<std::optional<PackageRow>>([&](Database& database) -> Result<std::optional<PackageRow>> {
    HOIST_TRY(auto found, select_package(database, name));
    if (!found) return std::nullopt;
    return std::move(found->row);
  });
}

Result<std::optional<PackageSnapshot>> SqliteStore::load_package(std::string_view name) {
  return read<std::optional<PackageSnapshot>>([&](Database& database) -> Result<std::optional<PackageSnapshot>> {
    HOIST_TRY(auto found, select_package(database, name));
    if (!found) return std::nullopt;
    PackageSnapshot snapshot;
    snapshot.package = std::move(found->row);
    HOIST_CHECK(load_versions(database, found->id, snapshot));
    HOIST_CHECK(database.each_row(
        "SELECT m.user, coalesce(u.email, '') FROM maintainers m LEFT JOIN users u ON u.name=m.user WHERE m.package=?"
        " ORDER BY m.user",
        [&](const Row& row) { snapshot.maintainers.push_back({row.text(0), row.text(1)}); }, found->id));
    HOIST_CHECK(database.each_row(
        "SELECT user FROM stars WHERE package=?", [&](const Row& row) { snapshot.stars.insert(row.text(0)); },
        found->id));
    return snapshot;
  });
}

Result<std::vector<std::string>> SqliteStore::list_packages(std::string_view after, std::size_t limit) {
  return read<std::vector<std::string>>([&](Database& database) -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    HOIST_CHECK(database.each_row(
        "SELECT name FROM packages WHERE name>? AND removed=0 ORDER BY name LIMIT ?",
        [&](const Row& row) { names.push_back(row.text(0)); }, after, limit));
    return names;
  });
}

Result<std::vector<TombstoneRow>> SqliteStore::list_tombstones(std::string_view package) {
  return read<std::vector<TombstoneRow>>([&](Database& database) -> Result<std::vector<TombstoneRow>> {
    std::vector<TombstoneRow> stones;
    HOIST_CHECK(database.each_row(
        "SELECT t.version, t.integrity, t.removed_by, t.removed FROM tombstones t JOIN packages p ON p.id=t.package"
        " WHERE p.name=? ORDER BY t.version",
        [&](const Row& row) { stones.push_back({row.text(0), row.text(1), row.text(2), to_time(row.integer(3))}); },
        package));
    return stones;
  });
}

Result<std::vector<std::string>> SqliteStore::list_maintained(std::string_view user) {
  return read<std::vector<std::string>>([&](Database& database) -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    HOIST_CHECK(database.each_row(
        "SELECT p.name FROM maintainers m JOIN packages p ON p.id=m.package WHERE m.user=? AND p.removed=0"
        " ORDER BY p.name",
        [&](const Row& row) { names.push_back(row.text(0)); }, user));
    return names;
  });
}

Result<std::optional<std::string>> SqliteStore::find_attestations(std::string_view package, std::string_view version) {
  return read<std::optional<std::string>>([&](Database& database) {
    return database.text(
        "SELECT a.text FROM attestations a JOIN versions v ON v.id=a.version JOIN packages p ON p.id=v.package"
        " WHERE p.name=? AND v.version=?",
        package, version);
  });
}

Result<std::vector<SearchHit>> SqliteStore::search(const std::vector<std::string>& words, std::size_t limit) {
  return read<std::vector<SearchHit>>([&](Database& database) -> Result<std::vector<SearchHit>> {
    std::vector<SearchHit> hits;
    const auto visit = [&](const Row& row) { hits.push_back({row.text(0), row.real(1)}); };
    if (words.empty()) {
      HOIST_CHECK(
          database.each_row("SELECT name, 0 FROM packages WHERE removed=0 ORDER BY name LIMIT ?", visit, limit));
    } else {
      // A word in the name weighs ten times one in the description.
      HOIST_CHECK(database.each_row(
          "SELECT p.name, bm25(search, 10.0, 1.0) AS score FROM search s JOIN packages p ON p.id=s.rowid"
          " WHERE search MATCH ? ORDER BY score, p.name LIMIT ?",
          visit, to_fts_query(words), limit));
    }
    return hits;
  });
}

Result<std::vector<ChangeRow>> SqliteStore::changes_since(std::uint64_t sequence, std::size_t limit) {
  return read<std::vector<ChangeRow>>([&](Database& database) -> Result<std::vector<ChangeRow>> {
    std::vector<ChangeRow> changes;
    HOIST_CHECK(database.each_row(
        "SELECT c.sequence, p.name, p.revision, p.removed FROM changes c JOIN packages p ON p.id=c.package"
        " WHERE c.sequence>? ORDER BY c.sequence LIMIT ?",
        [&](const Row& row) {
          changes.push_back({static_cast<std::uint64_t>(row.integer(0)), row.text(1),
                             static_cast<Revision>(row.integer(2)), row.integer(3) != 0});
        },
        sequence, limit));
    return changes;
  });
}

Result<std::map<std::string, std::uint64_t>> SqliteStore::list_blob_references() {
  return read<std::map<std::string, std::uint64_t>>(
      [](Database& database) -> Result<std::map<std::string, std::uint64_t>> {
        std::map<std::string, std::uint64_t> references;
        HOIST_CHECK(database.each_row("SELECT DISTINCT blob, size FROM versions", [&](const Row& row) {
          references.emplace(row.text(0), static_cast<std::uint64_t>(row.integer(1)));
        }));
        return references;
      });
}

}  // namespace hoist::registry::sqlite
