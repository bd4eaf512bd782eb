#pragma once
/// A request body on its way in. Private to the session.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "http/session.hpp"

namespace hoist::registry {

/// Reads piece by piece into a buffer of its own: a body of any size costs this much memory.
class Session::Body final : public BodyReader {
 public:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  Body(boost::beast::tcp_stream& stream, boost::beast::flat_buffer& buffer, Parser& parser, const ServerLimits& limits)
      : stream_(stream), buffer_(buffer), parser_(parser), limits_(limits) {}

  boost::asio::awaitable<Result<std::string_view>> next() override;
  std::optional<std::uint64_t> announced() const override {
    const auto length = parser_.content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }
  [[nodiscard]] bool is_read() const { return parser_.is_done(); }

 private:
  boost::asio::awaitable<bool> send_continue();

  boost::beast::tcp_stream& stream_;
  boost::beast::flat_buffer& buffer_;
  Parser& parser_;
  const ServerLimits& limits_;
  std::vector<char> piece_;
  std::chrono::steady_clock::time_point deadline_{};
};

}  // namespace hoist::registry
