#pragma once
/// What an install, ci or uninstall did, as npm tells it (reify-output).

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/output/console.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

struct SummaryPackage {
  std::string name, version, path;
  std::string previous_version;  ///< of a changed package
};

struct BlockedPackage {
  std::string name, version, path;
  std::vector<std::pair<std::string, std::string>> scripts;  ///< event, command
};

struct InstallSummary {
  std::vector<SummaryPackage> added, changed, removed;
  std::uint64_t funding = 0;
  std::vector<BlockedPackage> blocked;  ///< packages whose install scripts nobody has reviewed
};

/// Whether a `funding` field names a web page (libnpmfund's rule).
[[nodiscard]] bool asks_for_funding(const Json& funding);

/// The tree report: `add`, `added`, `audited`, `change`, … with sorted keys.
[[nodiscard]] Json summary_json(const InstallSummary& summary);

/// `added 2 packages, and removed 1 package in 3s`, or `up to date in 12ms`.
[[nodiscard]] std::string summary_line(const InstallSummary& summary, std::chrono::milliseconds duration);

struct SummaryOptions {
  bool list_changes = false;  ///< `--dry-run` and `--long`
  bool global = false;
};

/// Prints everything; with `--json` the report goes to the JSON document.
void print_summary(const InstallSummary& summary, std::chrono::milliseconds duration, const SummaryOptions& options,
                   Console& console);

}  // namespace hoist::cli
