#pragma once
/// Descriptors and the few system calls that more than one file of the installer makes.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "hoist/base/file.hpp"
#include "hoist/base/result.hpp"

namespace hoist::installer {

/// Closes on destruction.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { reset(); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

[[nodiscard]] inline std::unexpected<Error> fail_errno(std::string_view doing, const std::filesystem::path& path) {
  return std::unexpected(errno_error(errno, doing, path));
}

/// Directories are opened for use as the base of *at calls only.
inline constexpr int kOpenDirectory = O_PATH | O_DIRECTORY | O_CLOEXEC;

/// All of it, or false with errno.
[[nodiscard]] inline bool write_fully(int fd, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// flock that EINTR does not end.
[[nodiscard]] bool lock_fd(int fd, int operation) noexcept;

/// Exchanges two directory entries atomically (RENAME_EXCHANGE). False with errno.
[[nodiscard]] bool exchange_entries(int parent, const char* name, int other_parent, const char* other) noexcept;

/// rm -rf of `name` below `parent`, without following links. False with errno when something stays.
bool remove_tree_at(int parent, const char* name) noexcept;

/// The content of a symbolic link; empty when it is none.
[[nodiscard]] std::string read_link_at(int parent, const char* name);

}  // namespace hoist::installer
