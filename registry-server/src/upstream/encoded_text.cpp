#include "upstream/encoded_text.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {

const EncodedText::Body& EncodedText::encoded(Encoding encoding) const {
  const std::lock_guard lock(mutex_);
  Body& body = bodies_[static_cast<std::size_t>(encoding)];
  if (!body.bytes) {
    body.bytes = std::make_shared<const std::string>(encode(encoding, text_));
    Hasher hasher(HashAlgorithm::kSha256);
    hasher.update(label_);
    hasher.update(std::string_view("\0", 1));
    hasher.update(*body.bytes);
    body.etag = fmt::format("\"{}\"", hex_encode(hasher.finish()).substr(0, 32));
  }
  return body;
}

}  // namespace hoist::registry
