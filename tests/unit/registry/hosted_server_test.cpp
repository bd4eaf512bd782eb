// Guarantees 27, 30, 52, 54 on real sockets: what the in-process tests cannot see.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "hoist/registry/server.hpp"
#include "hosted_fixture.hpp"
#include "support/catch.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

/// A registry on a free port, with short limits, for as long as the object lives.
class RunningServer {
 public:
  explicit RunningServer(registry::ServerLimits limits = {}) {
    limits.body_bytes = 200U << 20U;
    auto bound = registry::Server::bind({.threads = 2, .limits = limits});
    if (!bound) throw std::runtime_error(bound.error().message);
    server_ = *std::move(bound);
    const std::string url = server_->url();
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    thread_ = std::jthread([this] { server_->run(fixture.service()); });
  }
  ~RunningServer() { stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  void begin_stop() { server_->stop(); }
  void stop() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  HostedFixture fixture;

 private:
  std::unique_ptr<registry::Server> server_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

class Connection {
 public:
  explicit Connection(const RunningServer& server, int receive_buffer = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Connection& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;  // the server may have had enough
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  std::string read_until(std::string_view text) {
    std::string all;
    while (!all.contains(text) && read_some(all)) {
    }
    return all;
  }
  std::string read_all() {
    std::string all;
    while (read_some(all)) {
    }
    return all;
  }

 private:
  bool read_some(std::string& all) const {
    std::array<char, 16384> buffer;
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    all.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }
  int socket_ = -1;
};

std::string put_head(const std::string& name, std::string_view more) {
  return fmt::format("PUT /{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\nConnection: close\r\n{}\r\n", name,
                     more);
}
std::string get(const std::string& target, std::string_view more = "Connection: close\r\n") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, more);
}
std::string status_of(const std::string& answer) {
  return answer.substr(0, std::min(answer.size(), answer.find("\r\n")));
}
std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

std::string noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

}  // namespace

TEST_CASE("Hosted server: a publish arrives with a length, in chunks, or after a 100 Continue", "[registry][server]") {
  RunningServer server;
  const auto document = [](const std::string& name) { return publish_document(name, "1.0.0").dump(); };
  const std::string whole = document("a");
  Connection first(server);
  first.send(put_head("a", fmt::format("Content-Length: {}\r\n", whole.size())) + whole);
  CHECK(status_of(first.read_all()) == "HTTP/1.1 201 Created");

  const std::string chunked = document("b");
  Connection second(server);
  second.send(put_head("b", "Transfer-Encoding: chunked\r\n"));
  for (std::size_t at = 0; at < chunked.size(); at += 100) {
    const std::string piece = chunked.substr(at, 100);
    second.send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
  }
  second.send("0\r\n\r\n");
  CHECK(status_of(second.read_all()) == "HTTP/1.1 201 Created");

  const std::string patient = document("c");
  Connection third(server);
  third.send(put_head("c", fmt::format("Expect: 100-continue\r\nContent-Length: {}\r\n", patient.size())));
  CHECK(status_of(third.read_until("\r\n\r\n")) == "HTTP/1.1 100 Continue");
  third.send(patient);
  CHECK(status_of(third.read_all()) == "HTTP/1.1 201 Created");
  for (const auto* name : {"a", "b", "c"}) CHECK(server.fixture.get(fmt::format("/{}", name)).status == 200);
}

TEST_CASE("Hosted server 52: what is announced too large, or is not allowed, is answered before it is read",
          "[registry][server]") {
  RunningServer server;
  Connection large(server);
  large.send(put_head("a", "Content-Length: 190000000\r\n"));
  CHECK(status_of(large.read_all()) == "HTTP/1.1 413 Payload Too Large");
  Connection larger(server);
  larger.send(put_head("a", "Content-Length: 99999999999\r\n"));
  CHECK(status_of(larger.read_all()) == "HTTP/1.1 413 Payload Too Large");
  Connection stranger(server);
  stranger.send("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n");
  CHECK(status_of(stranger.read_all()) == "HTTP/1.1 401 Unauthorized");
}

