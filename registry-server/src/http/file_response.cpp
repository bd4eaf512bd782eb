#include "http/file_response.hpp"

#include "hoist/registry/conditions.hpp"

namespace hoist::registry {

Response file_response(const Request& request, std::shared_ptr<const Blob> blob, std::string etag) {
  const std::uint64_t size = blob->size();
  // RFC 9110 13.1.5: a range counts only for the very bytes the client has a part of. Dates are not compared.
  const bool range_applies = request.method == "GET" && (request.if_range.empty() || request.if_range == etag);
  const bool unchanged = etag_matches(request.if_none_match, etag);
  Response response;
  response.headers = {
      {"ETag", std::move(etag)}, {"Cache-Control", "max-age=31536000, immutable"}, {"Accept-Ranges", "bytes"}};
  if (unchanged) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", "application/octet-stream");
  response.file = std::move(blob);
  response.length = size;
  if (!range_applies || request.range.empty()) return response;
  const RangeDecision decision = decide_range(request.range, size);
  if (std::holds_alternative<Unsatisfiable>(decision)) {
    Response refused = error_response(416, "range not satisfiable");
    refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    return refused;
  }
  if (const auto* range = std::get_if<ByteRange>(&decision)) {
    response.status = 206;
    response.offset = range->first;
    response.length = range->length;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", range->first, range->first + range->length - 1, size));
  }
  return response;
}

}  // namespace hoist::registry
