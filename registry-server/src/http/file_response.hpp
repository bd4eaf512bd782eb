#pragma once
/// A file that never changes, whole or in part.

#include "hoist/registry/message.hpp"

namespace hoist::registry {

/// 200, 206, 304 or 416, as the request's validators and range say. `etag` is strong and quoted.
[[nodiscard]] Response file_response(const Request& request, std::shared_ptr<const Blob> blob, std::string etag);

}  // namespace hoist::registry
