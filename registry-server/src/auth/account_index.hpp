#pragma once
/// Organisations, teams and grants in memory: rules are decided on the network threads.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/registry/account_store.hpp"

namespace hoist::registry {

/// One state of the rows. Immutable.
struct AccountSnapshot {
  std::uint64_t sequence = 0;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> orgs;  ///< org to user to role
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> teams;              ///< `org:team` to users
  std::map<std::string, std::vector<GrantRow>, std::less<>> grants;                          ///< by package

  /// `owner`, `admin`, `developer`, or empty.
  [[nodiscard]] std::string_view role(std::string_view org, std::string_view user) const;
  /// `org:team` of every team the user is in.
  [[nodiscard]] std::vector<std::string> teams_of(std::string_view user) const;
  /// The strongest right that teams give the user on a package.
  [[nodiscard]] std::optional<Permission> granted(std::string_view user, std::string_view package) const;
};

/// Thread safe. The store must outlive it.
class AccountIndex {
 public:
  explicit AccountIndex(AccountStore& store) : store_(store) {}
  /// The state as of now: rebuilt when the store's sequence has moved, which costs a few queries.
  [[nodiscard]] Result<std::shared_ptr<const AccountSnapshot>> current();

 private:
  [[nodiscard]] Result<std::shared_ptr<const AccountSnapshot>> load(std::uint64_t sequence);

  AccountStore& store_;
  std::mutex mutex_;
  // Shared: readers keep deciding by the state they took while the next one is built.
  std::shared_ptr<const AccountSnapshot> snapshot_;
};

}  // namespace hoist::registry
