#include "package_linker.hpp"

#include <string>
#include <vector>

#include "posix.hpp"

namespace hoist::installer {
namespace {

std::unexpected<Error> damaged(const StoredPackage& package, std::string_view path) {
  return fail("ESTOREDAMAGED", fmt::format("the store has lost \"{}\" of {}@{}", path, package.name, package.version),
              "Run `hoist cache verify` and install again.");
}

/// Kernel to kernel where the file systems can, else through a buffer.
bool copy_bytes(int from, int to) {
  for (;;) {
    const ssize_t count = ::copy_file_range(from, nullptr, to, nullptr, 1U << 30U, 0);
    if (count == 0) return true;
    if (count > 0) continue;
    if (errno == EINTR) continue;
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM) return false;
    break;
  }
  std::vector<char> buffer(128U << 10U);
  for (;;) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || !write_fully(to, {buffer.data(), static_cast<std::size_t>(got)})) return false;
  }
}

}  // namespace

Result<void> PackageLinker::copy_file(const char* source, const char* path, int directory) {
  const UniqueFd from(::openat(packages_, source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (!from || ::fstat(from.get(), &status) != 0) return fail_errno("cannot read", source);
  ::unlinkat(directory, path, 0);  // left by an attempt that met a damaged package
  const UniqueFd to(
      ::openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, status.st_mode & 0777U));
  if (!to) return fail_errno("cannot write", path);
  if (!copy_bytes(from.get(), to.get())) return fail_errno("cannot copy", path);
  ++copied_;
  return {};
}

Result<void> PackageLinker::link(const StoredPackage& package, int directory, bool copy) {
  Result<void> result;
  package.for_each_directory([&](std::string_view path) {
    if (result && ::mkdirat(directory, path.data(), 0777) != 0 && errno != EEXIST)
      result = fail_errno("cannot create", path);
  });
  HOIST_CHECK(result);
  std::string source = package.directory + '/';
  const std::size_t prefix = source.size();
  package.for_each_file([&](const StoredFile& file) {
    if (!result) return;
    source.resize(prefix);
    source += file.path;
    if (!copy && !cannot_link_.load(std::memory_order_relaxed)) {
      if (::linkat(packages_, source.c_str(), directory, file.path.data(), 0) == 0) return;
      // Left by an attempt that met a damaged package.
      if (errno == EEXIST && ::unlinkat(directory, file.path.data(), 0) == 0 &&
          ::linkat(packages_, source.c_str(), directory, file.path.data(), 0) == 0)
        return;
      if (errno == ENOENT) {
        result = damaged(package, file.path);
        return;
      }
      // EMLINK concerns one inode; the others concern every file of this store and project.
      if (errno == EXDEV || errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) {
        cannot_link_ = true;
      } else if (errno != EMLINK) {
        result = fail_errno("cannot link", file.path);
        return;
      }
    }
    result = copy_file(source.c_str(), file.path.data(), directory);
    if (!result && result.error().code == "ENOENT") result = damaged(package, file.path);
  });
  files_ += package.file_count;
  return result;
}

}  // namespace hoist::installer
