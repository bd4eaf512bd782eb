#pragma once

#include "hoist/base/result.hpp"

namespace CLI {
class App;
}

namespace hoist::registry {

/// Adds `user`, `token` and `init`; `result` is set when one has run, and both outlive the parsing.
void add_account_commands(CLI::App& app, Result<void>& result);

}  // namespace hoist::registry
