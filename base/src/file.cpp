#include "hoist/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "hoist/base/text.hpp"

namespace hoist {
namespace fs = std::filesystem;
namespace {

std::string errno_code(int number) {
  const char* name = strerrorname_np(number);
  return name != nullptr ? name : "EIO";
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

fs::path temporary_beside(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.parent_path() /
         fmt::format(".{}.{}-{}.tmp", target.filename().string(), ::getpid(), counter.fetch_add(1));
}

}  // namespace

Error errno_error(int number, std::string_view doing, const fs::path& path) {
  return Error{errno_code(number), fmt::format("{} {}: {}", doing, path.string(), std::strerror(number)), {}, {}, {}};
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return std::unexpected(errno_error(errno, "cannot read", path));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return std::unexpected(errno_error(errno, "cannot read", path));
  if (S_ISDIR(status.st_mode)) return std::unexpected(errno_error(EISDIR, "cannot read", path));
  if (static_cast<std::size_t>(status.st_size) > limit) return std::unexpected(errno_error(EFBIG, "cannot read", path));
  std::string content;
  content.resize(static_cast<std::size_t>(status.st_size) + 1);
  std::size_t used = 0;
  for (;;) {
    const ssize_t got = ::read(fd.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno_error(errno, "cannot read", path));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > limit) return std::unexpected(errno_error(EFBIG, "cannot read", path));
    if (used == content.size()) content.resize(content.size() * 2);
  }
  content.resize(used);
  return content;
}

Result<void> atomic_write(const fs::path& path, std::string_view content, Durability durability) {
  std::error_code ignored;
  const fs::path target = fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
  const fs::path temporary = temporary_beside(target);
  struct stat before{};
  const bool existed = ::stat(target.c_str(), &before) == 0;
  const FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (fd.get() < 0) return std::unexpected(errno_error(errno, "cannot write", target));
  const bool written = write_all(fd.get(), content) && (!existed || ::fchmod(fd.get(), before.st_mode & 07777) == 0) &&
                       (durability == Durability::kFast || ::fsync(fd.get()) == 0) &&
                       ::rename(temporary.c_str(), target.c_str()) == 0;
  if (!written) {
    const int number = errno;
    ::unlink(temporary.c_str());
    return std::unexpected(errno_error(number, "cannot write", target));
  }
  if (durability == Durability::kSynced) {
    const FileDescriptor directory(
        ::open(target.has_parent_path() ? target.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0) ::fsync(directory.get());
  }
  return {};
}

Result<void> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error && !fs::is_directory(path))
    return std::unexpected(errno_error(error.value(), "cannot create directory", path));
  return {};
}

Result<void> remove_all(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return std::unexpected(errno_error(error.value(), "cannot remove", path));
  return {};
}

bool is_safe_relative_path(std::string_view path) noexcept {
  if (path.empty() || path.front() == '/' || path.find('\\') != std::string_view::npos ||
      path.find('\0') != std::string_view::npos)
    return false;
  if (path.size() >= 2 && path[1] == ':') return false;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    if (segment.empty() || segment == "." || segment == "..") return false;
    start = end + 1;
  }
  return true;
}

}  // namespace hoist
