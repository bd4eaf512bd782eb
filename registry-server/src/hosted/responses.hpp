#pragma once
/// Answers that are made from values.

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"
#include "hoist/registry/message.hpp"

namespace hoist::registry {

/// The status that an error's code names (`E404`), with its text; 500 without details for codes that name none. The
/// hint goes into the header that belongs to the status: WWW-Authenticate, Retry-After, Allow.
[[nodiscard]] Response response_for(const Error& error);

/// A JSON document that no cache keeps.
[[nodiscard]] Response json_response(int status, const Json& body);

}  // namespace hoist::registry
