#pragma once
/// The store's index: an append-only file of checksummed records, mapped into memory.
///
/// file   = header (32 bytes: magic, version, byte order, salt) record*
/// record = header (56 bytes: magic, kind, payload length, payload crc, own offset, key, header crc) payload, padded to
/// 8
///
/// A header's checksum covers the file's random salt and the record's own offset, so neither the rest of a torn write
/// nor bytes that a package's author chose can pass for a record. The file never shrinks in place: the next append
/// overwrites a torn tail, so readers that have it mapped stay safe. Payloads are checked when they are first used.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hoist/installer/store.hpp"
#include "posix.hpp"

namespace hoist::installer {

struct StoreKeyHash {
  std::size_t operator()(const StoreKey& key) const noexcept;
};

/// The payload of a package record while it is being made.
class PackageRecordBuilder {
 public:
  void clear();
  void add_directory(std::string_view path);
  /// Returns where the file's record starts, for set_file and set_mode.
  std::size_t add_file(std::string_view path, std::uint16_t mode, std::uint64_t size);
  void set_file(std::size_t at, std::uint16_t mode, std::uint64_t size, std::uint32_t crc);
  void set_mode(std::size_t at, std::uint16_t mode);
  /// Drops earlier records of a path that comes again.
  void drop_repeated();
  struct Identity {
    std::string_view name, version;
    bool has_install_script = false, has_binding_gyp = false, has_shrinkwrap = false, has_bundled = false;
  };
  [[nodiscard]] std::string finish(const Identity& identity) const;

  struct File {
    std::size_t at;
    std::string_view path;
    std::uint16_t mode;
    std::uint64_t size;
  };
  [[nodiscard]] std::vector<File> files() const;

 private:
  std::string directories_, files_;
  std::uint32_t directory_count_ = 0, file_count_ = 0;
};

class StoreIndex {
 public:
  explicit StoreIndex(std::filesystem::path root);
  ~StoreIndex();
  StoreIndex(const StoreIndex&) = delete;
  StoreIndex& operator=(const StoreIndex&) = delete;

  /// Reads what is there; a missing or damaged file counts as empty.
  Result<void> load();
  /// nullptr when there is no such record or its payload is damaged.
  [[nodiscard]] const StoredPackage* find(const StoreKey& key);
  [[nodiscard]] std::optional<StoreKey> find_alias(const StoreKey& alias);
  /// Appends under the lock file; picks up what other processes appended meanwhile. Should the disk refuse, the record
  /// still serves this process: an index is a convenience, the directory is the truth.
  const StoredPackage* append(const StoreKey& key, std::string payload);
  void append_alias(const StoreKey& alias, const StoreKey& target);
  [[nodiscard]] std::vector<StoreKey> keys();
  /// Writes a new file without these keys and the aliases that lead to them.
  Result<void> rewrite_without(const std::vector<StoreKey>& keys);

 private:
  struct Slot {
    std::string_view payload;
    std::uint32_t crc = 0;
    bool checked = false;
    std::unique_ptr<StoredPackage> package;
  };
  struct Mapping {
    const char* data = nullptr;
    std::size_t size = 0;
  };

  bool open_current();
  void refresh();
  void scan(const Mapping& mapping);
  bool create_file();
  bool append_locked(std::uint32_t kind, const StoreKey& key, std::string_view payload);
  static std::unique_ptr<StoredPackage> decode(const StoreKey& key, std::string_view payload);

  std::filesystem::path root_;
  std::mutex mutex_;
  UniqueFd lock_;
  UniqueFd file_;
  std::uint64_t inode_ = 0;
  std::uint64_t salt_ = 0;
  std::uint64_t end_ = 0;          ///< where the next record goes; everything before is sound
  std::vector<Mapping> mappings_;  ///< older ones stay: records point into them
  std::deque<std::string> own_;    ///< payloads of this process
  std::unordered_map<StoreKey, Slot, StoreKeyHash> packages_;
  std::unordered_map<StoreKey, StoreKey, StoreKeyHash> aliases_;
};

}  // namespace hoist::installer
