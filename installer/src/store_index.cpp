#include "store_index.hpp"

#include <libdeflate.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace hoist::installer {
namespace {

struct FileHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t byte_order;
  std::uint64_t salt;
  std::uint64_t reserved;
};
static_assert(sizeof(FileHeader) == 32);

struct RecordHeader {
  std::uint32_t magic;
  std::uint32_t kind;
  std::uint32_t length;
  std::uint32_t payload_crc;
  std::uint64_t offset;
  std::uint8_t key[24];
  std::uint32_t header_crc;
  std::uint32_t reserved;
};
static_assert(sizeof(RecordHeader) == 56);

constexpr char kFileMagic[8] = {'H', 'O', 'I', 'S', 'T', 'I', 'X', '1'};
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kRecordMagic = 0x31435248;
enum Kind : std::uint32_t { kPackage = 1, kAlias = 2 };

std::uint32_t crc(std::uint32_t start, const void* data, std::size_t size) noexcept {
  return libdeflate_crc32(start, data, size);
}

std::uint32_t header_crc(const RecordHeader& header, std::uint64_t salt) noexcept {
  return crc(crc(0, &salt, sizeof salt), &header, offsetof(RecordHeader, header_crc));
}

constexpr std::uint64_t padded(std::uint64_t size) noexcept { return (size + 7U) & ~std::uint64_t{7}; }

bool write_at(int fd, std::string_view bytes, std::uint64_t offset) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return true;
}

/// Holds index.lock for the life of an append.
class Locked {
 public:
  explicit Locked(int fd) noexcept : fd_(fd), held_(lock_fd(fd, LOCK_EX)) {}
  ~Locked() {
    if (held_) (void)lock_fd(fd_, LOCK_UN);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  int fd_;
  bool held_;
};

std::string record_bytes(std::uint32_t kind, const StoreKey& key, std::string_view payload, std::uint64_t offset,
                         std::uint64_t salt) {
  RecordHeader header{};
  header.magic = kRecordMagic;
  header.kind = kind;
  header.length = static_cast<std::uint32_t>(payload.size());
  header.payload_crc = crc(0, payload.data(), payload.size());
  header.offset = offset;
  std::memcpy(header.key, key.bytes.data(), sizeof header.key);
  header.header_crc = header_crc(header, salt);
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(payload);
  bytes.resize(padded(bytes.size()), '\0');
  return bytes;
}

}  // namespace

std::size_t StoreKeyHash::operator()(const StoreKey& key) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, key.bytes.data(), sizeof value);  // a digest's bytes are as good as any hash
  return value;
}

StoreIndex::StoreIndex(std::filesystem::path root) : root_(std::move(root)) {}

StoreIndex::~StoreIndex() {
  for (const Mapping& mapping : mappings_) ::munmap(const_cast<char*>(mapping.data), mapping.size);
}

Result<void> StoreIndex::load() {
  const std::filesystem::path lock = root_ / "index.lock";
  lock_ = UniqueFd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock_) return fail_errno("cannot open", lock);
  const std::scoped_lock guard(mutex_);
  if (open_current()) refresh();
  return {};
}

/// Opens the file that bears the name now; false when there is none or its header is of no use.
bool StoreIndex::open_current() {
  const std::filesystem::path path = root_ / "index";
  struct stat status{};
  if (file_ && ::stat(path.c_str(), &status) == 0 && status.st_ino == inode_) return true;
  file_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  end_ = 0;
  FileHeader header{};
  if (!file_ || ::fstat(file_.get(), &status) != 0 ||
      ::pread(file_.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header) ||
      std::memcmp(header.magic, kFileMagic, sizeof kFileMagic) != 0 || header.version != 1 ||
      header.byte_order != kByteOrder) {
    file_.reset();
    return false;
  }
  inode_ = status.st_ino;
  salt_ = header.salt;
  end_ = sizeof header;
  return true;
}

/// Reads what was appended since the last look.
void StoreIndex::refresh() {
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) return;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < end_ + sizeof(RecordHeader)) return;
  const std::uint64_t start = end_ & ~std::uint64_t{4095};
  void* data = ::mmap(nullptr, size - start, PROT_READ, MAP_SHARED, file_.get(), static_cast<off_t>(start));
  if (data == MAP_FAILED) return;
  mappings_.push_back({static_cast<const char*>(data), static_cast<std::size_t>(size - start)});
  scan(mappings_.back());
}

