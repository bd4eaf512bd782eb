#include "cli/output/console.hpp"

#include <algorithm>

#include "cli/config/value.hpp"
#include "cli/output/redact.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLevelNames[] = {"silent", "error", "warn", "notice", "http", "info", "verbose", "silly"};
/// Work that ends sooner leaves no trace on the terminal (npm waits as long).
constexpr auto kFirstDraw = 200ms;
constexpr auto kRedraw = 80ms;
constexpr std::string_view kDots[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::string_view kLines[] = {"-", "\\", "|", "/"};
/// Enough for a log somebody wants to read; a runaway loop must not eat the memory.
constexpr std::size_t kMaxHistory = 20000;

std::string colored_level(const Palette& colors, LogLevel level) {
  const auto name = to_string(level);
  switch (level) {
    case LogLevel::kError:
      return colors.red(name);
    case LogLevel::kWarn:
      return colors.yellow(name);
    case LogLevel::kNotice:
      return colors.bright_cyan(name);
    case LogLevel::kHttp:
      return colors.green(name);
    case LogLevel::kInfo:
      return colors.cyan(name);
    default:
      return colors.blue(name);
  }
}

std::string stage_text(const Progress& progress) {
  const auto count = [&](std::string_view verb) {
    return progress.total > 0 ? fmt::format("{} {}/{}", verb, progress.done, progress.total)
                              : fmt::format("{} {}", verb, progress.done);
  };
  switch (progress.stage) {
    case Progress::Stage::kResolve:
      return count("resolving");
    case Progress::Stage::kFetch:
      return count("fetched") +
             (progress.bytes > 0 ? fmt::format(", {:.1f} MB", static_cast<double>(progress.bytes) / 1e6) : "");
    case Progress::Stage::kLink:
      return count("linking");
    case Progress::Stage::kScripts:
      return count("running scripts");
  }
  return {};
}

/// Merges as npm does: the first value that is no object wins, else all objects together.
Json merge(const std::vector<Json>& items) {
  for (const auto& item : items)
    if (!item.is_object()) return item;
  Json merged = Json::object();
  for (const auto& item : items)
    for (const auto& [key, value] : item.items()) merged[key] = value;
  return merged;
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(kLevelNames); ++i)
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  return std::nullopt;
}

std::string_view to_string(LogLevel level) noexcept { return kLevelNames[static_cast<std::size_t>(level)]; }

void Console::configure(ConsoleOptions options) {
  const std::lock_guard lock(mutex_);
  options_ = std::move(options);
  configured_ = true;
  for (const auto& line : waiting_) write_log(line);
  waiting_.clear();
}

void Console::log(LogLevel level, std::string_view title, std::string_view message) {
  const std::lock_guard lock(mutex_);
  Line line{level, std::string(title), redact(printable(message))};
  if (history_.size() < kMaxHistory)
    history_.push_back(fmt::format("{} {}{}{}", to_string(level), line.title, title.empty() ? "" : " ", line.message));
  if (configured_)
    write_log(line);
  else
    waiting_.push_back(std::move(line));
}

void Console::write_log(const Line& line) {
  if (line.level > options_.level || line.level == LogLevel::kSilent || silent()) return;
  if (line.level == LogLevel::kNotice && options_.level < LogLevel::kVerbose && !line.message.empty()) {
    // A registry repeats its notices with every response. Empty lines only separate.
    auto key = line.title + '\n' + line.message;
    if (std::ranges::find(seen_notices_, key) != seen_notices_.end()) return;
    seen_notices_.push_back(std::move(key));
  }
  const Palette colors = log_colors();
  std::string prefix = colors.bold(options_.heading) + ' ' + colored_level(colors, line.level);
  if (!line.title.empty()) prefix += ' ' + colors.bright_blue(printable(line.title));
  std::string text;
  for (const auto row : split(line.message, '\n')) {
    text += prefix;
    if (!row.empty()) text.append(" ").append(row);
    text += '\n';
  }
  clear_line();
  streams_.err(text);
  draw_line();
}

void Console::timing(std::string_view name, double milliseconds) {
  const std::lock_guard lock(mutex_);
  if (!options_.timing || silent()) return;
  clear_line();
  streams_.err(fmt::format("{} timing {} Completed in {:.0f}ms\n", options_.heading, name, milliseconds));
}

void Console::progress(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  live_ = progress;
  if (!options_.progress || silent()) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - started_ < kFirstDraw || now - drawn_ < kRedraw) return;
  drawn_ = now;
  ++frame_;
  clear_line();
  draw_line();
}

void Console::clear_line() {
  if (!line_shown_) return;
  streams_.err("\r\x1b[K");
  line_shown_ = false;
}

void Console::draw_line() {
  if (!options_.progress || silent() || !live_ || drawn_.time_since_epoch().count() == 0) return;
  const std::string_view spinner =
      options_.unicode ? kDots[frame_ % std::size(kDots)] : kLines[frame_ % std::size(kLines)];
  std::string text = stage_text(*live_);
  const auto room = static_cast<std::size_t>(std::max(10, streams_.columns() - 3));
  if (text.size() > room) text.resize(room);
  streams_.err(fmt::format("{} {}", spinner, text));
  line_shown_ = true;
}

void Console::end_progress() {
  const std::lock_guard lock(mutex_);
  clear_line();
  live_.reset();
}

void Console::standard(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (options_.json) return;
  clear_line();
  streams_.out(std::string(text) + '\n');
  draw_line();
}

void Console::raw(std::string_view text) {
  const std::lock_guard lock(mutex_);
  clear_line();
  streams_.out(text);
}

void Console::buffer_json(Json value) {
  const std::lock_guard lock(mutex_);
  json_.push_back(std::move(value));
}

void Console::finish(std::optional<Json> error) {
  const std::lock_guard lock(mutex_);
  clear_line();
  live_.reset();
  if (!options_.json || (json_.empty() && !error)) return;
  Json document = merge(json_);
  if (error && document.is_object()) document["error"] = *std::move(error);
  json_.clear();
  streams_.out(redact(json_text(document, 2)) + '\n');
}

}  // namespace hoist::cli
