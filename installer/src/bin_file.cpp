#include "bin_file.hpp"

#include <array>

#include "posix.hpp"
#include "store_unpack.hpp"

namespace hoist::installer {
namespace {

constexpr mode_t kExecutable = 0755;

/// The same content in an inode of its own, with the mode of an executable.
Result<void> replace(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path temporary = file.parent_path() / fmt::format(".hoist-bin-{}.tmp", ::getpid());
  ::unlink(temporary.c_str());
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0777));
  if (!fd) return fail_errno("cannot write", temporary);
  if (write_fully(fd.get(), content) && ::fchmod(fd.get(), kExecutable) == 0 &&
      ::rename(temporary.c_str(), file.c_str()) == 0)
    return {};
  const int number = errno;
  ::unlink(temporary.c_str());
  return std::unexpected(errno_error(number, "cannot write", file));
}

}  // namespace

Result<void> fix_bin_file(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::array<char, 2048> start;
  const ssize_t got = ::pread(fd.get(), start.data(), start.size(), 0);
  const bool dos = got > 0 && has_dos_shebang({start.data(), static_cast<std::size_t>(got)});
  const bool executable = (status.st_mode & kExecutable) == kExecutable;
  if (executable && !dos) return {};
  if (!dos && status.st_nlink == 1) {
    if (::fchmod(fd.get(), kExecutable) != 0) return fail_errno("cannot make executable", file);
    return {};
  }
  HOIST_TRY(std::string content, read_file(file));
  if (dos) content.erase(content.find('\n') - 1, 1);
  return replace(file, content);
}

}  // namespace hoist::installer
