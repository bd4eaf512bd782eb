#include "support/fault_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

#include "hoist/base/text.hpp"

namespace hoist::test {
namespace {

/// Closing then sends RST instead of FIN.
void arm_reset(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool parse_head(std::string_view head, SeenRequest& request) {
  bool first = true;
  for (std::string_view line : split(head, '\n')) {
    line = trim(line);
    if (first) {
      const auto parts = split(line, ' ');
      if (parts.size() != 3) return false;
      request.method = parts[0];
      request.target = parts[1];
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      request.headers[to_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  }
  return !first;
}

std::size_t body_length(const SeenRequest& request) {
  const auto found = request.headers.find("content-length");
  std::size_t length = 0;
  if (found != request.headers.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), length);
  return length;
}

std::string print_head(const Reply& reply) {
  std::string head = fmt::format("HTTP/1.1 {} Scripted\r\n", reply.status);
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  const bool bodiless = reply.status == 304 || reply.status == 204;
  if (reply.no_length) {
    head += "Connection: close\r\n";
  } else if (!bodiless) {
    head += fmt::format("Content-Length: {}\r\n", reply.body.size());
  }
  return head + "\r\n";
}

}  // namespace

FaultServer::FaultServer() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 128) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

FaultServer::~FaultServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  stop_signal_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& thread : threads_) thread.join();  // the acceptor has ended: the list is final
}

void FaultServer::on(std::string target, std::vector<Reply> replies) {
  on(std::move(target), [replies = std::move(replies)](const SeenRequest&, int nth) {
    return replies[std::min(static_cast<std::size_t>(nth), replies.size()) - 1];
  });
}

void FaultServer::on(std::string target, Handler handler) {
  const std::lock_guard lock(mutex_);
  handlers_[std::move(target)] = std::move(handler);
}

std::string FaultServer::url(std::string_view target) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, target);
}

std::vector<SeenRequest> FaultServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int FaultServer::count(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(target);
  return found != counts_.end() ? found->second : 0;
}

int FaultServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void FaultServer::accept_loop() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    if (socket < 0) continue;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    sockets_.insert(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void FaultServer::serve(int socket) {
  std::string buffer;
  std::array<char, 16384> chunk{};
  for (bool open = true; open;) {
    std::size_t end = buffer.find("\r\n\r\n");
    SeenRequest request;
    std::size_t wanted = end == std::string::npos ? std::string::npos : end + 4;
    if (wanted != std::string::npos) {
      if (!parse_head(std::string_view(buffer).substr(0, end), request)) break;
      wanted += body_length(request);
    }
    if (buffer.size() < wanted) {
      const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), 0);
      if (count <= 0) break;
      buffer.append(chunk.data(), static_cast<std::size_t>(count));
      continue;
    }
    request.body = buffer.substr(end + 4, wanted - end - 4);
    buffer.erase(0, wanted);
    open = answer(socket, request);
  }
  const std::lock_guard lock(mutex_);
  sockets_.erase(socket);
  ::close(socket);
}

bool FaultServer::answer(int socket, const SeenRequest& request) {
  Handler handler;
  int nth = 0;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    nth = ++counts_[request.target];
    if (const auto found = handlers_.find(request.target); found != handlers_.end()) handler = found->second;
  }
  const Reply reply = handler ? handler(request, nth) : Reply{404, R"({"error":"not_found"})", {}};
  const std::string_view half = std::string_view(reply.body).substr(0, reply.body.size() / 2);
  switch (reply.fault) {
    case Fault::kReset:
      arm_reset(socket);
      return false;
    case Fault::kHangUp:
      return false;
    case Fault::kStall:
      wait_for_stop();
      return false;
    case Fault::kTruncate:
      send_all(socket, print_head(reply));
      send_all(socket, half);
      return false;
    case Fault::kResetMidBody:
      send_all(socket, print_head(reply));
      send_all(socket, half);
      arm_reset(socket);
      return false;
    case Fault::kStallMidBody:
      send_all(socket, print_head(reply));
      send_all(socket, half);
      wait_for_stop();
      return false;
    case Fault::kDrip:
      if (!send_all(socket, print_head(reply))) return false;
      for (const char c : reply.body) {
        if (!send_all(socket, {&c, 1})) return false;
      }
      return !reply.no_length;
    case Fault::kNone:
      break;
  }
  const bool bodiless = request.method == "HEAD" || reply.status == 304 || reply.status == 204;
  return send_all(socket, print_head(reply) + (bodiless ? std::string{} : reply.body)) && !reply.no_length;
}

bool FaultServer::send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void FaultServer::wait_for_stop() {
  std::unique_lock lock(mutex_);
  stop_signal_.wait(lock, [this] { return stopping_; });
}

}  // namespace hoist::test
