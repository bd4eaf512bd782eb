#include "curl_loop.hpp"

#include <fcntl.h>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace hoist::fetcher {
namespace asio = boost::asio;

/// Watches a duplicate: libcurl closes the socket of an attempt that it gives up before it says so, and by then another
/// thread may have got its number. Shared with the pending handlers, which may run after curl has dropped the socket.
struct CurlLoop::Watch {
  Watch(asio::io_context& loop, curl_socket_t number, int duplicate) : descriptor(loop, duplicate), socket(number) {}
  asio::posix::stream_descriptor descriptor;  ///< ours, open until the watch is dropped
  curl_socket_t socket;                       ///< curl's
  int wanted = 0;                             ///< CURL_POLL_IN | CURL_POLL_OUT
  bool reading = false;
  bool writing = false;
  bool dropped = false;
};

CurlLoop::CurlLoop(asio::io_context& loop, const CurlApi& api, long max_connections,
                   std::function<void(CURL*, CURLcode)> done)
    : loop_(loop), api_(api), done_(std::move(done)), timer_(loop), multi_(api.multi_init()) {
  api_.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  api_.multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  api_.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  api_.multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  api_.multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  api_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, max_connections);
}

CurlLoop::~CurlLoop() {
  // Closing the idle connections calls on_socket, so the watches must still be there.
  api_.multi_cleanup(multi_);
  for (auto& [socket, watch] : watches_) {
    drop(*watch);
  }
  // The cleanup may have set the timer once more, and an expiry that is already queued cannot be cancelled.
  ++*timer_generation_;
}

void CurlLoop::add(CURL* easy) { api_.multi_add_handle(multi_, easy); }

void CurlLoop::remove(CURL* easy) { api_.multi_remove_handle(multi_, easy); }

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  return static_cast<CurlLoop*>(self)->watch(socket, what) ? 0 : -1;
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self) {
  static_cast<CurlLoop*>(self)->set_timer(timeout_ms);
  return 0;
}

void CurlLoop::drop(Watch& watch) {
  watch.dropped = true;
  boost::system::error_code ignored;
  watch.descriptor.close(ignored);
}

bool CurlLoop::watch(curl_socket_t socket, int what) {
  auto found = watches_.find(socket);
  if (what == CURL_POLL_REMOVE) {
    if (found == watches_.end()) return true;
    drop(*found->second);
    watches_.erase(found);
    return true;
  }
  if (found == watches_.end()) {
    const int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) return false;  // out of descriptors: the transfer fails
    found = watches_.emplace(socket, std::make_shared<Watch>(loop_, socket, duplicate)).first;
  }
  const std::shared_ptr<Watch> entry = found->second;
  entry->wanted = what;
  arm(entry);
  return true;
}

void CurlLoop::arm(const std::shared_ptr<Watch>& watch) {
  const auto handler = [this, watch](bool Watch::* pending, int direction, int event) {
    return [this, watch, pending, direction, event](const boost::system::error_code& error) {
      (*watch).*pending = false;
      if (watch->dropped || error == asio::error::operation_aborted) return;
      if ((watch->wanted & direction) == 0) return;
      act(watch->socket, error ? CURL_CSELECT_ERR : event);
      if (!watch->dropped) arm(watch);
    };
  };
  if ((watch->wanted & CURL_POLL_IN) != 0 && !watch->reading) {
    watch->reading = true;
    watch->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                 handler(&Watch::reading, CURL_POLL_IN, CURL_CSELECT_IN));
  }
  if ((watch->wanted & CURL_POLL_OUT) != 0 && !watch->writing) {
    watch->writing = true;
    watch->descriptor.async_wait(asio::posix::descriptor_base::wait_write,
                                 handler(&Watch::writing, CURL_POLL_OUT, CURL_CSELECT_OUT));
  }
}

void CurlLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  api_.multi_socket_action(multi_, socket, events, &running);
  collect();
}

void CurlLoop::set_timer(long timeout_ms) {
  const std::uint64_t generation = ++*timer_generation_;
  if (timeout_ms < 0) return;  // a timer that still runs sees that it is stale
  // Never called straight away: curl forbids socket_action inside its callbacks.
  timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  timer_.async_wait([this, generation, current = timer_generation_](const boost::system::error_code& error) {
    if (error || generation != *current) return;
    act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::collect() {
  int left = 0;
  while (CURLMsg* message = api_.multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    api_.multi_remove_handle(multi_, easy);  // frees the message
    done_(easy, code);
  }
}

}  // namespace hoist::fetcher
