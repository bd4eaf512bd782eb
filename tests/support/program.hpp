#pragma once
/// Running programs with an environment that holds only what the test says.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hoist::test {

struct ProgramOptions {
  std::filesystem::path directory = ".";
  /// Added to the scrubbed base: PATH, LANG=C.UTF-8 and TZ=UTC, and whatever sanitizers read.
  std::map<std::string, std::string> environment;
  std::string input;                     ///< standard input; empty = /dev/null
  std::chrono::seconds time_limit{120};  ///< after it the whole process group is killed
};

struct ProgramResult {
  int exit_code = -1;  ///< -1 when a signal ended it
  int signal = 0;      ///< the signal, SIGKILL after the time limit
  bool timed_out = false;
  std::string output;
  std::string errors;
};

/// Runs to the end. `arguments[0]` is looked up in PATH. Throws std::runtime_error when it cannot be started.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramOptions& options = {});

/// A program that runs beside the test, in a process group of its own; killed at the end of the object's life, and with
/// the test itself if that dies.
class BackgroundProgram {
 public:
  BackgroundProgram(const std::vector<std::string>& arguments, const ProgramOptions& options = {});
  ~BackgroundProgram();
  BackgroundProgram(const BackgroundProgram&) = delete;
  BackgroundProgram& operator=(const BackgroundProgram&) = delete;

  /// The next line of its standard output without the newline. Throws when none comes within `limit`.
  [[nodiscard]] std::string read_line(std::chrono::milliseconds limit = std::chrono::seconds(60));
  /// Sends a signal to the whole group.
  void signal(int number);
  /// Waits for the end and collects the rest of the output.
  [[nodiscard]] ProgramResult wait(std::chrono::milliseconds limit = std::chrono::seconds(120));
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  void read_some(std::chrono::milliseconds limit);

  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
  std::size_t taken_ = 0;
  ProgramResult result_;
};

}  // namespace hoist::test
