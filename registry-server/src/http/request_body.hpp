#pragma once
/// Small request bodies, whole and inflated. Private: includes Asio.

#include "http/service.hpp"

namespace hoist::registry {

/// The body of a request, without its gzip encoding where it has one; `limit` counts before and after. E413 beyond it,
/// E400 for damaged gzip, E415 for another encoding.
boost::asio::awaitable<Result<std::string>> read_request_body(const Request& request, BodyReader& body,
                                                              std::size_t limit);

}  // namespace hoist::registry
