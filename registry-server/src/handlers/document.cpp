#include "handlers/handlers.hpp"
#include "hoist/base/json.hpp"
#include "hoist/registry/conditions.hpp"

namespace hoist::registry {

Response error_response(int status, std::string_view text) {
  Response response{.status = status};
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}};
  // Foreign bytes may stand in the text: what is not UTF-8 is replaced, never thrown on.
  const Json body{{"error", text}, {"message", text}};
  response.set_body(std::make_shared<const std::string>(body.dump(-1, ' ', false, Json::error_handler_t::replace)));
  return response;
}

Response document_response(const Request& request, const Document& document, std::string_view content_type,
                           std::chrono::sys_seconds modified) {
  const bool zipped = accepts_gzip(request.accept_encoding);
  const Representation& chosen = zipped ? document.gzip : document.identity;
  Response response;
  // npm would not ask again within a max-age, and so miss what was just published.
  response.headers = {{"ETag", chosen.etag},
                      {"Last-Modified", http_date(modified)},
                      {"Cache-Control", "no-cache"},
                      {"Vary", "Accept, Accept-Encoding"}};
  // npm sends the tag of one representation when it asks for another; only If-None-Match can tell them apart, so
  // If-Modified-Since counts only where no tag came.
  const bool unchanged = request.if_none_match.empty() ? request.if_modified_since == http_date(modified)
                                                       : etag_matches(request.if_none_match, chosen.etag);
  if (unchanged) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", content_type);
  if (zipped) response.headers.emplace_back("Content-Encoding", "gzip");
  response.set_body(chosen.bytes);
  return response;
}

}  // namespace hoist::registry
