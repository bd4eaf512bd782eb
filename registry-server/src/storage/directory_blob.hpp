#pragma once
/// The files behind DirectoryBlobStore: one on its way in, one open for reading.

#include <filesystem>

#include "hoist/registry/blob_store.hpp"

namespace hoist::registry {

/// Where a staged file ends up.
class BlobPlacer {
 public:
  virtual ~BlobPlacer() = default;
  [[nodiscard]] virtual Result<void> check(std::string_view key) = 0;
  /// True when the blob is there already, and then durable and counted as stored now.
  [[nodiscard]] virtual Result<bool> renew(std::string_view key, std::uint64_t size) = 0;
  /// Renames a synced file to its place, durably.
  [[nodiscard]] virtual Result<void> place(const std::filesystem::path& temporary, std::string_view key) = 0;
};

/// Small content stays in memory until commit(); the file at `temporary` is made when it outgrows that.
[[nodiscard]] std::unique_ptr<StagedBlob> make_staged_blob(BlobPlacer& placer, std::filesystem::path temporary);

[[nodiscard]] Result<std::shared_ptr<const Blob>> open_file_blob(const std::filesystem::path& path);

/// fsync of a file or a directory.
[[nodiscard]] Result<void> sync_path(const std::filesystem::path& path);

}  // namespace hoist::registry
