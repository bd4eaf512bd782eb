#include "admin/accounts_command.hpp"

#include "auth/login.hpp"
#include "auth/token.hpp"

namespace hoist::registry {
namespace {

void strip_newline(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

Result<std::string> list_users(AccountStore& accounts) {
  HOIST_TRY(const auto users, accounts.list_users());
  std::string out;
  for (const UserRow& user : users) {
    out += fmt::format("{}\t{}\t{}\n", user.name, user.email,
                       user.is_disabled ? "disabled"
                       : user.is_admin  ? "admin"
                                        : "user");
  }
  return out;
}

Result<std::string> create_token(AccountStore& accounts, const TokenCommand& command, const Clock& clock) {
  std::optional<std::chrono::seconds> lifetime;
  if (command.expires_days) lifetime = std::chrono::days(*command.expires_days);
  NewToken token = issue_token(command.user, "granular", row_time(clock), lifetime);
  HOIST_CHECK(parse_cidrs(command.cidrs));
  token.row.cidrs = command.cidrs;
  token.row.name = command.name;
  token.row.read_only = command.read_only;
  if (!command.packages.empty() || !command.scopes.empty()) {
    const TokenScope scope{.granular = true,
                           .packages = command.packages,
                           .scopes = command.scopes,
                           .permission = command.read_only ? TokenPermission::kReadOnly : TokenPermission::kReadWrite};
    token.row.permissions = scope.to_json();
  }
  HOIST_CHECK(accounts.add_token(token.row));
  return token.secret + "\n";
}

}  // namespace

Result<std::string> run_user_command(AccountStore& accounts, const UserCommand& command, std::string password,
                                     const Clock& clock) {
  strip_newline(password);
  LoginService login(accounts, {}, clock);
  if (command.action == "list") return list_users(accounts);
  if (command.action == "add") {
    HOIST_TRY(const UserRow user, login.add_user(command.name, password, command.email, command.is_admin));
    return fmt::format("added {}\n", user.name);
  }
  HOIST_TRY(auto found, accounts.find_user(command.name));
  if (!found) return fail("E404", fmt::format("no such user: {}", command.name));
  if (command.action == "passwd") {
    HOIST_CHECK(login.set_password(*found, password));
    return fmt::format("changed the password of {}\n", command.name);
  }
  HOIST_CHECK(accounts.remove_user(command.name));
  return fmt::format("removed {}\n", command.name);
}

Result<std::string> run_token_command(AccountStore& accounts, const TokenCommand& command, const Clock& clock) {
  if (command.action == "create") return create_token(accounts, command, clock);
  if (command.action == "revoke") {
    HOIST_TRY(const bool removed, accounts.remove_token(command.user, command.key));
    if (!removed) return fail("E404", "no such token");
    return fmt::format("revoked {}\n", command.key);
  }
  HOIST_TRY(const auto tokens, accounts.list_tokens(command.user));
  std::string out;
  for (const TokenRow& row : tokens) {
    out += fmt::format("{}\t{}…\t{}\t{}\t{}\n", row.key, row.prefix, row.kind, row.read_only ? "read-only" : "full",
                       row.name);
  }
  return out;
}

std::string initial_config() {
  return R"(# hoist-registry. Every line below shows the default; remove the hash to change it. A Verdaccio file works as well.
# Paths are relative to this file.

# storage: ./storage
# listen: 127.0.0.1:4873
# public_url: https://registry.example.com/
# registration: closed          # open: anyone may make an account with `npm login`
# max_body_size: 100mb          # of one tarball

# Names in these scopes are never asked of an uplink:
# scopes: ['@mycompany']

# uplinks:
#   npmjs:
#     url: https://registry.npmjs.org/
#     filters: {minimum_age: 3d}

# The first pattern that matches decides.
# packages:
#   '@mycompany/*':
#     access: $authenticated
#     publish: $authenticated
#   '**':
#     access: $all
#     publish: $authenticated
#     proxy: npmjs

# trusted_proxies: [127.0.0.1]  # whose X-Forwarded-For is believed
# https: {key: ./key.pem, cert: ./cert.pem}
# audit: npmjs                  # where `npm audit` is answered; names that exist here are left out
)";
}

}  // namespace hoist::registry
