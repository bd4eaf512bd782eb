#pragma once
/// libcurl's multi interface on an Asio loop: the only place that calls curl_multi_*.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

#include "curl_api.hpp"

namespace hoist::fetcher {

/// Belongs to the thread that runs the loop. One timer, one descriptor watch per socket.
class CurlLoop {
 public:
  /// `done` runs once per added handle that was not removed, after it has left the multi handle.
  CurlLoop(boost::asio::io_context& loop, const CurlApi& api, long max_connections,
           std::function<void(CURL*, CURLcode)> done);
  /// All handles must have been removed or be done.
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// Starts a transfer; nothing of it runs before the next turn of the loop.
  void add(CURL* easy);
  /// Gives a transfer up. Not to be called from inside one of curl's callbacks.
  void remove(CURL* easy);

 private:
  struct Watch;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  /// False when the socket cannot be watched.
  bool watch(curl_socket_t socket, int what);
  static void drop(Watch& watch);
  void arm(const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t socket, int events);
  void set_timer(long timeout_ms);
  void collect();

  boost::asio::io_context& loop_;
  const CurlApi& api_;
  std::function<void(CURL*, CURLcode)> done_;
  boost::asio::steady_timer timer_;
  /// Shared with the expiries on their way, which may arrive when this loop is gone.
  std::shared_ptr<std::uint64_t> timer_generation_ = std::make_shared<std::uint64_t>(0);
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  CURLM* multi_;
};

}  // namespace hoist::fetcher
