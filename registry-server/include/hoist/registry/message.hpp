#pragma once
/// HTTP messages without an HTTP library, so that handlers are ordinary functions over values.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hoist/registry/blob_store.hpp"

namespace hoist::registry {

/// What a handler may know of a request. Header fields that are absent are empty. Views live as long as the request.
struct Request {
  std::string_view method;
  std::string_view target;
  std::string_view accept;
  std::string_view accept_encoding;
  std::string_view authorization;
  std::string_view if_none_match;
  std::string_view if_modified_since;
  std::string_view if_range;
  std::string_view range;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view user_agent;
  std::string_view origin;         ///< which site's form or script sent it, from a browser
  std::string_view otp;            ///< `npm-otp`
  std::string_view npm_command;    ///< `npm-command`
  std::string_view forwarded_for;  ///< `X-Forwarded-For`; to be believed from trusted proxies only
  std::string_view peer_address;   ///< numeric, without port
};

/// A finished answer. `body` is shared with the catalogue, since the same bytes go to many clients at once and a
/// replaced packument must live until its last reader is served. HEAD keeps the body: the session leaves it out.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<const std::string> body;
  std::uint64_t offset = 0;          ///< where in `body` or `file` the answer begins
  std::uint64_t length = 0;          ///< how many bytes of it are sent
  std::shared_ptr<const Blob> file;  ///< sent instead of `body` when set
  bool close = false;                ///< the connection ends with this answer

  void set_body(std::shared_ptr<const std::string> content) {
    offset = 0;
    length = content->size();
    body = std::move(content);
  }
  [[nodiscard]] std::string_view content() const noexcept {
    return body ? std::string_view(*body).substr(offset, length) : std::string_view();
  }
  /// The first header of that name (exact spelling); empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

/// A JSON error with the text under `error` and `message`: npm reads the first, other clients the second.
[[nodiscard]] Response error_response(int status, std::string_view text);

}  // namespace hoist::registry
