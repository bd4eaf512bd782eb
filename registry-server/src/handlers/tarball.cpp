#include "handlers/handlers.hpp"
#include "hoist/registry/conditions.hpp"

namespace hoist::registry {

Response handle_tarball(const Request& request, const Route& route, const PackageEntry& package) {
  const auto found = package.tarballs.find(route.selector);
  if (found == package.tarballs.end()) return error_response(404, fmt::format("file not found: {}", route.selector));
  const Representation& tarball = found->second;

  Response response;
  response.headers = {
      {"ETag", tarball.etag}, {"Cache-Control", "max-age=31536000, immutable"}, {"Accept-Ranges", "bytes"}};
  if (etag_matches(request.if_none_match, tarball.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", "application/octet-stream");
  response.set_body(tarball.bytes);
  // RFC 9110 13.1.5: a range counts only for the very bytes the client has a part of. Dates are not compared.
  const bool range_applies = request.method == "GET" && (request.if_range.empty() || request.if_range == tarball.etag);
  if (request.range.empty() || !range_applies) return response;

  const std::size_t size = tarball.bytes->size();
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
