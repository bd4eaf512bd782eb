#include "hosted/responses.hpp"

#include <charconv>

namespace hoist::registry {
namespace {

int status_of(std::string_view code) {
  int status = 0;
  if (!code.starts_with('E') || code.size() != 4) return 500;
  const auto [end, error] = std::from_chars(code.data() + 1, code.data() + code.size(), status);
  if (error != std::errc() || end != code.data() + code.size()) return 500;
  return status >= 400 && status < 600 ? status : 500;
}

}  // namespace

Response response_for(const Error& error) {
  const int status = status_of(error.code);
  // What the database or the disk said belongs into the log, not to a stranger.
  Response response = error_response(status, status == 500 ? "internal error" : error.message);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", error.hint.empty() ? "Bearer" : error.hint);
  if (status == 405 && !error.hint.empty()) response.headers.emplace_back("Allow", error.hint);
  if (status == 429 || status == 503)
    response.headers.emplace_back("Retry-After", error.hint.empty() ? "1" : error.hint);
  return response;
}

Response json_response(int status, const Json& body) {
  Response response{.status = status};
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}};
  response.set_body(std::make_shared<const std::string>(body.dump(-1, ' ', false, Json::error_handler_t::replace)));
  return response;
}

}  // namespace hoist::registry
