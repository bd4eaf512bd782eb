#pragma once
/// What stands between a connection and the handlers. Private: includes Asio.

#include <boost/asio/awaitable.hpp>

#include "hoist/base/result.hpp"
#include "hoist/registry/message.hpp"

namespace hoist::registry {

/// The body of a request as it arrives.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next piece, valid until the next call; empty at the end. E413 past the server's limit, E400 for bytes that are
  /// no HTTP, E408 when the client is too slow, whose connection is
  /// closed by then; what follows cannot be read.
  virtual boost::asio::awaitable<Result<std::string_view>> next() = 0;
  /// What Content-Length says; nullopt for a chunked body.
  [[nodiscard]] virtual std::optional<std::uint64_t> announced() const = 0;
};

/// Answers requests; called from every network thread at once.
class Service {
 public:
  virtual ~Service() = default;
  /// Always an answer. A body that is not read to its end costs the client its connection.
  virtual boost::asio::awaitable<Response> serve(const Request& request, BodyReader& body) = 0;
};

/// The whole body; E413 beyond `limit` bytes.
boost::asio::awaitable<Result<std::string>> read_body(BodyReader& body, std::size_t limit);

}  // namespace hoist::registry
