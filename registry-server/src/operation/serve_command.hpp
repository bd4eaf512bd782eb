#pragma once

#include "hoist/base/result.hpp"

namespace CLI {
class App;
}

namespace hoist::registry {

/// Adds `serve`; `result` is set when it has run, and both outlive the parsing.
void add_serve_command(CLI::App& app, Result<void>& result);

}  // namespace hoist::registry
