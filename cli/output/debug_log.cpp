#include "cli/output/debug_log.hpp"

#include <filesystem>

#include "hoist/base/file.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

std::string run_id() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}_{:02}_{:02}_{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds);
}

/// Removes the oldest logs; names start with the time, so that they sort by age.
void remove_old(const fs::path& folder, std::size_t keep) {
  std::vector<fs::path> logs;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().find("-debug-") != std::string::npos) logs.push_back(entry->path());
  std::ranges::sort(logs);
  for (std::size_t i = 0; i + keep < logs.size(); ++i) fs::remove(logs[i], error);
}

}  // namespace

void write_debug_log(const Config& config, Console& console) {
  const auto keep = config.get_number("logs-max");
  if (keep <= 0) {
    console.log(LogLevel::kError, "", "Log files were not written due to the config logs-max=0");
    return;
  }
  const auto configured = config.get_string("logs-dir");
  const fs::path folder = configured.empty() ? fs::path(config.get_string("cache")) / "_logs" : fs::path(configured);
  const fs::path file = folder / (run_id() + "-debug-0.log");
  std::string text;
  std::size_t number = 0;
  for (const auto& line : console.history()) text += fmt::format("{} {}\n", number++, line);
  if (!make_directories(folder) || !atomic_write(file, text)) {
    console.log(
        LogLevel::kError, "",
        fmt::format("Log files were not written due to an error writing to the directory: {}", folder.string()));
    return;
  }
  console.log(LogLevel::kError, "", fmt::format("A complete log of this run can be found in: {}", file.string()));
  remove_old(folder, static_cast<std::size_t>(keep));
}

}  // namespace hoist::cli
