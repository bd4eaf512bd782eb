#include "http/session.hpp"

#include <boost/asio/steady_timer.hpp>

#include "http/session_body.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

std::string_view view(boost::string_view text) { return {text.data(), text.size()}; }

template <class Message>
Request to_request(const Message& message, std::string_view peer) {
  return Request{.method = view(message.method_string()),
                 .target = view(message.target()),
                 .accept = view(message[http::field::accept]),
                 .accept_encoding = view(message[http::field::accept_encoding]),
                 .authorization = view(message[http::field::authorization]),
                 .if_none_match = view(message[http::field::if_none_match]),
                 .if_modified_since = view(message[http::field::if_modified_since]),
                 .if_range = view(message[http::field::if_range]),
                 .range = view(message[http::field::range]),
                 .content_type = view(message[http::field::content_type]),
                 .content_encoding = view(message[http::field::content_encoding]),
                 .user_agent = view(message[http::field::user_agent]),
                 .origin = view(message[http::field::origin]),
                 .otp = view(message["npm-otp"]),
                 .npm_command = view(message["npm-command"]),
                 .forwarded_for = view(message["X-Forwarded-For"]),
                 .peer_address = peer};
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

Session::Session(asio::ip::tcp::socket socket, Service& service, const ServerOptions& options, std::string peer)
    : stream_(std::move(socket)), service_(service), options_(options), peer_(std::move(peer)) {
  beast::error_code error;
  // Answers go out whole; waiting for more to put into a segment only delays them.
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  if (!peer_.empty()) return;
  const auto endpoint = stream_.socket().remote_endpoint(error);
  if (!error) peer_ = endpoint.address().to_string();
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

/// After an answer to a request whose body was not read: closing at once would reset the connection, and the client
/// would see that instead of the answer.
asio::awaitable<void> Session::linger() {
  constexpr std::size_t kMostBytes = 4U << 20U;
  constexpr std::chrono::seconds kLongest{2};
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLongest);
  std::array<char, 16384> scrap;
  for (std::size_t total = 0; total < kMostBytes;) {
    const auto [error, size] = co_await stream_.async_read_some(asio::buffer(scrap), kAsTuple);
    if (error) co_return;
    total += size;
  }
}

asio::awaitable<bool> Session::serve_one() {
  Body::Parser parser;
  parser.header_limit(options_.limits.header_bytes);
  parser.body_limit(options_.limits.body_bytes);
  stream_.expires_after(options_.limits.read_time);
  idle_ = buffer_.size() == 0;
  const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kAsTuple);
  idle_ = false;
  if (error) {
    std::optional<Response> answer = answer_to(error);
    if (answer) {
      const bool sent = co_await send(std::move(*answer), 11, false, false);
      (void)sent;
      co_await linger();
    }
    co_return false;
  }
  stream_.expires_never();
  if (options_.delay.count() > 0) {
    asio::steady_timer timer(stream_.get_executor(), options_.delay);
    co_await timer.async_wait(kAsTuple);
  }
  const auto& message = parser.get();
  Body body(stream_, buffer_, parser, options_.limits);
  const Request request = to_request(message, peer_);
  Response response = co_await service_.serve(request, body);
  const bool body_left = !body.is_read();
  const bool keep_alive = message.keep_alive() && !stopping_ && !body_left && !response.close;
  const bool head_only = message.method() == http::verb::head;
  const bool open = co_await send(std::move(response), message.version(), head_only, keep_alive);
  if (body_left) co_await linger();
  co_return open;
}

}  // namespace hoist::registry