void StoreIndex::scan(const Mapping& mapping) {
  const std::uint64_t base = end_ & ~std::uint64_t{4095};
  for (;;) {
    const std::uint64_t at = end_ - base;
    if (at + sizeof(RecordHeader) > mapping.size) return;
    RecordHeader header;
    std::memcpy(&header, mapping.data + at, sizeof header);
    if (header.magic != kRecordMagic || header.offset != end_ || header.header_crc != header_crc(header, salt_)) return;
    const std::uint64_t total = padded(sizeof header + std::uint64_t{header.length});
    if (at + total > mapping.size) return;
    const std::string_view payload(mapping.data + at + sizeof header, header.length);
    StoreKey key;
    std::memcpy(key.bytes.data(), header.key, sizeof header.key);
    if (header.kind == kPackage) {
      Slot& slot = packages_[key];
      if (!slot.package) slot = Slot{payload, header.payload_crc, false, nullptr};
    } else if (header.kind == kAlias && payload.size() == key.bytes.size() &&
               crc(0, payload.data(), payload.size()) == header.payload_crc) {
      StoreKey target;
      std::memcpy(target.bytes.data(), payload.data(), payload.size());
      aliases_[key] = target;
    }
    end_ += total;
  }
}

const StoredPackage* StoreIndex::find(const StoreKey& key) {
  const std::scoped_lock guard(mutex_);
  const auto found = packages_.find(key);
  if (found == packages_.end()) return nullptr;
  Slot& slot = found->second;
  if (slot.package) return slot.package.get();
  if (crc(0, slot.payload.data(), slot.payload.size()) == slot.crc) slot.package = decode(key, slot.payload);
  if (slot.package) return slot.package.get();
  packages_.erase(found);
  return nullptr;
}

std::optional<StoreKey> StoreIndex::find_alias(const StoreKey& alias) {
  const std::scoped_lock guard(mutex_);
  const auto found = aliases_.find(alias);
  return found == aliases_.end() ? std::nullopt : std::optional(found->second);
}

/// A new file with nothing but its header, in place by rename. Called with index.lock held.
bool StoreIndex::create_file() {
  const std::filesystem::path path = root_ / "index";
  const std::filesystem::path temporary = root_ / "index.new";
  FileHeader header{};
  std::memcpy(header.magic, kFileMagic, sizeof kFileMagic);
  header.version = 1;
  header.byte_order = kByteOrder;
  if (::getrandom(&header.salt, sizeof header.salt, 0) != static_cast<ssize_t>(sizeof header.salt)) return false;
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
  return fd && write_at(fd.get(), {reinterpret_cast<const char*>(&header), sizeof header}, 0) &&
         ::rename(temporary.c_str(), path.c_str()) == 0 && open_current();
}

bool StoreIndex::append_locked(std::uint32_t kind, const StoreKey& key, std::string_view payload) {
  const Locked lock(lock_.get());
  if (!lock.held() || (!open_current() && !create_file())) return false;
  refresh();
  const std::string bytes = record_bytes(kind, key, payload, end_, salt_);
  if (!write_at(file_.get(), bytes, end_)) return false;
  end_ += bytes.size();
  return true;
}

const StoredPackage* StoreIndex::append(const StoreKey& key, std::string payload) {
  const std::scoped_lock guard(mutex_);
  own_.push_back(std::move(payload));
  append_locked(kPackage, key, own_.back());
  Slot& slot = packages_[key];
  if (!slot.package) slot = Slot{own_.back(), 0, true, decode(key, own_.back())};
  return slot.package.get();
}

void StoreIndex::append_alias(const StoreKey& alias, const StoreKey& target) {
  const std::scoped_lock guard(mutex_);
  if (const auto found = aliases_.find(alias); found != aliases_.end() && found->second == target) return;
  append_locked(kAlias, alias, {reinterpret_cast<const char*>(target.bytes.data()), target.bytes.size()});
  aliases_[alias] = target;
}

std::vector<StoreKey> StoreIndex::keys() {
  const std::scoped_lock guard(mutex_);
  std::vector<StoreKey> result;
  result.reserve(packages_.size());
  for (const auto& [key, slot] : packages_) result.push_back(key);
  std::sort(result.begin(), result.end());
  return result;
}

Result<void> StoreIndex::rewrite_without(const std::vector<StoreKey>& keys) {
  const std::scoped_lock guard(mutex_);
  const Locked lock(lock_.get());
  if (open_current()) refresh();
  const std::unordered_set<StoreKey, StoreKeyHash> gone(keys.begin(), keys.end());
  if (!lock.held() || !create_file()) return fail_errno("cannot write", root_ / "index");
  std::string bytes;
  for (const auto& [key, slot] : packages_)
    if (!gone.contains(key)) bytes += record_bytes(kPackage, key, slot.payload, end_ + bytes.size(), salt_);
  for (const auto& [alias, target] : aliases_) {
    if (gone.contains(target)) continue;
    const std::string_view payload(reinterpret_cast<const char*>(target.bytes.data()), target.bytes.size());
    bytes += record_bytes(kAlias, alias, payload, end_ + bytes.size(), salt_);
  }
  if (!write_at(file_.get(), bytes, end_)) return fail_errno("cannot write", root_ / "index");
  end_ += bytes.size();
  std::erase_if(packages_, [&](const auto& entry) { return gone.contains(entry.first); });
  std::erase_if(aliases_, [&](const auto& entry) { return gone.contains(entry.second); });
  return {};
}

}  // namespace hoist::installer
