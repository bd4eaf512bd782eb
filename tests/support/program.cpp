#include "support/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace hoist::test {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

int milliseconds_left(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

std::vector<std::string> make_environment(const std::map<std::string, std::string>& extra) {
  std::map<std::string, std::string> all = {{"LANG", "C.UTF-8"}, {"TZ", "UTC"}};
  for (const char* name :
       {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH"}) {
    if (const char* value = std::getenv(name)) all.emplace(name, value);
  }
  for (const auto& [name, value] : extra) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> make_pointers(std::vector<std::string>& lines) {
  std::vector<char*> pointers;
  for (std::string& line : lines) pointers.push_back(line.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// An anonymous file with the input, at its beginning; /dev/null without input.
int open_input(const std::string& input) {
  if (input.empty()) return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int file = ::memfd_create("input", MFD_CLOEXEC);
  if (file < 0 || ::write(file, input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    throw std::runtime_error("cannot hold the input");
  }
  ::lseek(file, 0, SEEK_SET);
  return file;
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  }
};

/// In the child between fork and exec: only calls that are safe there.
[[noreturn]] void become(char** arguments, char** environment, const char* directory, int in, int out, int err) {
  ::setpgid(0, 0);
  ::umask(022);  // modes are compared
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  if (::chdir(directory) == 0) ::execvpe(arguments[0], arguments, environment);
  ::_exit(127);
}

}  // namespace

BackgroundProgram::BackgroundProgram(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  std::vector<std::string> argument_lines = arguments, environment_lines = make_environment(options.environment);
  const auto argument_pointers = make_pointers(argument_lines), environment_pointers = make_pointers(environment_lines);
  const std::string directory = options.directory.string();
  const int in = open_input(options.input);
  Pipe out, err;
  pid_ = ::fork();
  if (pid_ == 0) {
    become(const_cast<char**>(argument_pointers.data()), const_cast<char**>(environment_pointers.data()),
           directory.c_str(), in, out.ends[1], err.ends[1]);
  }
  ::close(in);
  ::close(out.ends[1]);
  ::close(err.ends[1]);
  out_ = out.ends[0];
  err_ = err.ends[0];
  if (pid_ < 0) throw std::runtime_error("fork failed");
  ::setpgid(pid_, pid_);  // here too: whoever comes first wins, and the group exists from now on
}

BackgroundProgram::~BackgroundProgram() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
}

void BackgroundProgram::signal(int number) {
  if (pid_ > 0) ::kill(-pid_, number);
}

/// Waits until something can be read and takes it; closes what has ended.
void BackgroundProgram::read_some(std::chrono::milliseconds limit) {
  pollfd watched[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (::poll(watched, 2, static_cast<int>(limit.count())) <= 0) return;
  const auto take = [](const pollfd& ready, int& file, std::string& into) {
    if (ready.revents == 0 || file < 0) return;
    char buffer[16384];
    const ssize_t size = ::read(file, buffer, sizeof buffer);
    if (size > 0) {
      into.append(buffer, static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      ::close(file);
      file = -1;
    }
  };
  take(watched[0], out_, result_.output);
  take(watched[1], err_, result_.errors);
}

std::string BackgroundProgram::read_line(std::chrono::milliseconds limit) {
  const Deadline deadline = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto newline = result_.output.find('\n', taken_);
    if (newline != std::string::npos) {
      std::string line = result_.output.substr(taken_, newline - taken_);
      taken_ = newline + 1;
      return line;
    }
    if (out_ < 0 || milliseconds_left(deadline) == 0) {
      throw std::runtime_error("no line from the program; it said: " + result_.output + result_.errors);
    }
    read_some(std::chrono::milliseconds(milliseconds_left(deadline)));
  }
}

ProgramResult BackgroundProgram::wait(std::chrono::milliseconds limit) {
  const Deadline deadline = std::chrono::steady_clock::now() + limit;
  while (out_ >= 0 || err_ >= 0) {
    if (milliseconds_left(deadline) == 0) {
      result_.timed_out = true;
      signal(SIGKILL);
      break;
    }
    read_some(std::chrono::milliseconds(milliseconds_left(deadline)));
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return std::move(result_);
}

ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  BackgroundProgram program(arguments, options);
  return program.wait(options.time_limit);
}

}  // namespace hoist::test
