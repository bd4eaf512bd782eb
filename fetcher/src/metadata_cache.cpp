#include "metadata_cache.hpp"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "hoist/base/file.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::fetcher {
namespace {

/// File layout: Preamble, info text (`name: value` lines), padding up to Preamble::body_offset, body. The room for the
/// info lets a 304 renew it in place; checksums make a half-written renewal a miss.
struct Preamble {
  std::array<char, 8> magic{'h', 'o', 'i', 's', 't', 'm', 'd', '1'};
  std::uint32_t body_offset = 0;
  std::uint32_t info_size = 0;
  std::uint64_t body_size = 0;
  std::uint32_t body_checksum = 0;
  std::uint32_t info_checksum = 0;  ///< over the fields above and the info text
};
static_assert(sizeof(Preamble) == 32);

constexpr std::uint32_t kSmallestBodyOffset = 1024;
constexpr std::uint32_t kLargestBodyOffset = 64U << 10U;
constexpr std::uint64_t kLargestBody = 1ULL << 30U;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool ok() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

std::uint32_t checksum(std::uint32_t start, std::string_view bytes) {
  return libdeflate_crc32(start, bytes.data(), bytes.size());
}

std::uint32_t info_checksum(const Preamble& preamble, std::string_view text) {
  const auto* raw = reinterpret_cast<const char*>(&preamble);
  return checksum(checksum(0, {raw, offsetof(Preamble, info_checksum)}), text);
}

std::string print_info(const CacheInfo& info) {
  const auto fetched =
      std::chrono::duration_cast<std::chrono::milliseconds>(info.fetched_at.time_since_epoch()).count();
  return fmt::format("url: {}\netag: {}\nlast-modified: {}\nfetched: {}\nlifetime: {}\nmust-revalidate: {}\n", info.url,
                     info.etag, info.last_modified, fetched, info.lifetime.count(), info.must_revalidate ? 1 : 0);
}

bool parse_number(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse_info(std::string_view text, CacheInfo& info) {
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    std::int64_t number = 0;
    if (name == "url") info.url = value;
    if (name == "etag") info.etag = value;
    if (name == "last-modified") info.last_modified = value;
    if (name == "must-revalidate") info.must_revalidate = value != "0";
    if (name == "fetched") {
      if (!parse_number(value, number)) return false;
      info.fetched_at = Clock::TimePoint(std::chrono::milliseconds(number));
    }
    if (name == "lifetime") {
      if (!parse_number(value, number)) return false;
      info.lifetime = std::chrono::seconds(number);
    }
  }
  return !info.url.empty();
}

bool read_exactly(int fd, char* buffer, std::size_t size, std::uint64_t offset) {
  while (size != 0) {
    const ssize_t count = ::pread(fd, buffer, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    buffer += count;
    size -= static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

bool write_exactly(int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

/// Preamble and info; false when the file is no intact entry.
bool read_head(int fd, Preamble& preamble, CacheInfo& info) {
  std::array<char, kSmallestBodyOffset> block{};
  if (!read_exactly(fd, block.data(), block.size(), 0)) return false;
  std::memcpy(&preamble, block.data(), sizeof preamble);
  if (preamble.magic != Preamble{}.magic || preamble.body_offset < kSmallestBodyOffset ||
      preamble.body_offset > kLargestBodyOffset || preamble.info_size > preamble.body_offset - sizeof preamble ||
      preamble.body_size > kLargestBody) {
    return false;
  }
  std::string text(block.data() + sizeof preamble,
                   std::min<std::size_t>(preamble.info_size, block.size() - sizeof preamble));
  if (text.size() < preamble.info_size) {
    text.resize(preamble.info_size);
    if (!read_exactly(fd, text.data(), text.size(), sizeof preamble)) return false;
  }
  return info_checksum(preamble, text) == preamble.info_checksum && parse_info(text, info);
}

/// Preamble and info with padding, as they stand before the body.
std::string make_head(Preamble preamble, const CacheInfo& info) {
  const std::string text = print_info(info);
  preamble.info_size = static_cast<std::uint32_t>(text.size());
  preamble.info_checksum = info_checksum(preamble, text);
  std::string head(preamble.body_offset, '\0');
  std::memcpy(head.data(), &preamble, sizeof preamble);
  std::memcpy(head.data() + sizeof preamble, text.data(), text.size());
  return head;
}

std::uint32_t body_offset_for(const CacheInfo& info) {
  const std::size_t needed = sizeof(Preamble) + print_info(info).size();
  return static_cast<std::uint32_t>(std::max<std::size_t>(kSmallestBodyOffset, (needed + 1023) / 1024 * 1024));
}

}  // namespace

std::string MetadataCache::key(std::string_view url, PackumentKind kind, std::string_view credential) {
  const std::string identity = credential.empty() ? std::string{} : hash(HashAlgorithm::kSha256, credential);
  const char* name = kind == PackumentKind::kFull ? "full" : "abbreviated";
  // 160 bits are plenty, and keep directory entries short.
  return hex_encode(hash(HashAlgorithm::kSha256, fmt::format("{}\n{}\n{}", url, name, hex_encode(identity))))
      .substr(0, 40);
}

std::optional<MetadataCache::Entry> MetadataCache::load(const std::string& key) const {
  if (!enabled()) return std::nullopt;
  const File in(::open(file(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!in.ok()) return std::nullopt;
  Preamble preamble;
  Entry entry;
  struct stat status{};
  if (!read_head(in.get(), preamble, entry.info) || ::fstat(in.get(), &status) != 0) return std::nullopt;
  // Checked before the buffer is made: a damaged length must not cost memory.
  if (static_cast<std::uint64_t>(status.st_size) != preamble.body_offset + preamble.body_size) return std::nullopt;
  bool complete = false;
  entry.body.resize_and_overwrite(preamble.body_size, [&](char* buffer, std::size_t size) {
    complete = read_exactly(in.get(), buffer, size, preamble.body_offset);
    return complete ? size : 0;
  });
  if (!complete || checksum(0, entry.body) != preamble.body_checksum) return std::nullopt;
  return entry;
}

Result<void> MetadataCache::store(const std::string& key, const CacheInfo& info, std::string_view body) const {
  static std::atomic<unsigned> counter{0};
  if (!enabled()) return {};
  Preamble preamble;
  preamble.body_offset = body_offset_for(info);
  if (preamble.body_offset > kLargestBodyOffset || body.size() > kLargestBody) return {};
  preamble.body_size = body.size();
  preamble.body_checksum = checksum(0, body);
  const std::string head = make_head(preamble, info);
  const std::filesystem::path temporary =
      directory_ / fmt::format(".{}.{}-{}.tmp", key, ::getpid(), counter.fetch_add(1));
  // Private: what one user may read of a registry is not for the others of the machine.
  const auto open = [&temporary] {
    return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  };
  int fd = open();
  if (fd < 0 && errno == ENOENT) {
    HOIST_CHECK(make_directories(directory_));
    fd = open();
  }
  const File out(fd);
  if (!out.ok()) return std::unexpected(errno_error(errno, "creating", temporary));
  if (write_exactly(out.get(), head, 0) && write_exactly(out.get(), body, head.size()) &&
      ::rename(temporary.c_str(), file(key).c_str()) == 0) {
    return {};
  }
  const int number = errno;
  ::unlink(temporary.c_str());
  return std::unexpected(errno_error(number, "writing", file(key)));
}

Result<void> MetadataCache::touch(const std::string& key, const CacheInfo& info) const {
  if (!enabled()) return {};
  const File inout(::open(file(key).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!inout.ok()) return {};
  Preamble preamble;
  CacheInfo old;
  if (!read_head(inout.get(), preamble, old)) return {};
  if (body_offset_for(info) > preamble.body_offset) return {};  // keeps its old date and is asked for again
  if (!write_exactly(inout.get(), make_head(preamble, info), 0))
    return std::unexpected(errno_error(errno, "writing", file(key)));
  return {};
}

void MetadataCache::forget(const std::string& key) const {
  if (enabled()) ::unlink(file(key).c_str());
}

}  // namespace hoist::fetcher
