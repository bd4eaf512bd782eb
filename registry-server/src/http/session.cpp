#include "http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

using Parser = http::request_parser<http::string_body>;

std::string_view view(boost::string_view text) { return {text.data(), text.size()}; }

Request to_request(const http::request<http::string_body>& message) {
  return Request{.method = view(message.method_string()),
                 .target = view(message.target()),
                 .accept = view(message[http::field::accept]),
                 .accept_encoding = view(message[http::field::accept_encoding]),
                 .authorization = view(message[http::field::authorization]),
                 .if_none_match = view(message[http::field::if_none_match]),
                 .if_modified_since = view(message[http::field::if_modified_since]),
                 .if_range = view(message[http::field::if_range]),
                 .range = view(message[http::field::range])};
}

/// The answer to bytes that are no acceptable request; nothing for a client that went away or fell silent.
std::optional<Response> answer_to(const beast::error_code& error) {
  if (error == http::error::header_limit) return error_response(431, "request header too large");
  if (error == http::error::body_limit) return error_response(413, "request body too large");
  const bool is_protocol_error = error.category() == http::make_error_code(http::error::bad_method).category();
  if (!is_protocol_error || error == http::error::end_of_stream || error == http::error::partial_message) return {};
  return error_response(400, "malformed request");
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const Router& router, const ServerOptions& options)
    : stream_(std::move(socket)), router_(router), options_(options) {
  beast::error_code ignored;
  // Answers go out whole; waiting for more to put into a segment only delays them.
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Session::shutdown() {
  stopping_ = true;
  if (idle_) abort();
}

void Session::abort() { stream_.close(); }

asio::awaitable<void> Session::run() {
  while (!stopping_) {
    const bool open = co_await serve_one();
    if (!open) break;
  }
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

asio::awaitable<bool> Session::serve_one() {
  Parser parser;
  parser.header_limit(options_.limits.header_bytes);
  parser.body_limit(options_.limits.body_bytes);
  stream_.expires_after(options_.limits.read_time);
  idle_ = buffer_.size() == 0;
  const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kAsTuple);
  idle_ = false;
  if (error) {
    std::optional<Response> answer = answer_to(error);
    if (answer) co_await send(std::move(*answer), 11, false, false);
    co_return false;
  }
  if (options_.delay.count() > 0) {
    stream_.expires_never();
    asio::steady_timer timer(stream_.get_executor(), options_.delay);
    co_await timer.async_wait(kAsTuple);
  }
  const auto& message = parser.get();
  const bool keep_alive = message.keep_alive() && !stopping_;
  Response response = router_.handle(to_request(message));
  const bool head_only = message.method() == http::verb::head;
  co_return co_await send(std::move(response), message.version(), head_only, keep_alive);
}

asio::awaitable<bool> Session::send(Response response, unsigned http_version, bool head_only, bool keep_alive) {
  http::response<http::span_body<const char>> message;
  message.version(http_version);
  message.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) message.insert(name, value);
  message.keep_alive(keep_alive);
  const std::string_view content = response.content();
  if (response.status != 304) message.content_length(content.size());
  message.body() = beast::span<const char>(content.data(), head_only ? 0 : content.size());

  stream_.expires_after(options_.limits.write_time);
  http::response_serializer<http::span_body<const char>> serializer(message);
  const auto [error, size] = co_await http::async_write(stream_, serializer, kAsTuple);
  co_return !error && keep_alive;
}

}  // namespace hoist::registry
