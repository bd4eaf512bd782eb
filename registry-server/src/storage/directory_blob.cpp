#include "storage/directory_blob.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "hoist/base/file.hpp"
#include "storage/fault_point.hpp"
#include "storage/power_loss.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;

/// Most packages are smaller, and then need no file before they are known to be good.
constexpr std::size_t kKeepInMemory = 1U << 20U;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  void close() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

std::unexpected<Error> write_failure(const fs::path& path) {
  Error error = errno_error(errno, "writing", path);
  if (error.code == "ENOSPC" || error.code == "EDQUOT") error.code = "E507";
  return std::unexpected(std::move(error));
}

class FileBlob final : public Blob {
 public:
  FileBlob(Descriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  std::uint64_t size() const noexcept override { return size_; }
  int descriptor() const noexcept override { return file_.get(); }
  Result<std::string> read(std::uint64_t offset, std::size_t length) const override {
    if (offset >= size_) return std::string();
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset)), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got =
          ::pread(file_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return std::unexpected(errno_error(errno, "reading", "a blob"));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

 private:
  Descriptor file_;
  std::uint64_t size_;
};

class FileStagedBlob final : public StagedBlob {
 public:
  FileStagedBlob(BlobPlacer& placer, fs::path temporary) : placer_(placer), temporary_(std::move(temporary)) {}
  ~FileStagedBlob() override {
    unmap();
    if (file_.is_open() && !placed_) ::unlink(temporary_.c_str());
  }
  FileStagedBlob(const FileStagedBlob&) = delete;
  FileStagedBlob& operator=(const FileStagedBlob&) = delete;

  Result<void> append(std::string_view bytes) override {
    unmap();
    size_ += bytes.size();
    if (!file_.is_open() && memory_.size() + bytes.size() <= kKeepInMemory) {
      memory_ += bytes;
      return {};
    }
    HOIST_CHECK(spill());
    return write_all(bytes);
  }

  Result<std::string_view> bytes() override {
    if (!file_.is_open()) return std::string_view(memory_);
    if (mapped_ == nullptr) {
      void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_.get(), 0);
      if (address == MAP_FAILED) return std::unexpected(errno_error(errno, "mapping", temporary_));
      mapped_ = address;
      mapped_size_ = size_;
    }
    return std::string_view(static_cast<const char*>(mapped_), mapped_size_);
  }

  Result<void> commit(std::string_view key) override {
    HOIST_CHECK(placer_.check(key));
    HOIST_TRY(const bool is_there, placer_.renew(key, size_));
    if (is_there) return {};
    if (placed_) HOIST_CHECK(copy_to_new_file());
    HOIST_CHECK(spill());
    fault_point("blob.before-sync");
    if (::fsync(file_.get()) != 0) return write_failure(temporary_);
    power_loss::after_sync(temporary_);
    HOIST_CHECK(placer_.place(temporary_, key));
    placed_ = true;  // the temporary name is gone: nothing to unlink
    return {};
  }

 private:
  /// The placed file may have been removed since; its content is still there through the descriptor.
  Result<void> copy_to_new_file() {
    HOIST_TRY(const std::string_view content, bytes());
    const Descriptor old(std::move(file_));
    placed_ = false;
    HOIST_CHECK(spill());
    HOIST_CHECK(write_all(content));
    unmap();
    return {};
  }
  /// Moves what is in memory to the file.
  Result<void> spill() {
    if (file_.is_open()) return {};
    fault_point("blob.before-create");
    file_ = Descriptor(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file_.is_open()) return write_failure(temporary_);
    power_loss::after_create(temporary_);
    HOIST_CHECK(write_all(memory_));
    std::string().swap(memory_);
    return {};
  }
  Result<void> write_all(std::string_view bytes) {
    power_loss::before_write(temporary_);
    if (power_loss::is_disk_full()) {
      errno = ENOSPC;
      return write_failure(temporary_);
    }
    while (!bytes.empty()) {
      const ssize_t done = ::write(file_.get(), bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return write_failure(temporary_);
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return {};
  }
  void unmap() {
    if (mapped_ != nullptr) ::munmap(mapped_, mapped_size_);
    mapped_ = nullptr;
  }

  BlobPlacer& placer_;
  const fs::path temporary_;
  Descriptor file_;
  std::string memory_;
  std::uint64_t size_ = 0;
  bool placed_ = false;
  void* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
};

}  // namespace

std::unique_ptr<StagedBlob> make_staged_blob(BlobPlacer& placer, fs::path temporary) {
  return std::make_unique<FileStagedBlob>(placer, std::move(temporary));
}

Result<std::shared_ptr<const Blob>> open_file_blob(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::unexpected(errno_error(errno, "opening", path));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return std::unexpected(errno_error(errno, "opening", path));
  return std::make_shared<const FileBlob>(std::move(file), static_cast<std::uint64_t>(status.st_size));
}

Result<void> sync_path(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) return std::unexpected(errno_error(errno, "syncing", path));
  power_loss::after_sync(path);
  power_loss::after_directory_sync(path);
  return {};
}

}  // namespace hoist::registry
