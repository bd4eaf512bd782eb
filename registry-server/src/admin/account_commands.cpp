#include "admin/account_commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "admin/accounts_command.hpp"
#include "hoist/base/file.hpp"
#include "storage/storage.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxPasswordInput = 4096;

struct UserArguments {
  UserCommand command;
  std::string storage = "storage";
  bool password_stdin = false;
};

struct TokenArguments {
  TokenCommand command;
  std::string storage = "storage";
  unsigned expires_days = 0;
};

Result<void> print(const Result<std::string>& output) {
  if (!output) return std::unexpected(output.error());
  std::fputs(output->c_str(), stdout);
  return {};
}

std::string read_password() {
  std::string text(kMaxPasswordInput, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  return text;
}

Result<void> run_user(const UserArguments& arguments) {
  const bool wants_password = arguments.command.action == "add" || arguments.command.action == "passwd";
  if (wants_password && !arguments.password_stdin) {
    return fail("EUSAGE", "the password is read from standard input: add --password-stdin");
  }
  HOIST_TRY(Storage storage, Storage::open(arguments.storage));
  return print(
      run_user_command(storage.metadata(), arguments.command, wants_password ? read_password() : "", SystemClock()));
}

Result<void> run_token(TokenArguments arguments) {
  if (arguments.expires_days != 0) arguments.command.expires_days = arguments.expires_days;
  HOIST_TRY(Storage storage, Storage::open(arguments.storage));
  return print(run_token_command(storage.metadata(), arguments.command, SystemClock()));
}

Result<void> run_init(const std::string& storage, const std::string& config) {
  std::error_code error;
  if (std::filesystem::exists(config, error)) return fail("EEXIST", config + " is there already");
  HOIST_TRY(const Storage made, Storage::open(storage));
  HOIST_CHECK(atomic_write(config, initial_config(), Durability::kSynced));
  std::printf("made %s and %s\nnext: hoist-registry user add NAME --password-stdin --storage %s\n", storage.c_str(),
              config.c_str(), storage.c_str());
  return {};
}

void add_storage(CLI::App* command, std::string& storage) {
  command->add_option("--storage", storage, "Folder of the registry")->capture_default_str();
}

void add_user_commands(CLI::App& app, Result<void>& result) {
  CLI::App* family = app.add_subcommand("user", "Accounts, also while a server runs");
  family->require_subcommand(1);
  const std::map<std::string, std::string> actions{{"add", "Make an account"},
                                                   {"passwd", "Change a password"},
                                                   {"remove", "Remove an account with its tokens"},
                                                   {"list", "Show all accounts"}};
  for (const auto& [action, help] : actions) {
    const auto arguments = std::make_shared<UserArguments>();
    arguments->command.action = action;
    CLI::App* command = family->add_subcommand(action, help);
    add_storage(command, arguments->storage);
    if (action != "list") command->add_option("name", arguments->command.name, "The user")->required();
    if (action == "add" || action == "passwd") {
      command->add_flag("--password-stdin", arguments->password_stdin, "Read the password from standard input");
    }
    if (action == "add") {
      command->add_option("--email", arguments->command.email, "Shown to others as the maintainer's address");
      command->add_flag("--admin", arguments->command.is_admin, "May do everything");
    }
    command->callback([arguments, &result] { result = run_user(*arguments); });
  }
}

void add_token_commands(CLI::App& app, Result<void>& result) {
  CLI::App* family = app.add_subcommand("token", "Tokens of an account, also while a server runs");
  family->require_subcommand(1);
  for (const std::string action : {"create", "list", "revoke"}) {
    const auto arguments = std::make_shared<TokenArguments>();
    TokenCommand& token = arguments->command;
    token.action = action;
    CLI::App* command = family->add_subcommand(action, action == "create" ? "Make a token and print it" : "");
    add_storage(command, arguments->storage);
    command->add_option("user", token.user, "Whose")->required();
    if (action == "revoke") command->add_option("key", token.key, "As `token list` shows it")->required();
    if (action == "create") {
      command->add_option("--name", token.name, "To recognise it by");
      command->add_flag("--read-only", token.read_only, "Never writes");
      command->add_option("--package", token.packages, "Only this package; may be repeated")->allow_extra_args(false);
      command->add_option("--scope", token.scopes, "Only this @scope; may be repeated")->allow_extra_args(false);
      command->add_option("--cidr", token.cidrs, "Only from this network; may be repeated")->allow_extra_args(false);
      command->add_option("--expires", arguments->expires_days, "Days");
    }
    command->callback([arguments, &result] { result = run_token(*arguments); });
  }
}

}  // namespace

void add_account_commands(CLI::App& app, Result<void>& result) {
  add_user_commands(app, result);
  add_token_commands(app, result);
  struct InitArguments {
    std::string storage = "storage";
    std::string config = "config.yaml";
  };
  const auto arguments = std::make_shared<InitArguments>();
  CLI::App* command = app.add_subcommand("init", "Make a storage and a commented configuration");
  add_storage(command, arguments->storage);
  command->add_option("--config", arguments->config, "The file to write")->capture_default_str();
  command->callback([arguments, &result] { result = run_init(arguments->storage, arguments->config); });
}

}  // namespace hoist::registry
