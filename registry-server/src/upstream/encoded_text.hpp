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
    std::string etag;  ///< strong and quoted, of these bytes under this label
  };
  /// Two texts with different labels have different tags, though their bytes be the same.
  explicit EncodedText(std::string text, std::string label = {}) : text_(std::move(text)), label_(std::move(label)) {}

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Compresses at the first call for an encoding, while other callers wait.
  [[nodiscard]] const Body& encoded(Encoding encoding) const;
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

 private:
  const std::string text_;
  const std::string label_;
  mutable std::mutex mutex_;
  mutable std::array<Body, kEncodings.size()> bodies_;
};

}  // namespace hoist::registry
