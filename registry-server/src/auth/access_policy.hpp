#pragma once
/// Who may do what with which package: the configuration's rules, ownership, teams, and the limits of tokens.

#include "auth/account_index.hpp"
#include "auth/token.hpp"
#include "hoist/registry/access.hpp"
#include "hoist/registry/config.hpp"

namespace hoist::registry {

/// Thread safe. `config` and `index` must outlive it.
///
/// Reading: the first rule whose pattern matches names who. A restricted package is read by its maintainers, teams with
/// a grant, members of the organisation that has the scope's name, and whom the rule names otherwise than by `$all`;
/// for everybody else it is as if it were not there.
/// Writing: whom the rule's `publish` (or `unpublish`) names. A package that exists also wants its maintainers, a
/// team's read-write grant, or a subject that the rule names by itself; a new name in the scope of an organisation
/// wants one of its members. Nobody writes without an account.
class RulePolicy final : public AccessPolicy {
 public:
  RulePolicy(const Config& config, AccountIndex& index) : config_(config), index_(index) {}
  [[nodiscard]] Decision decide(const Identity& who, const PackageFacts& package, Action action) override;

 private:
  [[nodiscard]] Decision decide_read(const Identity& who, const PackageFacts& package, const TokenScope& scope,
                                     const AccountSnapshot& accounts) const;
  [[nodiscard]] Decision decide_write(const Identity& who, const PackageFacts& package, Action action,
                                      const PackageRule& rule, const AccountSnapshot& accounts) const;

  const Config& config_;
  AccountIndex& index_;
};

}  // namespace hoist::registry
