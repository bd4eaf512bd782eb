#pragma once
/// One connection. Private: includes Asio and Beast.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "hoist/registry/server.hpp"

namespace hoist::registry {

/// Reads requests and writes answers until the client is done, breaks a limit, or shutdown() is called.
class Session {
 public:
  Session(boost::asio::ip::tcp::socket socket, const Router& router, const ServerOptions& options);

  /// Runs to the end of the connection. Throws nothing a client can cause.
  boost::asio::awaitable<void> run();
  /// An idle connection ends now, a busy one after the answer under way.
  void shutdown();
  /// Ends now, whatever is under way.
  void abort();

 private:
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> send(Response response, unsigned http_version, bool head_only, bool keep_alive);

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  const Router& router_;
  const ServerOptions& options_;
  bool stopping_ = false;
  bool idle_ = true;
};

}  // namespace hoist::registry
