#pragma once
/// Both stores of one registry, opened from one place.

#include <filesystem>
#include <memory>

#include "hoist/registry/blob_store.hpp"
#include "hoist/registry/metadata_store.hpp"

namespace hoist::registry {

class Storage {
 public:
  /// `<directory>/registry.db` and `<directory>/blobs`, made when they are not there. Only this user can read them.
  static Result<Storage> open(const std::filesystem::path& directory);

  [[nodiscard]] MetadataStore& metadata() const noexcept { return *metadata_; }
  [[nodiscard]] BlobStore& blobs() const noexcept { return *blobs_; }
  /// For documents that can be built again.
  [[nodiscard]] std::filesystem::path views_directory() const { return directory_ / "views"; }
  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<MetadataStore> metadata_;
  std::unique_ptr<BlobStore> blobs_;
};

}  // namespace hoist::registry
