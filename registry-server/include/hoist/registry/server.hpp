#pragma once
/// Sockets: a thread and an io_context per core, one coroutine for each connection. Beast and Asio stay behind this
/// header.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "hoist/base/result.hpp"
#include "hoist/registry/router.hpp"

namespace hoist::registry {

/// How much one client may take. A limit that is hit costs that client its connection and no one else anything.
struct ServerLimits {
  std::uint32_t header_bytes = 16U << 10U;
  std::uint64_t body_bytes = 64U << 10U;  ///< of any request; handlers have limits of their own below it
  std::size_t connections = 1024;         ///< more wait in the listen queue
  std::chrono::seconds read_time{30};     ///< to wait for, and receive, one request
  std::chrono::seconds body_time{600};    ///< to receive a whole body, each piece within read_time
  std::chrono::seconds write_time{120};   ///< to send one answer
  std::chrono::seconds drain_time{5};     ///< after a stop, for answers that are under way
};

struct ServerOptions {
  std::string host = "127.0.0.1";      ///< a numeric address
  std::uint16_t port = 0;              ///< 0: any free one
  std::chrono::milliseconds delay{0};  ///< before every answer, to imitate a distant server
  unsigned threads = 1;                ///< 0: one per core
  bool accepts = true;                 ///< false: no port is opened, connections come by adopt()
  ServerLimits limits{};
};

class Service;  // http/service.hpp

class Server {
 public:
  /// Opens the port; clients queue from here on. EADDRINUSE and other errno names, EINVAL for a bad address.
  static Result<std::unique_ptr<Server>> bind(ServerOptions options);
  ~Server();

  /// `http://127.0.0.1:4873/`; not without a port of its own
  [[nodiscard]] std::string url() const;
  /// Serves until stop(), SIGTERM or SIGINT, then lets answers under way finish. `router` must outlive the call.
  void run(const Router& router);
  /// The same for a whole registry.
  void run(Service& service);
  /// Serves a connection that somebody else accepted: a connected stream socket, which belongs to the server from now
  /// on, and the client's address. From any thread, while run() serves.
  void adopt(int socket, std::string peer);
  /// From any thread; run returns soon after.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hoist::registry
