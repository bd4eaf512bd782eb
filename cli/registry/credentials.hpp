#pragma once
/// The credentials of a registry as .npmrc holds them.

#include <string>

#include "cli/config/config.hpp"

namespace hoist::cli {

struct Credentials {
  std::string token;
  std::string username, password;  ///< also what `_auth` holds
  bool certificate = false;        ///< certfile and keyfile are both set

  [[nodiscard]] bool any() const noexcept { return !token.empty() || !username.empty() || certificate; }
};

/// `//host/path/`: the prefix of the registry's keys; empty when the URL is none.
[[nodiscard]] std::string credential_key(const std::string& registry);

/// What is stored for exactly this registry. A token hides a user name.
[[nodiscard]] Credentials credentials_of(const Config& config, const std::string& registry);

/// Puts a token into the user's configuration in place of a user name and password. Not saved yet.
void set_token(Config& config, const std::string& registry, const std::string& token);
/// Takes all credentials of the registry out of one layer. Not saved yet.
void clear_credentials(Config& config, const std::string& registry, Layer layer);

/// The registry of `--scope` when it has one and the command line names no other, else the default one.
[[nodiscard]] std::string login_registry(const Config& config);

}  // namespace hoist::cli
