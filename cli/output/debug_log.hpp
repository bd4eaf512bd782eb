#pragma once
/// The log of a failed run, kept where npm keeps its own.

#include "cli/config/config.hpp"
#include "cli/output/console.hpp"

namespace hoist::cli {

/// Writes everything that was logged to `<logs-dir or cache/_logs>/<time>-debug-0.log`, keeps the newest `logs-max`
/// files and tells the user the path. Only failures are written: a good run should not touch the cache folder.
void write_debug_log(const Config& config, Console& console);

}  // namespace hoist::cli
