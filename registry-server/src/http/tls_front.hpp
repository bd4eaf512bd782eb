#pragma once
/// TLS in process: takes encrypted connections and hands the server what is inside them.

#include <functional>
#include <memory>
#include <string>

#include "hoist/base/result.hpp"

namespace hoist::registry {

/// Has a thread of its own, so that handshakes cost the network threads nothing.
class TlsFront {
 public:
  /// Takes a connected stream socket, which now belongs to the callee, and the numeric address of the client.
  using Adopt = std::function<void(int socket, std::string peer)>;
  struct Options {
    std::string host;  ///< a numeric address
    std::uint16_t port = 0;
    std::string certificate;  ///< PEM file: the chain
    std::string key;          ///< PEM file
    std::size_t connections = 1024;
  };
  /// Opens the port. ETLS for a certificate or key that cannot be used; errno names for the port.
  static Result<std::unique_ptr<TlsFront>> bind(Options options, Adopt adopt);
  /// Stops accepting, ends what is open, joins.
  ~TlsFront();

  /// `https://127.0.0.1:4873/`
  [[nodiscard]] std::string url() const;
  /// From now on connections are taken.
  void start();
  /// Stops accepting; open connections live on until the server or the client ends them.
  void stop_accepting();

 private:
  struct State;
  explicit TlsFront(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hoist::registry
