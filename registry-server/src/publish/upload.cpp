#include "publish/upload.hpp"

#include "hoist/base/text.hpp"

namespace hoist::registry {

Result<void> Upload::begin() {
  if (staged_) return fail("E400", "a publish has exactly one tarball");
  HOIST_TRY(staged_, blobs_.stage());
  return {};
}

Result<void> Upload::data(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > limit_) {
    return fail("E413",
                fmt::format("the tarball is larger than the {} bytes this registry takes (max_tarball_bytes)", limit_));
  }
  sha512_hasher_.update(bytes);
  sha1_hasher_.update(bytes);
  return staged_->append(bytes);
}

void Upload::finish() {
  sha512_ = sha512_hasher_.finish();
  sha1_ = sha1_hasher_.finish();
}

std::string Upload::key() const { return hex_encode(sha512_); }

}  // namespace hoist::registry
