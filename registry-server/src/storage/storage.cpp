#include "storage/storage.hpp"

#include "hoist/base/file.hpp"
#include "hoist/registry/directory_blob_store.hpp"
#include "hoist/registry/sqlite_store.hpp"

namespace hoist::registry {

Result<Storage> Storage::open(const std::filesystem::path& directory) {
  Storage storage;
  std::error_code error;
  storage.directory_ = std::filesystem::absolute(directory, error);
  const bool is_new = !std::filesystem::exists(storage.directory_, error);
  HOIST_CHECK(make_directories(storage.directory_));
  // Password and token hashes, and the key that signs: nobody else's business.
  if (is_new) std::filesystem::permissions(storage.directory_, std::filesystem::perms::owner_all, error);
  HOIST_TRY(storage.metadata_, open_sqlite_store((storage.directory_ / "registry.db").string()));
  HOIST_TRY(storage.blobs_, open_directory_blob_store(storage.directory_ / "blobs"));
  return storage;
}

}  // namespace hoist::registry
