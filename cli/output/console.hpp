#pragma once
/// Everything a user sees: log lines, results, JSON and the live line.

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/palette.hpp"
#include "cli/output/streams.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

struct ConsoleOptions {
  std::string heading = "hoist";
  LogLevel level = LogLevel::kNotice;
  bool color_out = false;
  bool color_err = false;
  bool progress = false;
  bool unicode = true;
  bool timing = false;
  bool json = false;
};

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view name) noexcept;
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

/// npm's display: log lines `heading level title message` on standard error, results on standard output, JSON collected
/// and printed once at the end. Log lines that come before `configure` wait for it. Foreign control characters are made
/// visible and secrets replaced.
class Console final : public Reporter {
 public:
  explicit Console(Streams& streams) : streams_(streams) {}

  void configure(ConsoleOptions options);
  [[nodiscard]] const ConsoleOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool silent() const noexcept { return options_.level == LogLevel::kSilent; }
  [[nodiscard]] Palette colors() const { return Palette(options_.color_out); }
  [[nodiscard]] Palette log_colors() const { return Palette(options_.color_err); }
  [[nodiscard]] Streams& streams() noexcept { return streams_; }

  void log(LogLevel level, std::string_view title, std::string_view message) override;
  void progress(const Progress& progress) override;
  void timing(std::string_view name, double milliseconds) override;

  /// A line of results, colours allowed. Not shown with `--json`.
  void standard(std::string_view text);
  /// A line of results of a command that has no JSON: shown with `--json` too, as in npm.
  void always(std::string_view text) { raw(std::string(text) + '\n'); }
  /// Results that are no line of ours and must arrive as they are (`semver`, child output).
  void raw(std::string_view text);
  /// Adds to the JSON document; objects are merged.
  void buffer_json(Json value);
  /// Removes the live line for good, so that something else may write to the terminal.
  void end_progress();
  /// Prints the JSON document if there is one, with `error` in it.
  void finish(std::optional<Json> error);

  /// Everything logged so far, whatever the level, for the debug log.
  [[nodiscard]] const std::vector<std::string>& history() const noexcept { return history_; }

 private:
  struct Line {
    LogLevel level;
    std::string title, message;
  };
  void write_log(const Line& line);
  void clear_line();
  void draw_line();

  Streams& streams_;
  ConsoleOptions options_;
  std::mutex mutex_;
  bool configured_ = false;
  std::vector<Line> waiting_;
  std::vector<std::string> held_output_;
  std::vector<std::string> history_;
  std::vector<std::string> seen_notices_;
  std::vector<Json> json_;
  std::optional<Progress> live_;
  bool line_shown_ = false;
  std::size_t frame_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_{};
};

}  // namespace hoist::cli
