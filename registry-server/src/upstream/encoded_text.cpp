#include "upstream/encoded_text.hpp"

#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::registry {

const EncodedText::Body& EncodedText::encoded(Encoding encoding) const {
  const std::lock_guard lock(mutex_);
  Body& body = bodies_[static_cast<std::size_t>(encoding)];
  if (!body.bytes) {
    body.bytes = std::make_shared<const std::string>(encode(encoding, text_));
    body.etag = fmt::format("\"{}\"", hex_encode(hash(HashAlgorithm::kSha256, *body.bytes)).substr(0, 32));
  }
  return body;
}

}  // namespace hoist::registry
