#pragma once
/// The class behind open_sqlite_store. Its functions stand in one file per family.

#include <atomic>
#include <mutex>

#include "hoist/registry/sqlite_store.hpp"
#include "storage/sqlite/write_queue.hpp"

namespace hoist::registry::sqlite {

class SqliteStore final : public MetadataStore {
 public:
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path);

  // sqlite_packages.cpp
  Result<std::optional<PackageRow>> find_package(std::string_view name) override;
  Result<std::optional<PackageSnapshot>> load_package(std::string_view name) override;
  Result<std::vector<std::string>> list_packages(std::string_view after, std::size_t limit) override;
  Result<std::vector<TombstoneRow>> list_tombstones(std::string_view package) override;
  Result<std::vector<std::string>> list_maintained(std::string_view user) override;
  Result<std::optional<std::string>> find_attestations(std::string_view package, std::string_view version) override;
  Result<std::vector<SearchHit>> search(const std::vector<std::string>& words, std::size_t limit) override;
  std::uint64_t package_sequence() const noexcept override { return package_sequence_.load(); }
  Result<std::vector<ChangeRow>> changes_since(std::uint64_t sequence, std::size_t limit) override;
  Result<std::map<std::string, std::uint64_t>> list_blob_references() override;

  // sqlite_publish.cpp, sqlite_patch.cpp
  Result<PublishResult> publish(const PublishCommand& command) override;
  Result<Revision> patch_package(std::string_view name, const PackagePatch& patch) override;
  Result<void> remove_package(std::string_view name, std::optional<Revision> at_revision, std::string_view by,
                              Time now) override;
  Result<bool> condemn_blob(std::string_view key) override;
  Result<void> bury_blob(std::string_view key, Time now) override;
  Result<bool> revive_blob(std::string_view key) override;
  Result<void> forget_buried_blobs(Time time) override;
  Result<std::vector<std::string>> list_condemned_blobs() override;

  // sqlite_users.cpp
  Result<std::optional<UserRow>> find_user(std::string_view name) override;
  Result<std::vector<UserRow>> list_users() override;
  Result<void> add_user(const UserRow& user) override;
  Result<void> update_user(const UserRow& user) override;
  Result<void> remove_user(std::string_view name) override;
  Result<std::optional<TokenRow>> find_token(std::string_view hash) override;
  Result<std::vector<TokenRow>> list_tokens(std::string_view user) override;
  Result<void> add_token(const TokenRow& token) override;
  Result<bool> remove_token(std::string_view user, std::string_view key) override;
  Result<void> touch_token(std::string_view key, Time used) override;
  Result<std::size_t> remove_expired_tokens(Time time) override;
  std::uint64_t account_sequence() noexcept override;

  // sqlite_teams.cpp
  Result<std::vector<std::string>> list_orgs() override;
  Result<std::vector<OrgMemberRow>> list_org_members(std::string_view org) override;
  Result<void> set_org_member(std::string_view org, const OrgMemberRow& member) override;
  Result<bool> remove_org_member(std::string_view org, std::string_view user) override;
  Result<std::vector<TeamRow>> list_teams(std::string_view org) override;
  Result<void> add_team(const TeamRow& team) override;
  Result<bool> remove_team(std::string_view org, std::string_view team) override;
  Result<std::vector<std::string>> list_team_members(std::string_view org, std::string_view team) override;
  Result<void> add_team_member(std::string_view org, std::string_view team, std::string_view user) override;
  Result<bool> remove_team_member(std::string_view org, std::string_view team, std::string_view user) override;
  Result<std::vector<GrantRow>> list_team_grants(std::string_view org, std::string_view team) override;
  Result<std::vector<GrantRow>> list_package_grants(std::string_view package) override;
  Result<std::vector<GrantRow>> list_user_grants(std::string_view user) override;
  Result<void> set_grant(const GrantRow& grant) override;
  Result<bool> remove_grant(std::string_view org, std::string_view team, std::string_view package) override;

  // sqlite_store.cpp
  Result<void> put_ephemeral(const EphemeralRow& row) override;
  Result<std::optional<EphemeralRow>> find_ephemeral(std::string_view kind, std::string_view key, Time now) override;
  Result<std::optional<EphemeralRow>> take_ephemeral(std::string_view kind, std::string_view key, Time now) override;
  Result<bool> exchange_ephemeral(const EphemeralRow& row, const std::optional<std::string>& expected,
                                  Time now) override;
  Result<void> remove_expired_ephemerals(Time now) override;
  Result<std::optional<std::string>> find_setting(std::string_view key) override;
  Result<std::string> setting_or_insert(std::string_view key, std::string_view value) override;
  Result<void> put_setting(std::string_view key, std::string_view value) override;
  Result<void> check_ready() override;
  Result<std::vector<std::string>> check_integrity() override;
  Result<void> backup_to(const std::string& path) override;

 private:
  explicit SqliteStore(std::string path) : path_(std::move(path)) {}

  /// A connection for reading, returned when the lease ends.
  class Lease {
   public:
    Lease(SqliteStore& store, std::unique_ptr<Database> database) : store_(store), database_(std::move(database)) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Database& operator*() const noexcept { return *database_; }

   private:
    SqliteStore& store_;
    std::unique_ptr<Database> database_;
  };

  /// Runs `query` on one consistent state of the database.
  template <class T>
  Result<T> read(const std::function<Result<T>(Database&)>& query) {
    HOIST_TRY(auto connection, take_reader());
    const Lease lease(*this, std::move(connection));
    HOIST_CHECK((*lease).execute("BEGIN"));
    Result<T> answer = query(*lease);
    HOIST_CHECK((*lease).execute("COMMIT"));
    return answer;
  }
  /// Runs `job` as a transaction and counts a change of users, tokens or teams.
  template <class T>
  Result<T> write_account(const std::function<Result<T>(Database&)>& job) {
    return writes_->run<T>([&](Database& database) -> Result<T> {
      Result<T> answer = job(database);
      if (answer) HOIST_CHECK(database.execute("UPDATE settings SET value=value+1 WHERE key='account_sequence'"));
      return answer;
    });
  }
  Result<std::unique_ptr<Database>> take_reader();
  void after_commit();
  void refresh_account_sequence();

  const std::string path_;
  std::unique_ptr<WriteQueue> writes_;
  std::atomic<std::uint64_t> package_sequence_{0};
  std::atomic<std::uint64_t> account_sequence_{0};
  std::atomic<std::int64_t> account_checked_{
      0};  ///< steady milliseconds: other programs are looked for ten times a second
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Database>> idle_readers_;
};

/// Bumps revision and times of a package and notes the change for changes_since. The new revision.
Result<Revision> touch_package(Database& database, std::int64_t package, Time now);

inline std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }
inline Time to_time(std::int64_t number) { return Time(std::chrono::milliseconds(number)); }

}  // namespace hoist::registry::sqlite
