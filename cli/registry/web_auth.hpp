#pragma once
/// Proving in the browser who one is, while this program waits.

#include <string>

#include "cli/commands/command.hpp"
#include "hoist/fetcher/registry_client.hpp"

namespace hoist::cli {

struct BrowserTask {
  std::string title;     ///< `Login at`
  std::string open_url;  ///< for the user
  std::string done_url;  ///< asked until it has a token
};

/// Shows the address (Enter opens it where there is a terminal) and asks `done_url` until the user is done; the token.
/// EINVALIDURL for addresses that are not http(s), EINVALIDRESPONSE when the registry answers something else.
[[nodiscard]] Result<std::string> wait_for_browser(Session& session, fetcher::RegistryClient& client,
                                                   const BrowserTask& task);

/// The whole web login: a token. ENYI when the registry has no web login.
[[nodiscard]] Result<std::string> login_by_browser(Session& session, fetcher::RegistryClient& client);

/// A done address on the public registry, moved to the registry that is really asked (a mirror forwards the public
/// one's answers as they are).
[[nodiscard]] std::string move_done_url(const std::string& done_url, const std::string& registry);

}  // namespace hoist::cli
