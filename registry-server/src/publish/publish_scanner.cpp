#include "publish/publish_scanner.hpp"

#include "hoist/base/json.hpp"

namespace hoist::registry {
namespace {

/// `_attachments`, the file's name, `data`: deeper keys decide nothing.
constexpr std::size_t kInterestingDepth = 3;
/// A key longer than this is no name of an attachment.
constexpr std::size_t kLongestKey = 1024;

std::unexpected<Error> not_base64() { return fail("E400", "the content of the attachment is not base64"); }

}  // namespace

Result<void> PublishScanner::append(std::string_view bytes) {
  if (document_.size() + bytes.size() > limit_) {
    return fail("E413", fmt::format("the package document without its tarball is larger than {} bytes", limit_));
  }
  document_ += bytes;
  return {};
}

bool PublishScanner::is_attachment_data() const {
  return open_.size() == kInterestingDepth && keys_.size() == kInterestingDepth &&
         open_ == std::vector{'{', '{', '{'} && keys_[0] == "_attachments" && keys_[2] == "data" &&
         !keys_[1].ends_with(".sigstore");
}

Result<void> PublishScanner::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    Result<std::size_t> taken = mode_ == Mode::kPlain    ? take_plain(bytes)
                                : mode_ == Mode::kString ? take_string(bytes)
                                                         : take_streamed(bytes);
    if (!taken) return std::unexpected(std::move(taken).error());
    bytes.remove_prefix(*taken);
  }
  return {};
}

/// Up to and including the next quote, keeping track of where in the document that is.
Result<std::size_t> PublishScanner::take_plain(std::string_view bytes) {
  std::size_t i = 0;
  for (; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '"') break;
    if (c == '{' || c == '[') {
      if (open_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) return fail("E400", "the document nests too deep");
      open_.push_back(c);
      if (keys_.size() < kInterestingDepth && open_.size() == keys_.size() + 1) keys_.emplace_back();
      expects_key_ = c == '{';
    } else if (c == '}' || c == ']') {
      if (open_.empty()) return fail("E400", "the body is not JSON");
      open_.pop_back();
      if (keys_.size() > open_.size()) keys_.pop_back();
      expects_key_ = false;
    } else if (c == ',') {
      expects_key_ = !open_.empty() && open_.back() == '{';
    } else if (c == ':') {
      expects_key_ = false;
    }
  }
  HOIST_CHECK(append(bytes.substr(0, i)));
  if (i == bytes.size()) return i;
  HOIST_CHECK(begin_string());
  return i + 1;
}

Result<void> PublishScanner::begin_string() {
  escaped_ = false;
  is_key_ = expects_key_ && open_.size() == keys_.size();
  if (is_key_) keys_.back().clear();
  if (!expects_key_ && is_attachment_data()) {
    mode_ = Mode::kStreamed;
    base64_ = Base64Stream();
    HOIST_CHECK(append("\"\""));
    return sink_.begin();
  }
  mode_ = Mode::kString;
  return append("\"");
}

Result<std::size_t> PublishScanner::take_string(std::string_view bytes) {
  std::size_t i = 0;
  for (; i < bytes.size(); ++i) {
    if (escaped_) {
      escaped_ = false;
    } else if (bytes[i] == '\\') {
      escaped_ = true;
    } else if (bytes[i] == '"') {
      mode_ = Mode::kPlain;
      break;
    }
  }
  const std::size_t end = mode_ == Mode::kPlain ? i + 1 : i;
  HOIST_CHECK(append(bytes.substr(0, end)));
  if (is_key_ && keys_.back().size() < kLongestKey) keys_.back() += bytes.substr(0, i);
  return end;
}

Result<std::size_t> PublishScanner::take_streamed(std::string_view bytes) {
  // A slash may be escaped in JSON; the rest of base64 never is.
  if (escaped_) {
    escaped_ = false;
    if (bytes.front() != '/' || !base64_.feed("/", decoded_)) return not_base64();
    return 1;
  }
  const std::size_t end = std::min(bytes.find_first_of("\"\\"), bytes.size());
  if (!base64_.feed(bytes.substr(0, end), decoded_)) return not_base64();
  if (!decoded_.empty()) HOIST_CHECK(sink_.data(decoded_));
  decoded_.clear();
  if (end == bytes.size()) return end;
  if (bytes[end] == '\\') {
    escaped_ = true;
    return end + 1;
  }
  mode_ = Mode::kPlain;
  if (!base64_.finish()) return not_base64();
  return end + 1;
}

}  // namespace hoist::registry
