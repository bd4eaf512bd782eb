#pragma once
/// An error as npm would report it: log lines with a title, the same text as JSON, an exit code.

#include <string>
#include <vector>

#include "cli/output/console.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

struct ReportLine {
  std::string title;
  std::string text;
};

struct ErrorReport {
  std::string code;
  std::vector<ReportLine> summary;
  std::vector<ReportLine> detail;
};

/// What the code means to a user; titles (`notarget`, `404`, …) are npm's.
[[nodiscard]] ErrorReport explain_error(const Error& error);

/// `{code, summary, detail}`; `code` is absent when there is none.
[[nodiscard]] Json error_json(const ErrorReport& report);

/// `error code …` and the lines, on standard error.
void log_error(const ErrorReport& report, Console& console);

}  // namespace hoist::cli
