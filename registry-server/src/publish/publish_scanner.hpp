#pragma once
/// Reads a publish document as it arrives: the tarball is decoded on the way and never held as text; all the rest is
/// collected for an ordinary parser. The order of keys does not matter.

#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"
#include "publish/base64_stream.hpp"

namespace hoist::registry {

/// Takes the content of an attachment.
class AttachmentSink {
 public:
  virtual ~AttachmentSink() = default;
  /// A further attachment begins.
  [[nodiscard]] virtual Result<void> begin() = 0;
  [[nodiscard]] virtual Result<void> data(std::string_view bytes) = 0;
};

class PublishScanner {
 public:
  PublishScanner(AttachmentSink& sink, std::size_t metadata_limit) : sink_(sink), limit_(metadata_limit) {}

  /// E400 for what is no base64, E413 when the document without its tarball is too large; the sink's errors.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// The document with `""` for each content that was streamed; checking that it is JSON is left to a parser. A string
  /// that was not streamed stays as it is: contents named `.sigstore` are JSON text and no base64.
  [[nodiscard]] std::string take_document() { return std::move(document_); }

 private:
  enum class Mode { kPlain, kString, kStreamed };

  Result<std::size_t> take_plain(std::string_view bytes);
  Result<std::size_t> take_string(std::string_view bytes);
  Result<std::size_t> take_streamed(std::string_view bytes);
  Result<void> begin_string();
  Result<void> append(std::string_view bytes);
  [[nodiscard]] bool is_attachment_data() const;

  AttachmentSink& sink_;
  const std::size_t limit_;
  std::string document_;
  Mode mode_ = Mode::kPlain;
  std::vector<char> open_;         ///< `{` or `[`, outermost first
  std::vector<std::string> keys_;  ///< the key each open container is at; of the outermost three
  bool expects_key_ = false, escaped_ = false, is_key_ = false;
  Base64Stream base64_;
  std::string decoded_;
};

}  // namespace hoist::registry
