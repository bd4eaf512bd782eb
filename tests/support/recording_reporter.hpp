#pragma once
/// A Reporter that remembers what it was told.

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/reporter.hpp"

namespace hoist::test {

class RecordingReporter final : public Reporter {
 public:
  struct Line {
    LogLevel level;
    std::string title;
    std::string message;
  };

  void log(LogLevel level, std::string_view title, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back({level, std::string(title), std::string(message)});
  }

  [[nodiscard]] std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// Whether any message holds the text.
  [[nodiscard]] bool contains(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    for (const Line& line : lines_) {
      if (line.message.find(text) != std::string::npos) return true;
    }
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace hoist::test
