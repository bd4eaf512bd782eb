#include "http/session_body.hpp"

#include <boost/asio/write.hpp>

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPieceSize = 64U << 10U;

}  // namespace

asio::awaitable<bool> Session::Body::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAsTuple);
  co_return !error;
}

asio::awaitable<Result<std::string_view>> Session::Body::next() {
  if (parser_.is_done()) co_return std::string_view();
  if (piece_.empty()) {
    piece_.resize(kPieceSize);
    deadline_ = std::chrono::steady_clock::now() + limits_.body_time;
    if (beast::iequals(parser_.get()[http::field::expect], "100-continue")) {
      const bool sent = co_await send_continue();
      if (!sent) co_return fail("E400", "the connection was closed");
    }
  }
  while (!parser_.is_done()) {
    auto& body = parser_.get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    body.more = true;
    stream_.expires_at(std::min(deadline_, std::chrono::steady_clock::now() + limits_.read_time));
    const auto [error, size] = co_await http::async_read_some(stream_, buffer_, parser_, kAsTuple);
    const std::size_t got = piece_.size() - parser_.get().body().size;
    if (error == http::error::body_limit) co_return fail("E413", "request body too large");
    if (error == beast::error::timeout) co_return fail("E408", "the request body came too slowly");
    if (error && error != http::error::need_buffer) co_return fail("E400", "malformed or incomplete request body");
    if (got > 0) co_return std::string_view(piece_.data(), got);
  }
  co_return std::string_view();
}

asio::awaitable<Result<std::string>> read_body(BodyReader& body, std::size_t limit) {
  std::string text;
  const auto too_large = [&] { return fail("E413", fmt::format("request body larger than {} bytes", limit)); };
  if (body.announced().value_or(0) > limit) co_return too_large();
  for (;;) {
    const Result<std::string_view> piece = co_await body.next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return text;
    if (text.size() + piece->size() > limit) co_return too_large();
    text += *piece;
  }
}

}  // namespace hoist::registry
