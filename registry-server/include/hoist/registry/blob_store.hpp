#pragma once
/// Tarballs by their content. tests/unit/registry/blob_conformance.hpp holds what every implementation must pass.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// A stored content, open for reading. Stays readable when the blob is removed meanwhile. Thread safe.
class Blob {
 public:
  virtual ~Blob() = default;
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// The bytes from `offset`, at most `length`; fewer only at the end.
  [[nodiscard]] virtual Result<std::string> read(std::uint64_t offset, std::size_t length) const = 0;
  /// A file descriptor for sendfile, or -1. Belongs to the blob; its file position is never used.
  [[nodiscard]] virtual int descriptor() const noexcept { return -1; }
};

/// Content on its way in. What is not committed leaves nothing behind. Not thread safe.
class StagedBlob {
 public:
  virtual ~StagedBlob() = default;
  /// E507 when there is no room.
  [[nodiscard]] virtual Result<void> append(std::string_view bytes) = 0;
  /// All that was appended, valid until the next call on this object.
  [[nodiscard]] virtual Result<std::string_view> bytes() = 0;
  /// Durable under `key` on return. Fine when the key is there already; the blob then counts as stored now. May be
  /// called again, to store what was removed meanwhile.
  [[nodiscard]] virtual Result<void> commit(std::string_view key) = 0;
};

struct BlobInfo {
  std::string key;
  std::uint64_t size = 0;
  Time stored{};  ///< when it was last committed
};

/// A key is the lower-case hexadecimal sha512 of the content (128 characters); others give EINVAL. Thread safe, may
/// block.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<StagedBlob>> stage() = 0;
  /// ENOENT when there is none.
  [[nodiscard]] virtual Result<std::shared_ptr<const Blob>> open(std::string_view key) = 0;
  /// Fine when it is not there.
  [[nodiscard]] virtual Result<void> remove(std::string_view key) = 0;
  /// In no particular order. Blobs that come or go during the call may be missed.
  [[nodiscard]] virtual Result<void> for_each(const std::function<Result<void>(const BlobInfo&)>& visit) = 0;
  /// Leftovers of a crash older than `time`; the number removed.
  [[nodiscard]] virtual Result<std::size_t> remove_abandoned(Time time) = 0;
  /// Whether storing works now.
  [[nodiscard]] virtual Result<void> check_ready() = 0;
};

}  // namespace hoist::registry
