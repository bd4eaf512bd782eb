#pragma once
/// The tarball of a publish on its way in: hashed and staged as it arrives.

#include "hoist/base/integrity.hpp"
#include "hoist/registry/blob_store.hpp"
#include "publish/publish_scanner.hpp"

namespace hoist::registry {

class Upload final : public AttachmentSink {
 public:
  /// `limit`: the largest tarball, in its own bytes.
  Upload(BlobStore& blobs, std::uint64_t limit) : blobs_(blobs), limit_(limit) {}

  Result<void> begin() override;
  Result<void> data(std::string_view bytes) override;

  [[nodiscard]] bool has_content() const noexcept { return staged_ != nullptr; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// All bytes. Valid as long as this object.
  [[nodiscard]] Result<std::string_view> bytes() { return staged_->bytes(); }
  /// Ends the hashing. Call once, when everything has arrived.
  void finish();
  [[nodiscard]] const std::string& sha512() const noexcept { return sha512_; }  ///< raw
  [[nodiscard]] const std::string& sha1() const noexcept { return sha1_; }      ///< raw
  /// The key in the blob store.
  [[nodiscard]] std::string key() const;
  /// Makes it durable.
  [[nodiscard]] Result<void> commit() { return staged_->commit(key()); }

 private:
  BlobStore& blobs_;
  const std::uint64_t limit_;
  std::unique_ptr<StagedBlob> staged_;
  std::uint64_t size_ = 0;
  Hasher sha512_hasher_{HashAlgorithm::kSha512}, sha1_hasher_{HashAlgorithm::kSha1};
  std::string sha512_, sha1_;
};

}  // namespace hoist::registry
