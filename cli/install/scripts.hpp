#pragma once
/// What scripts are told, and who may run them, from the configuration.

#include "cli/commands/command.hpp"
#include "hoist/installer/lifecycle.hpp"

namespace hoist::cli {

/// Our environment with everything npm adds for scripts.
[[nodiscard]] installer::ScriptSettings script_settings(const Session& session);

/// `allow-scripts` by where it was set, and the root's `allowScripts`. With `compat=11` nothing asks for it.
[[nodiscard]] Result<installer::ScriptPolicy> script_policy(const Session& session, const Json& package_json);

/// Scripts of dependencies run without a review: `dangerously-allow-all-scripts`, or npm 11's ways.
[[nodiscard]] bool allows_all_scripts(const Config& config);

}  // namespace hoist::cli
