#pragma once
/// Says what became of another client's lock.

#include <string_view>

#include "cli/output/console.hpp"
#include "hoist/resolver/resolve.hpp"

namespace hoist::cli {

/// One line with the figures, and one for each version that was not kept, with the reason.
void report_import(std::string_view file, const resolver::ImportReport& report, Console& console);

}  // namespace hoist::cli
