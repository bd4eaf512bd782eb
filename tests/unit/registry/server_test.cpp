// The real program on a real socket: what the router's tests cannot see.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/registry_process.hpp"

namespace {

using hoist::test::RegistryProcess;

/// A plain TCP connection to the registry.
class Connection {
 public:
  explicit Connection(const RegistryProcess& registry) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const std::string host = registry.host();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(host.substr(host.find(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view bytes) {
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  /// Everything until the server closes.
  std::string read_all() {
    std::string all;
    char buffer[65536];
    for (ssize_t size = 0; (size = ::recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<std::size_t>(size));
    return all;
  }
  /// Until `text` has come.
  std::string read_until(std::string_view text) {
    std::string all;
    char buffer[4096];
    while (!all.contains(text)) {
      const ssize_t size = ::recv(socket_, buffer, sizeof buffer, 0);
      if (size <= 0) break;
      all.append(buffer, static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  int socket_;
};

std::string ask(const RegistryProcess& registry, std::string_view request) {
  Connection connection(registry);
  connection.send(request);
  return connection.read_all();
}

std::string_view status_line(std::string_view answer) { return answer.substr(0, answer.find("\r\n")); }
std::string_view body_of(std::string_view answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

}  // namespace

TEST_CASE("Server: HEAD gives the headers of GET and no body", "[registry]") {
  const RegistryProcess registry;
  const std::string get = ask(registry, "GET /left HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string head = ask(registry, "HEAD /left HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(status_line(get) == "HTTP/1.1 200 OK");
  CHECK(get.substr(0, get.find("\r\n\r\n")) == head.substr(0, head.find("\r\n\r\n")));
  CHECK(body_of(get).size() > 100);
  CHECK(body_of(head).empty());
}

TEST_CASE("Server: several requests sent at once are answered in order on one connection", "[registry]") {
  const RegistryProcess registry;
  const std::string answer = ask(registry,
                                 "GET /-/ping HTTP/1.1\r\nHost: x\r\n\r\n"
                                 "GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n"
                                 "GET /left/-/left-1.0.0.tgz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("HTTP/1.1 200 OK"), second = answer.find("HTTP/1.1 404 Not Found");
  REQUIRE(first != std::string::npos);
  REQUIRE(second != std::string::npos);
  CHECK(first < second);
  CHECK(answer.find("HTTP/1.1 200 OK", second) != std::string::npos);
}

TEST_CASE("Server: bytes that are no request are answered with 400, oversized ones with 431 and 413", "[registry]") {
  const RegistryProcess registry;
  CHECK(status_line(ask(registry, "HELLO\r\n\r\n")) == "HTTP/1.1 400 Bad Request");
  CHECK(status_line(ask(registry, "GET / HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n")) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(status_line(ask(registry, "PUT /left HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")) ==
        "HTTP/1.1 413 Payload Too Large");
  CHECK(status_line(ask(registry, "GET /-/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) ==
        "HTTP/1.1 200 OK");
}

TEST_CASE("Server: SIGTERM ends idle connections, finishes the answer under way and exits with 0", "[registry]") {
  RegistryProcess registry({"--delay-ms", "300"});
  Connection idle(registry), busy(registry);
  // The answer to a first request shows that the server holds this connection.
  idle.send("GET /-/ping HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(idle.read_until("{}").starts_with("HTTP/1.1 200"));
  busy.send("GET /-/ping HTTP/1.1\r\nHost: x\r\n\r\nGET /left HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(busy.read_until("{}").starts_with("HTTP/1.1 200"));
  CHECK(registry.terminate() == 0);  // while the answer to /left waits for its delay
  CHECK(idle.read_all().empty());
  CHECK(busy.read_all().contains("\"dist-tags\""));
}

TEST_CASE("Server: a token that is required is checked before anything else", "[registry]") {
  const RegistryProcess registry({"--require-token", "secret"});
  CHECK(status_line(ask(registry, "GET /left HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) ==
        "HTTP/1.1 401 Unauthorized");
  CHECK(status_line(ask(
            registry, "GET /left HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n")) ==
        "HTTP/1.1 200 OK");
}
