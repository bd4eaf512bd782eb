#pragma once
/// How libraries speak: they never write to a stream, they tell a Reporter.

#include <cstdint>
#include <string>
#include <string_view>

namespace hoist {

/// npm's log levels, the least important last.
enum class LogLevel { kSilent, kError, kWarn, kNotice, kHttp, kInfo, kVerbose, kSilly };

/// Figures for the live line. Counters only grow within one stage.
struct Progress {
  enum class Stage { kResolve, kFetch, kLink, kScripts };
  Stage stage;
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0 = unknown
  std::uint64_t bytes = 0;
};

/// Called from any thread; an implementation locks.
class Reporter {
 public:
  virtual ~Reporter() = default;
  /// `title` as npm's second word (`warn deprecated …`, `warn ERESOLVE …`); may be empty.
  virtual void log(LogLevel level, std::string_view title, std::string_view message) = 0;
  virtual void progress(const Progress&) {}
  /// One finished stage for --timing.
  virtual void timing(std::string_view /*name*/, double /*milliseconds*/) {}
};

/// Says nothing; for tests and for code that has no listener.
class NullReporter final : public Reporter {
 public:
  void log(LogLevel, std::string_view, std::string_view) override {}
};

}  // namespace hoist
