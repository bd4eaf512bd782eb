#pragma once
/// One connection. Private: includes Asio and Beast.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "hoist/registry/server.hpp"
#include "http/service.hpp"

namespace hoist::registry {

/// Reads requests and writes answers until the client is done, breaks a limit, or shutdown() is called. Lives on one
/// network thread.
class Session {
 public:
  /// `peer` empty: the address of the socket's other end.
  Session(boost::asio::ip::tcp::socket socket, Service& service, const ServerOptions& options, std::string peer = {});

  /// Runs to the end of the connection. Throws nothing a client can cause.
  boost::asio::awaitable<void> run();
  /// An idle connection ends now, a busy one after the answer under way.
  void shutdown();
  /// Ends now, whatever is under way.
  void abort();

 private:
  class Body;
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> send(Response response, unsigned http_version, bool head_only, bool keep_alive);
  boost::asio::awaitable<bool> send_file(const Response& response);
  boost::asio::awaitable<bool> wait_writable();
  boost::asio::awaitable<void> linger();

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  Service& service_;
  const ServerOptions& options_;
  std::string peer_;
  bool stopping_ = false;
  bool idle_ = true;
};

}  // namespace hoist::registry
