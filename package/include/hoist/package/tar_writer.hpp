#pragma once
/// Writing a package's tarball, byte for byte as npm does (node-tar in portable mode, pacote's options).

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::package {

/// Entries one after the other into memory. Every entry has npm's time (1985-10-26T08:15:00Z), no owner, and a pax
/// header where its path is not plain ASCII or too long.
class TarWriter {
 public:
  /// `path` as it shall stand in the archive. EFBIG from 8 GiB on.
  [[nodiscard]] Result<void> add_file(std::string_view path, std::uint32_t mode, std::string_view content);
  /// A hard link to an entry before it.
  void add_link(std::string_view path, std::uint32_t mode, std::string_view target);
  /// The archive with its end marker. The writer is empty afterwards.
  [[nodiscard]] std::string finish();

 private:
  void add_header(std::string_view path, std::uint32_t mode, std::uint64_t size, char type, std::string_view target);
  std::string bytes_;
};

/// The tar of a folder: `files` (see pack_list) below `package/`. Modes are made portable; files that `bin` names at
/// the top of the package become executable, as pacote does it; two names of one file become a hard link. A root
/// package.json with `patchedDependencies` is written without them.
[[nodiscard]] Result<std::string> write_package_tar(const std::filesystem::path& folder,
                                                    const std::vector<std::string>& files);

/// gzip with zlib's level 9 and no traces of the machine.
[[nodiscard]] std::string gzip_portable(std::string_view bytes);

}  // namespace hoist::package
