#pragma once
/// `hoist-registry user …` and `token …`: an administrator's work on the accounts, beside a running server or without
/// one.

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "hoist/base/clock.hpp"
#include "hoist/registry/account_store.hpp"

namespace hoist::registry {

struct UserCommand {
  std::string action;  ///< add, passwd, remove, list
  std::string name;
  std::string email;
  bool is_admin = false;
};
/// `password` is what stood on standard input; one final newline is not part of it. Text for standard output comes
/// back.
[[nodiscard]] Result<std::string> run_user_command(AccountStore& accounts, const UserCommand& command,
                                                   std::string password, const Clock& clock);

struct TokenCommand {
  std::string action;  ///< create, list, revoke
  std::string user;
  std::string key;  ///< to revoke
  std::string name;
  bool read_only = false;
  std::vector<std::string> packages, scopes, cidrs;
  std::optional<unsigned> expires_days;
};
/// The secret of a new token is the only line of output.
[[nodiscard]] Result<std::string> run_token_command(AccountStore& accounts, const TokenCommand& command,
                                                    const Clock& clock);

/// A commented configuration that changes nothing until it is edited.
[[nodiscard]] std::string initial_config();

}  // namespace hoist::registry
