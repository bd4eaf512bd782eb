#pragma once
/// Brings a stored package's files into a directory.

#include <atomic>
#include <cstdint>

#include "hoist/base/result.hpp"
#include "hoist/installer/store.hpp"

namespace hoist::installer {

/// Used by several threads at once.
class PackageLinker {
 public:
  /// `packages` is the store's descriptor.
  explicit PackageLinker(int packages) noexcept : packages_(packages) {}

  /// Files and folders of `package` into the empty `directory`. Hard links where they are possible; copies with `copy`,
  /// on another file system, when the kernel refuses links to the store's files, or when an inode has no room for more.
  /// ESTOREDAMAGED when the store lacks a file.
  Result<void> link(const StoredPackage& package, int directory, bool copy);

  [[nodiscard]] std::uint64_t files() const noexcept { return files_; }
  [[nodiscard]] std::uint64_t copied() const noexcept { return copied_; }

 private:
  Result<void> copy_file(const char* source, const char* path, int directory);

  const int packages_;
  std::atomic<bool> cannot_link_{false};
  std::atomic<std::uint64_t> files_{0}, copied_{0};
};

}  // namespace hoist::installer
