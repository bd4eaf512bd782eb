#include "posix.hpp"

#include <dirent.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include <array>
#include <climits>
#include <cstring>
#include <vector>

namespace hoist::installer {

bool lock_fd(int fd, int operation) noexcept {
  for (;;) {
    if (::flock(fd, operation) == 0) return true;
    if (errno != EINTR) return false;
  }
}

bool exchange_entries(int parent, const char* name, int other_parent, const char* other) noexcept {
#ifdef SYS_renameat2
  constexpr unsigned flag = 1U << 1U;  // RENAME_EXCHANGE, which older headers lack
  return ::syscall(SYS_renameat2, parent, name, other_parent, other, flag) == 0;
#else
  errno = ENOSYS;
  return false;
#endif
}

bool remove_tree_at(int parent, const char* name) noexcept {
  if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  DIR* stream = ::fdopendir(fd);
  if (stream == nullptr) {
    ::close(fd);
    return false;
  }
  bool clean = true;
  // Names are gathered first: removing while reading may skip entries on some file systems.
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream)) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
      names.emplace_back(entry->d_name);
  }
  for (const std::string& each : names) clean = remove_tree_at(::dirfd(stream), each.c_str()) && clean;
  ::closedir(stream);
  return clean && (::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT);
}

std::string read_link_at(int parent, const char* name) {
  std::array<char, PATH_MAX> buffer;
  const ssize_t length = ::readlinkat(parent, name, buffer.data(), buffer.size());
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : std::string();
}

}  // namespace hoist::installer
