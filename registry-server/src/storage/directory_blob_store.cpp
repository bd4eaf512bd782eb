#include "hoist/registry/directory_blob_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>

#include "hoist/base/file.hpp"
#include "storage/directory_blob.hpp"
#include "storage/fault_point.hpp"
#include "storage/power_loss.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyLength = 128;

Result<void> check_key(std::string_view key) {
  const bool is_hex = key.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (key.size() != kKeyLength || !is_hex) return fail("EINVAL", "not a blob key");
  return {};
}

Time to_time(const struct stat& status) {
  return Time(std::chrono::seconds(status.st_mtim.tv_sec) +
              std::chrono::milliseconds(status.st_mtim.tv_nsec / 1'000'000));
}

Result<void> make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0777) == 0) {
    power_loss::after_create(folder);
  } else if (errno != EEXIST) {
    return std::unexpected(errno_error(errno, "creating", folder));
  }
  return {};
}

/// The folders of a new store, all at once: made one by one, each would cost a publish a sync of its own.
Result<void> make_folders(const fs::path& directory) {
  for (int i = 0; i < 256; ++i) HOIST_CHECK(make_folder(directory / fmt::format("{:02x}", i)));
  return {};
}

class DirectoryBlobStore final : public BlobStore, public BlobPlacer {
 public:
  explicit DirectoryBlobStore(fs::path directory) : directory_(std::move(directory)) {}

  Result<std::unique_ptr<StagedBlob>> stage() override {
    return make_staged_blob(*this, directory_ / "tmp" / fmt::format("{}-{}", ::getpid(), ++next_temporary_));
  }
  Result<std::shared_ptr<const Blob>> open(std::string_view key) override {
    HOIST_CHECK(check_key(key));
    return open_file_blob(path_of(key));
  }
  Result<void> remove(std::string_view key) override {
    HOIST_CHECK(check_key(key));
    const fs::path path = path_of(key);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return std::unexpected(errno_error(errno, "removing", path));
    return {};
  }
  Result<void> for_each(const std::function<Result<void>(const BlobInfo&)>& visit) override;
  Result<std::size_t> remove_abandoned(Time time) override;
  Result<void> check_ready() override {
    HOIST_TRY(const auto staged, stage());
    HOIST_CHECK(staged->append("ready"));
    HOIST_TRY(const auto bytes, staged->bytes());
    return bytes == "ready" ? Result<void>{} : fail("E500", "the blob directory does not keep what is written");
  }

  // BlobPlacer
  Result<bool> renew(std::string_view key, std::uint64_t size) override;
  Result<void> place(const fs::path& temporary, std::string_view key) override;
  Result<void> check(std::string_view key) override { return check_key(key); }

 private:
  [[nodiscard]] fs::path path_of(std::string_view key) const { return directory_ / key.substr(0, 2) / key.substr(2); }

  const fs::path directory_;
  std::atomic<std::uint64_t> next_temporary_{0};
};

Result<bool> DirectoryBlobStore::renew(std::string_view key, std::uint64_t size) {
  const fs::path path = path_of(key);
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  // A file of another length is damage: the content at hand replaces it.
  if (static_cast<std::uint64_t>(status.st_size) != size) return false;
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) != 0) return false;
  // Whoever placed it may not have synced yet; the caller is about to rely on it.
  HOIST_CHECK(sync_path(path));
  HOIST_CHECK(sync_path(path.parent_path()));
  return true;
}

Result<void> DirectoryBlobStore::place(const fs::path& temporary, std::string_view key) {
  const fs::path path = path_of(key);
  const fs::path folder = path.parent_path();
  fault_point("blob.before-rename");
  int code = ::rename(temporary.c_str(), path.c_str());
  if (code != 0 && errno == ENOENT) {
    HOIST_CHECK(make_folder(folder));
    HOIST_CHECK(sync_path(directory_));
    code = ::rename(temporary.c_str(), path.c_str());
  }
  if (code != 0) return std::unexpected(errno_error(errno, "renaming to", path));
  power_loss::after_create(path);
  fault_point("blob.after-rename");
  HOIST_CHECK(sync_path(folder));
  fault_point("blob.placed");
  return {};
}

Result<void> DirectoryBlobStore::for_each(const std::function<Result<void>(const BlobInfo&)>& visit) {
  std::error_code error;
  for (fs::directory_iterator folder(directory_, error), end; !error && folder != end; folder.increment(error)) {
    const std::string prefix = folder->path().filename().string();
    if (prefix.size() != 2) continue;
    std::error_code inner;
    for (fs::directory_iterator file(folder->path(), inner); !inner && file != end; file.increment(inner)) {
      const std::string key = prefix + file->path().filename().string();
      struct stat status{};
      if (!check_key(key) || ::stat(file->path().c_str(), &status) != 0) continue;
      HOIST_CHECK(visit({key, static_cast<std::uint64_t>(status.st_size), to_time(status)}));
    }
  }
  if (error) return std::unexpected(errno_error(error.value(), "reading", directory_));
  return {};
}

Result<std::size_t> DirectoryBlobStore::remove_abandoned(Time time) {
  const fs::path folder = directory_ / "tmp";
  std::size_t removed = 0;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    struct stat status{};
    if (::stat(file->path().c_str(), &status) != 0 || to_time(status) >= time) continue;
    if (::unlink(file->path().c_str()) == 0) ++removed;
  }
  if (error) return std::unexpected(errno_error(error.value(), "reading", folder));
  return removed;
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_directory_blob_store(const fs::path& directory) {
  std::error_code ignored;
  const bool is_new = !fs::exists(directory / "tmp", ignored);
  HOIST_CHECK(make_directories(directory / "tmp"));
  if (is_new) HOIST_CHECK(make_folders(directory));
  HOIST_CHECK(sync_path(directory));
  HOIST_CHECK(sync_path(directory.parent_path()));
  return std::unique_ptr<BlobStore>(std::make_unique<DirectoryBlobStore>(directory));
}

}  // namespace hoist::registry
