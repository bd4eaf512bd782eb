#pragma once
/// A text in the encodings that clients asked for so far, each made once.

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "views/compression.hpp"

namespace hoist::registry {

/// Thread safe.
class EncodedText {
 public:
  struct Body {
    std::shared_ptr<const std::string> bytes;
    std::string etag;  ///< strong and quoted, of these very bytes
  };
  explicit EncodedText(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Compresses at the first call for an encoding, while other callers wait.
  [[nodiscard]] const Body& encoded(Encoding encoding) const;
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

 private:
  const std::string text_;
  mutable std::mutex mutex_;
  mutable std::array<Body, kEncodings.size()> bodies_;
};

}  // namespace hoist::registry
