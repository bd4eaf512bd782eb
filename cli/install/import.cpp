#include "cli/install/import.hpp"

#include "hoist/base/text.hpp"

namespace hoist::cli {

void report_import(std::string_view file, const resolver::ImportReport& report, Console& console) {
  console.log(LogLevel::kNotice, "import", fmt::format("{}: kept {} of {} versions", file, report.kept, report.total));
  for (const auto& lost : report.lost)
    console.log(LogLevel::kWarn, "import",
                fmt::format("not kept: {}: {}", printable(lost.what), printable(lost.reason)));
}

}  // namespace hoist::cli
