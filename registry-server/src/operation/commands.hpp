#pragma once

#include "hoist/base/result.hpp"

namespace CLI {
class App;
}

namespace hoist::registry {

/// Adds `gc`, `verify`, `backup`, `restore` and `stats`; `result` is set when one has run.
void add_operation_commands(CLI::App& app, Result<void>& result);

}  // namespace hoist::registry
