#include "http/request_body.hpp"

#include "hoist/package/gzip.hpp"

namespace hoist::registry {

boost::asio::awaitable<Result<std::string>> read_request_body(const Request& request, BodyReader& reader,
                                                              std::size_t limit) {
  Result<std::string> body = co_await read_body(reader, limit);
  const std::string_view encoding = request.content_encoding;
  if (!body || encoding.empty() || encoding == "identity") co_return body;
  if (encoding != "gzip") co_return fail("E415", "only gzip is understood as an encoding of a body");
  Result<std::string> inflated = package::gunzip(*body, {.max_output = limit});
  if (inflated) co_return inflated;
  const bool too_large = inflated.error().code == "ETARTOOLARGE";
  co_return fail(too_large ? "E413" : "E400", too_large ? "request body too large" : "the body is not usable gzip");
}

}  // namespace hoist::registry
