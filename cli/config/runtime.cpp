#include "cli/config/runtime.hpp"

#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/version.hpp"

extern char** environ;

namespace hoist::cli {
namespace {

std::string real_path(const std::string& path) {
  char buffer[PATH_MAX];
  return realpath(path.c_str(), buffer) == nullptr ? path : std::string(buffer);
}

/// Identity of the binary, so that a changed node is asked again.
std::string fingerprint(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return {};
  return fmt::format("{} {} {}.{:09}", path, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// `<path> --version`, at most a line.
std::string ask_version(const std::string& path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string flag = "--version", program = path;
  char* arguments[] = {program.data(), flag.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawn(&child, path.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output;
  if (failed == 0) {
    char buffer[256];
    for (ssize_t got = 0; output.size() < 1024 && (got = read(ends[0], buffer, sizeof buffer)) > 0;)
      output.append(buffer, static_cast<std::size_t>(got));
    wait_for(child);
  }
  close(ends[0]);
  return output;
}

std::string valid_version(std::string_view text) {
  text = trim(text);
  if (text.starts_with('v')) text.remove_prefix(1);
  const auto version = package::Version::parse(text);
  return version ? version->to_string() : std::string();
}

}  // namespace

std::string find_program(std::string_view name, const Environment& environment) {
  for (const auto folder : split(environment.get("PATH"), ':')) {
    if (folder.empty()) continue;
    std::string candidate(folder);
    candidate.append("/").append(name);
    struct stat status{};
    if (access(candidate.c_str(), X_OK) == 0 && stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode))
      return candidate;
  }
  return {};
}

NodeBinary find_node(const Environment& environment) {
  NodeBinary node;
  if (const auto found = find_program("node", environment); !found.empty()) node.path = real_path(found);
  node.prefix =
      node.path.empty() ? "/usr/local" : std::filesystem::path(node.path).parent_path().parent_path().string();
  if (const auto destination = environment.get("DESTDIR"); !destination.empty())
    node.prefix = std::string(destination) + node.prefix;
  if (const auto prefix = environment.get("PREFIX"); !prefix.empty()) node.prefix = prefix;
  return node;
}

std::string node_version(const NodeBinary& node, const std::string& cache) {
  if (node.path.empty()) return {};
  const auto key = fingerprint(node.path);
  const std::filesystem::path file = std::filesystem::path(cache) / "_hoist" / "node-version";
  if (const auto known = read_file(file, 8192)) {
    const auto gap = known->find('\n');
    if (gap != std::string::npos && known->substr(0, gap) == key)
      if (auto version = valid_version(std::string_view(*known).substr(gap + 1)); !version.empty()) return version;
  }
  auto version = valid_version(ask_version(node.path));
  // A cache: whoever cannot write it asks again next time.
  if (!version.empty() && make_directories(file.parent_path())) (void)atomic_write(file, key + '\n' + version + '\n');
  return version;
}

std::string_view node_platform() noexcept {
#if defined(__linux__)
  return "linux";
#elif defined(__APPLE__)
  return "darwin";
#else
  return "freebsd";
#endif
}

std::string_view node_arch() noexcept {
#if defined(__x86_64__)
  return "x64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__arm__)
  return "arm";
#elif defined(__powerpc64__)
  return "ppc64";
#elif defined(__s390x__)
  return "s390x";
#elif defined(__riscv)
  return "riscv64";
#else
  return "ia32";
#endif
}

Result<int> run_editor(const std::string& editor, const std::string& file) {
  std::vector<std::string> words;
  for (const auto word : split(editor, ' '))
    if (!word.empty()) words.emplace_back(word);
  if (words.empty()) return fail("", "no editor is configured", "Set EDITOR, or run: npm config set editor=<program>");
  words.push_back(file);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (const int failed = posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ); failed != 0)
    return std::unexpected(errno_error(failed, "start", words.front()));
  const int code = wait_for(child);
  if (code != 0) return fail("", fmt::format("editor process exited with code: {}", code));
  return 0;
}

}  // namespace hoist::cli
