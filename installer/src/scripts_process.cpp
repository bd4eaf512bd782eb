#include "scripts_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "hoist/base/file.hpp"
#include "scripts_signals.hpp"

namespace hoist::installer {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  void close() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  // Close-on-exec from the start: another thread may be starting a script right now.
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(errno_error(errno, "making a pipe for", "a script"));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// posix_spawn's two helper objects, freed together.
class SpawnSetup {
 public:
  SpawnSetup() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

/// The child starts with default signals and nothing blocked, whatever the thread that starts it has set up.
void reset_signals(SpawnSetup& setup, bool own_group) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  // Ignored signals stay ignored across exec unless they are reset; SIGPIPE is ignored in a program with sockets.
  ::posix_spawnattr_setsigdefault(&setup.attributes, &all);
  ::posix_spawnattr_setsigmask(&setup.attributes, &none);
  short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  if (own_group) {
    ::posix_spawnattr_setpgroup(&setup.attributes, 0);
    flags = static_cast<short>(flags | POSIX_SPAWN_SETPGROUP);
  }
  ::posix_spawnattr_setflags(&setup.attributes, flags);
}

Result<pid_t> spawn(const ShellCommand& command, const Pipe* output, const Pipe* errors) {
  SpawnSetup setup;
  reset_signals(setup, !command.foreground);
  ::posix_spawn_file_actions_addchdir_np(&setup.actions, command.directory.c_str());
  if (output != nullptr && errors != nullptr) {
    ::posix_spawn_file_actions_addopen(&setup.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&setup.actions, output->write.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&setup.actions, errors->write.get(), STDERR_FILENO);
  }
  std::vector<std::string> texts;
  texts.reserve(command.environment.size());
  std::vector<char*> environment;
  for (const auto& [name, value] : command.environment)
    if (name.find('\0') == std::string::npos && value.find('\0') == std::string::npos)
      environment.push_back(texts.emplace_back(name + "=" + value).data());
  environment.push_back(nullptr);
  std::string shell = command.shell, option = "-c", script = command.script;
  std::array<char*, 4> arguments{shell.data(), option.data(), script.data(), nullptr};
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, shell.c_str(), &setup.actions, &setup.attributes, arguments.data(), environment.data());
  if (error == 0) return child;
  // The folder and the shell fail with the same codes; a look tells them apart.
  const bool folder_there = ::access(command.directory.c_str(), X_OK) == 0;
  return std::unexpected(
      errno_error(error, "starting a script", folder_there ? std::filesystem::path(shell) : command.directory));
}

void keep_tail(std::string& text) {
  if (text.size() > 2 * kMaxKeptOutput) text.erase(0, text.size() - kMaxKeptOutput);
}

/// Reads both streams until every process that holds them has closed them.
void read_streams(std::array<Descriptor*, 2> streams, std::array<std::string*, 2> texts) {
  std::array<char, 65536> buffer{};
  while (streams[0]->get() >= 0 || streams[1]->get() >= 0) {
    std::array<pollfd, 2> waiting{};
    for (std::size_t i = 0; i < 2; ++i) waiting[i] = {streams[i]->get(), POLLIN, 0};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      const ssize_t count = ::read(streams[i]->get(), buffer.data(), buffer.size());
      if (count > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(count));
        keep_tail(*texts[i]);
      } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        streams[i]->close();
      }
    }
  }
}

void cut(std::string& text) {
  if (text.size() > kMaxKeptOutput) text.erase(0, text.size() - kMaxKeptOutput);
}

/// Waits until the child has ended but leaves it a zombie, so that its number cannot be reused while signals are still
/// passed on to it.
void wait_for_end(pid_t child) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

int reap(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

Result<ShellResult> run_shell(const ShellCommand& command) {
  Pipe output, errors;
  if (!command.foreground) {
    HOIST_TRY(output, make_pipe());
    HOIST_TRY(errors, make_pipe());
  }
  ChildSignals signals;
  HOIST_TRY(const pid_t child,
            spawn(command, command.foreground ? nullptr : &output, command.foreground ? nullptr : &errors));
  signals.watch(child, !command.foreground);
  ShellResult result;
  if (!command.foreground) {
    output.write.close();
    errors.write.close();
    read_streams({&output.read, &errors.read}, {&result.output, &result.errors});
    cut(result.output);
    cut(result.errors);
  }
  wait_for_end(child);
  signals.forget();
  const int status = reap(child);
  result.interrupted = signals.received();
  if (WIFSIGNALED(status))
    result.signal = WTERMSIG(status);
  else
    result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace hoist::installer