TEST_CASE("Hosted server: requests that two servers could read differently are refused", "[registry][server]") {
  RunningServer server;
  for (const auto* headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -1\r\n", "Content-Length: 5x\r\n",
        "Transfer-Encoding : chunked\r\n", "Content-Length: +5\r\n"}) {
    INFO(headers);
    Connection connection(server);
    connection.send(put_head("a", headers) + "0\r\n\r\nGET /-/ping HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = connection.read_all();
    CHECK(status_of(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(answer.find("HTTP/1.1", 8) == std::string::npos);  // what follows is not taken for a request
  }
}

TEST_CASE("Hosted server 27: large tarballs are sent whole, in parts, and to slow readers; HEAD sends none",
          "[registry][server]") {
  RunningServer server;
  const std::string filler = noise(5U << 20U);
  server.fixture.publish("big", "1.0.0", {{"filler", filler}});
  const std::string whole = make_tarball("big", "1.0.0", {{"filler", filler}});
  REQUIRE(whole.size() > (2U << 20U));
  const std::string target = "/big/-/big-1.0.0.tgz";
  Connection fast(server), slow(server, 4096), part(server), head(server);
  slow.send(get(target));
  CHECK(body_of(fast.send(get(target)).read_all()) == whole);
  const std::string ranged = part.send(get(target, "Range: bytes=1000000-1999999\r\nConnection: close\r\n")).read_all();
  CHECK(status_of(ranged) == "HTTP/1.1 206 Partial Content");
  CHECK(body_of(ranged) == whole.substr(1'000'000, 1'000'000));
  CHECK(body_of(slow.read_all()) == whole);
  const std::string headers =
      head.send("HEAD " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").read_all();
  CHECK(headers.contains(fmt::format("Content-Length: {}\r\n", whole.size())));
  CHECK(body_of(headers).empty());
}

TEST_CASE("Hosted server 30: silent connections and an upload that ends early keep nobody else waiting",
          "[registry][server]") {
  RunningServer server;
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(std::make_unique<Connection>(server));
    if (i % 3 == 0) silent.back()->send("GET /");
    if (i % 3 == 1) silent.back()->send(put_head("a", "Content-Length: 1000\r\n") + "{\"name\"");
  }
  Connection asking(server);
  CHECK(status_of(asking.send(get("/-/ping")).read_all()) == "HTTP/1.1 200 OK");
  silent.clear();
  server.fixture.publish("a", "1.0.0");
  CHECK(server.fixture.get("/a").json()["versions"].size() == 1);
}

TEST_CASE("Hosted server 30: a client that is too slow loses its connection", "[registry][server]") {
  RunningServer server({.read_time = std::chrono::seconds(1)});
  Connection silent(server), halfway(server);
  halfway.send(put_head("a", "Content-Length: 1000\r\n") + "{");
  CHECK(silent.read_all().empty());
  CHECK(halfway.read_all().empty());
  CHECK(server.fixture.get("/-/ping").status == 200);
}

TEST_CASE("Hosted server 54: a stop lets the publish under way finish", "[registry][server]") {
  RunningServer server;
  const std::string body = publish_document("a", "1.0.0").dump();
  Connection publishing(server);
  publishing.send(put_head("a", fmt::format("Expect: 100-continue\r\nContent-Length: {}\r\n", body.size())));
  CHECK(status_of(publishing.read_until("\r\n\r\n")) == "HTTP/1.1 100 Continue");  // the handler is at it
  publishing.send(body.substr(0, body.size() / 2));
  server.begin_stop();
  publishing.send(body.substr(body.size() / 2));
  CHECK(status_of(publishing.read_all()) == "HTTP/1.1 201 Created");
  server.stop();
  CHECK(server.fixture.get("/a").status == 200);
}

TEST_CASE("Hosted server: readers and writers on many connections see only whole states", "[registry][server][race]") {
  RunningServer server;
  server.fixture.publish("left", "0.0.0");
  std::atomic<int> bad{0};
  std::atomic<bool> stop{false};
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        std::size_t seen = 0;
        while (!stop) {
          Connection connection(server);
          const Json document = Json::parse(body_of(connection.send(get("/left")).read_all()), nullptr, false);
          if (document.is_discarded() || document["versions"].size() < seen) {
            ++bad;
            break;
          }
          seen = document["versions"].size();
          const std::string latest = document["dist-tags"]["latest"];
          if (!document["versions"].contains(latest)) ++bad;
          Connection fetching(server);
          const std::string tarball =
              body_of(fetching.send(get(fmt::format("/left/-/left-{}.tgz", latest))).read_all());
          if (tarball != make_tarball("left", latest)) ++bad;
        }
      });
    }
    for (int i = 1; i <= 40; ++i) {
      const std::string body = publish_document("left", fmt::format("0.0.{}", i)).dump();
      Connection connection(server);
      connection.send(put_head("left", fmt::format("Content-Length: {}\r\n", body.size())) + body);
      if (status_of(connection.read_all()) != "HTTP/1.1 201 Created") ++bad;
      Connection reading(server);
      const Json seen = Json::parse(body_of(reading.send(get("/left")).read_all()), nullptr, false);
      if (seen["versions"].size() != static_cast<std::size_t>(i) + 1) ++bad;  // read your writes
    }
    stop = true;
  }
  CHECK(bad == 0);
}
