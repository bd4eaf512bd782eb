#include <fcntl.h>
#include <sys/sendfile.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>
#include <cerrno>

#include "hoist/registry/conditions.hpp"
#include "http/session.hpp"

namespace hoist::registry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
/// What one call hands to the kernel; a slow reader holds no more than this.
constexpr std::size_t kFilePiece = 1U << 20U;

/// The value without bytes that could end the line: nothing a handler passes on can add a header.
void append_value(std::string& head, std::string_view value) {
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') head += c;
  }
}

/// `Date` for now; written once a second on each thread.
const std::string& current_date() {
  thread_local std::chrono::sys_seconds shown{};
  thread_local std::string text;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != shown) {
    shown = now;
    text = http_date(now);
  }
  return text;
}

std::string make_head(const Response& response, unsigned http_version, bool keep_alive) {
  const auto status = static_cast<unsigned>(response.status);
  const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(status));
  std::string head;
  head.reserve(512);
  fmt::format_to(std::back_inserter(head), "HTTP/1.{} {} {}\r\n", http_version % 10, status,
                 std::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : response.headers) {
    head += name;
    head += ": ";
    append_value(head, value);
    head += "\r\n";
  }
  fmt::format_to(std::back_inserter(head), "Date: {}\r\n", current_date());
  const bool has_length = status != 304 && status != 204 && status >= 200;
  if (has_length) fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.length);
  if (!keep_alive) head += "Connection: close\r\n";
  if (keep_alive && http_version == 10) head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

}  // namespace

asio::awaitable<bool> Session::send(Response response, unsigned http_version, bool head_only, bool keep_alive) {
  const std::string head = make_head(response, http_version, keep_alive);
  stream_.expires_after(options_.limits.write_time);
  if (response.file && !head_only) {
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(head), kAsTuple);
    if (error) co_return false;
    const bool sent = co_await send_file(response);
    co_return sent&& keep_alive;
  }
  const std::string_view content = head_only ? std::string_view() : response.content();
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(content)};
  const auto [error, size] = co_await asio::async_write(stream_, buffers, kAsTuple);
  co_return !error && keep_alive;
}

/// The stream's own timer does not know waits on the bare socket: one of its own ends a reader that takes nothing.
asio::awaitable<bool> Session::wait_writable() {
  const auto waiting = std::make_shared<const bool>(true);
  asio::steady_timer deadline(stream_.get_executor(), options_.limits.write_time);
  // An expiry that is queued already when the wait ends must not reach a session that is gone: hence the weak pointer.
  deadline.async_wait([this, still = std::weak_ptr(waiting)](const beast::error_code& error) {
    if (!error && still.lock()) abort();
  });
  const auto [error] = co_await stream_.socket().async_wait(asio::ip::tcp::socket::wait_write, kAsTuple);
  co_return !error;
}

asio::awaitable<bool> Session::send_file(const Response& response) {
  const int file = response.file->descriptor();
  auto& socket = stream_.socket();
  beast::error_code error;
  socket.native_non_blocking(true, error);
  std::uint64_t done = 0;
  while (done < response.length) {
    const std::size_t piece = static_cast<std::size_t>(std::min<std::uint64_t>(kFilePiece, response.length - done));
    stream_.expires_after(options_.limits.write_time);
    if (file < 0) {
      const Result<std::string> bytes = response.file->read(response.offset + done, piece);
      if (!bytes || bytes->empty()) co_return false;  // the promised length cannot be kept: the client must notice
      const auto [failed, size] = co_await asio::async_write(stream_, asio::buffer(*bytes), kAsTuple);
      if (failed) co_return false;
      done += size;
      continue;
    }
    auto position = static_cast<off_t>(response.offset + done);
    const ssize_t sent = ::sendfile(socket.native_handle(), file, &position, piece);
    if (sent > 0) {
      done += static_cast<std::uint64_t>(sent);
      continue;
    }
    if (sent == 0) co_return false;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) co_return false;
    const bool ready = co_await wait_writable();
    if (!ready) co_return false;
  }
  co_return true;
}

}  // namespace hoist::registry
