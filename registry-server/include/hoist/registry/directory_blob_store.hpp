#pragma once
/// The embedded BlobStore: files named by their content.

#include <filesystem>
#include <memory>

#include "hoist/registry/blob_store.hpp"

namespace hoist::registry {

/// `<directory>/<two digits>/<the rest of the key>`, and `<directory>/tmp` for content on its way in. A blob is written
/// to a temporary file, synced, renamed, and its directory synced, before commit() returns.
[[nodiscard]] Result<std::unique_ptr<BlobStore>> open_directory_blob_store(const std::filesystem::path& directory);

}  // namespace hoist::registry
