#include "hoist/fetcher/http_client.hpp"

#include <zlib.h>

#include <atomic>
#include <future>

#include "support/catch.hpp"
#include "support/fault_server.hpp"
#include "support/recording_reporter.hpp"

using namespace hoist;
using namespace hoist::fetcher;
using hoist::test::Fault;
using hoist::test::FaultServer;
using hoist::test::RecordingReporter;
using hoist::test::Reply;
using std::chrono::milliseconds;

namespace {

HttpOptions quick() {
  HttpOptions options;
  options.retry.min_timeout = milliseconds(1);
  options.retry.max_timeout = milliseconds(5);
  options.fetch_timeout = milliseconds(10'000);
  return options;
}

HttpRequest get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("HttpClient: answers with status, headers and body", "[http]") {
  FaultServer server;
  server.on("/a", {Reply{.body = "hello", .headers = {{"X-Thing", "1"}, {"ETag", "\"x\""}}}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  const auto response = client.perform(get(server.url("/a")));
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->reason == "Scripted");
  CHECK(response->body == "hello");
  CHECK(response->headers.get("x-thing") == "1");
  CHECK(response->headers.get("etag") == "\"x\"");
  CHECK(response->url == server.url("/a"));
  CHECK(response->attempts == 1);
}

TEST_CASE("HttpClient: a connection is kept for the next request", "[http]") {
  FaultServer server;
  server.on("/a", {Reply{.body = "x"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  for (int i = 0; i < 5; ++i) REQUIRE(client.perform(get(server.url("/a"))));
  CHECK(server.connections() == 1);
}

TEST_CASE("HttpClient: many requests at once keep to the socket limit and all end", "[http]") {
  FaultServer server;
  server.on("/a", {Reply{.body = std::string(10'000, 'x')}});
  NullReporter reporter;
  std::atomic<int> good = 0;
  {
    HttpOptions options = quick();
    options.max_sockets = 4;
    HttpClient client(options, reporter);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          const auto response = client.perform(get(server.url("/a")));
          if (response && response->body.size() == 10'000) ++good;
        }
      });
    }
  }
  CHECK(good == 200);
  CHECK(server.connections() <= 4);
}

TEST_CASE("HttpClient: sends method, headers and body as given", "[http]") {
  FaultServer server;
  server.on("/p", {Reply{.status = 201}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/p"));
  request.method = "PUT";
  request.body = std::string(100'000, 'b');
  request.headers = {{"content-type", "application/json"}, {"npm-command", "publish"}};
  REQUIRE(client.perform(request));
  const auto seen = server.requests();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "PUT");
  CHECK(seen[0].body == request.body);
  CHECK(seen[0].headers.at("content-type") == "application/json");
  CHECK(seen[0].headers.at("npm-command") == "publish");
  CHECK(seen[0].headers.count("expect") == 0);
}

TEST_CASE("HttpClient: HEAD, DELETE and an empty POST work", "[http]") {
  FaultServer server;
  server.on("/x", {Reply{.body = "body"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  for (const char* method : {"HEAD", "DELETE", "POST"}) {
    HttpRequest request = get(server.url("/x"));
    request.method = method;
    const auto response = client.perform(request);
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(server.requests().back().method == method);
  }
}

TEST_CASE("HttpClient: transient failures are retried, then the answer counts", "[http][retry]") {
  const auto fault = GENERATE(Fault::kReset, Fault::kHangUp, Fault::kTruncate, Fault::kResetMidBody);
  FaultServer server;
  server.on("/a", {Reply{.body = "0123456789", .fault = fault}, Reply{.body = "0123456789", .fault = fault},
                   Reply{.body = "0123456789"}});
  RecordingReporter reporter;
  HttpClient client(quick(), reporter);
  const auto response = client.perform(get(server.url("/a")));
  REQUIRE(response);
  CHECK(response->body == "0123456789");
  CHECK(response->attempts == 3);
  CHECK(server.count("/a") == 3);
  CHECK(reporter.contains("attempt 1 failed with ECONNRESET"));
}

TEST_CASE("HttpClient: gives up after fetch-retries and names the URL", "[http][retry]") {
  FaultServer server;
  server.on("/gone", {Reply{.body = "0123456789", .fault = Fault::kTruncate}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  const auto response = client.perform(get(server.url("/gone")));
  REQUIRE_FALSE(response);
  CHECK(response.error().code == "ECONNRESET");
  CHECK(response.error().message.find(server.url("/gone")) != std::string::npos);
  CHECK(response.error().message.find("5 of 10 bytes") != std::string::npos);
  CHECK(server.count("/gone") == 3);
}

TEST_CASE("HttpClient: statuses that npm retries are retried, others are not", "[http][retry]") {
  struct Row {
    int status;
    int requests;
  };
  const auto row = GENERATE(values<Row>(
      {{408, 3}, {420, 3}, {429, 3}, {500, 3}, {503, 3}, {599, 3}, {400, 1}, {401, 1}, {403, 1}, {404, 1}, {409, 1}}));
  FaultServer server;
  server.on("/s", {Reply{.status = row.status, .body = "{}"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  const auto response = client.perform(get(server.url("/s")));
  REQUIRE(response);
  CHECK(response->status == row.status);
  CHECK(server.count("/s") == row.requests);
}

TEST_CASE("HttpClient: a POST is never sent twice", "[http][retry]") {
  FaultServer server;
  server.on("/s", {Reply{.status = 503}});
  server.on("/r", {Reply{.fault = Fault::kReset}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/s"));
  request.method = "POST";
  request.body = "{}";
  CHECK(client.perform(request)->status == 503);
  request.url = server.url("/r");
  CHECK(client.perform(request).error().code == "ECONNRESET");
  CHECK(server.count("/s") == 1);
  CHECK(server.count("/r") == 1);
}

TEST_CASE("HttpClient: a refused connection says so", "[http]") {
  int port = 0;
  {
    const FaultServer closed;
    port = closed.port();
  }
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  const auto response = client.perform(get(fmt::format("http://127.0.0.1:{}/pkg", port)));
  REQUIRE_FALSE(response);
  CHECK(response.error().code == "ECONNREFUSED");
  CHECK(response.error().message ==
        fmt::format("request to http://127.0.0.1:{0}/pkg failed, reason: connect ECONNREFUSED 127.0.0.1:{0}", port));
}

TEST_CASE("HttpClient: silence ends with npm's codes after fetch-timeout", "[http][timeout]") {
  FaultServer server;
  server.on("/never", {Reply{.fault = Fault::kStall}});
  server.on("/half", {Reply{.body = "0123456789", .fault = Fault::kStallMidBody}});
  NullReporter reporter;
  HttpOptions options = quick();
  options.fetch_timeout = milliseconds(60);
  options.retry.retries = 1;
  HttpClient client(options, reporter);
  CHECK(client.perform(get(server.url("/never"))).error().code == "ETIMEDOUT");
  CHECK(server.count("/never") == 2);
  CHECK(client.perform(get(server.url("/half"))).error().code == "ERR_SOCKET_TIMEOUT");
  CHECK(server.count("/half") == 2);
}

TEST_CASE("HttpClient: a deadline covers all attempts", "[http][timeout]") {
  FaultServer server;
  server.on("/never", {Reply{.fault = Fault::kStall}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/never"));
  request.deadline = milliseconds(50);
  const auto response = client.perform(request);
  REQUIRE_FALSE(response);
  CHECK(response.error().code == "ETIMEDOUT");
  CHECK(server.count("/never") == 1);
}

TEST_CASE("HttpClient: a slow drip is no stall", "[http]") {
  FaultServer server;
  server.on("/drip", {Reply{.body = std::string(2000, 'd'), .fault = Fault::kDrip}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  CHECK(client.perform(get(server.url("/drip")))->body == std::string(2000, 'd'));
}

TEST_CASE("HttpClient: redirects are followed on the same host with credentials", "[http][redirect]") {
  FaultServer server;
  server.on("/a", {Reply{.status = 302, .headers = {{"Location", "/b"}}}});
  server.on("/b", {Reply{.status = 307, .headers = {{"Location", "c?x=1"}}}});
  server.on("/c?x=1", {Reply{.body = "end"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/a"));
  request.headers.add("authorization", "Bearer secret-token");
  const auto response = client.perform(request);
  REQUIRE(response);
  CHECK(response->body == "end");
  CHECK(response->url == server.url("/c?x=1"));
  CHECK(server.requests().back().headers.at("authorization") == "Bearer secret-token");
}

TEST_CASE("HttpClient: credentials do not follow to another port", "[http][redirect][security]") {
  FaultServer other;
  other.on("/stolen", {Reply{.body = "x"}});
  FaultServer server;
  server.on("/a", {Reply{.status = 302, .headers = {{"Location", other.url("/stolen")}}}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/a"));
  request.headers = {
      {"Authorization", "Bearer secret-token"}, {"Cookie", "a=b"}, {"npm-otp", "123456"}, {"user-agent", "me"}};
  REQUIRE(client.perform(request));
  const auto seen = other.requests();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].headers.count("authorization") == 0);
  CHECK(seen[0].headers.count("cookie") == 0);
  CHECK(seen[0].headers.count("npm-otp") == 0);
  CHECK(seen[0].headers.at("user-agent") == "me");
}

TEST_CASE("HttpClient: redirects end: too many, nowhere, or to another protocol", "[http][redirect]") {
  FaultServer server;
  server.on("/loop", {Reply{.status = 301, .headers = {{"Location", "/loop"}}}});
  server.on("/nowhere", {Reply{.status = 302}});
  server.on("/file", {Reply{.status = 302, .headers = {{"Location", "file:///etc/passwd"}}}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  CHECK(client.perform(get(server.url("/loop"))).error().code == "EMAXREDIRECT");
  CHECK(server.count("/loop") == 21);
  CHECK(client.perform(get(server.url("/nowhere"))).error().code == "EINVALIDREDIRECT");
  CHECK(client.perform(get(server.url("/file"))).error().code == "EUNSUPPORTEDPROTOCOL");
}

TEST_CASE("HttpClient: 303 and a redirected POST become GET, 307 keeps method and body", "[http][redirect]") {
  FaultServer server;
  server.on("/303", {Reply{.status = 303, .headers = {{"Location", "/end"}}}});
  server.on("/302", {Reply{.status = 302, .headers = {{"Location", "/end"}}}});
  server.on("/307", {Reply{.status = 307, .headers = {{"Location", "/end"}}}});
  server.on("/end", {Reply{.body = "x"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  const auto follow = [&](const char* method, const char* path) {
    HttpRequest request = get(server.url(path));
    request.method = method;
    request.body = "{}";
    REQUIRE(client.perform(request));
    return server.requests().back();
  };
  CHECK(follow("PUT", "/303").method == "GET");
  CHECK(follow("POST", "/302").method == "GET");
  CHECK(follow("POST", "/302").body.empty());
  CHECK(follow("PUT", "/302").method == "PUT");
  CHECK(follow("POST", "/307").body == "{}");
}

TEST_CASE("HttpClient: gzip bodies are inflated, within a limit", "[http][gzip]") {
  const std::string text(3'000'000, 'z');
  FaultServer server;
  server.on("/gz", {Reply{.body = gzip(text), .headers = {{"Content-Encoding", "gzip"}}}});
  server.on("/two", {Reply{.body = gzip("one ") + gzip("two"), .headers = {{"Content-Encoding", "gzip"}}}});
  server.on("/bad", {Reply{.body = gzip("hello").substr(0, 20), .headers = {{"Content-Encoding", "gzip"}}}});
  server.on("/br", {Reply{.body = "xx", .headers = {{"Content-Encoding", "br"}}}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  CHECK(client.perform(get(server.url("/gz")))->body == text);
  CHECK(server.requests().back().headers.at("accept-encoding") == "gzip");
  CHECK(client.perform(get(server.url("/two")))->body == "one two");
  CHECK(client.perform(get(server.url("/bad"))).error().code == "EBADENCODING");
  CHECK(client.perform(get(server.url("/br"))).error().code == "EBADENCODING");
  HttpRequest bomb = get(server.url("/gz"));
  bomb.max_inflated = 2'000'000;
  CHECK(client.perform(bomb).error().code == "EBADSIZE");
}

TEST_CASE("HttpClient: a body over the limit is refused, announced or not", "[http][limit]") {
  FaultServer server;
  server.on("/big", {Reply{.body = std::string(5000, 'x')}});
  server.on("/unannounced", {Reply{.body = std::string(5000, 'x'), .no_length = true}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  for (const char* path : {"/big", "/unannounced"}) {
    HttpRequest request = get(server.url(path));
    request.max_body = 4999;
    const auto response = client.perform(request);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == "EBADSIZE");
    CHECK(response.error().message.find("over limit: 4999") != std::string::npos);
    CHECK(server.count(path) == 1);
    request.max_body = 5000;
    CHECK(client.perform(request)->body.size() == 5000);
  }
}

TEST_CASE("HttpClient: a body that does not match its integrity is fetched once more, then refused",
          "[http][integrity]") {
  const std::string good = "tarball bytes";
  const auto wanted = Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, good));
  FaultServer server;
  server.on("/once", {Reply{.body = "tampered"}, Reply{.body = good}});
  server.on("/always", {Reply{.body = "tampered"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/once"));
  request.expected = wanted;
  const auto healed = client.perform(request);
  REQUIRE(healed);
  CHECK(healed->body == good);
  CHECK(healed->integrity == wanted);
  request.url = server.url("/always");
  const auto refused = client.perform(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "EINTEGRITY");
  const std::string got =
      Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, "tampered")).to_string();
  CHECK(refused.error().message ==
        fmt::format("{0} integrity checksum failed when using sha512: wanted {0} but got {1}. (8 bytes)",
                    wanted.to_string(), got));
  CHECK(server.count("/always") == 2);
}

TEST_CASE("HttpClient: a streamed body arrives in order and starts over on a retry", "[http][stream]") {
  FaultServer server;
  const std::string body(300'000, 's');
  server.on("/s", {Reply{.body = body, .fault = Fault::kResetMidBody}, Reply{.body = body}});
  server.on("/e", {Reply{.status = 404, .body = "missing"}});
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  std::string collected;
  int restarts = 0;
  HttpRequest request = get(server.url("/s"));
  request.on_body = [&](std::string_view piece) {
    collected += piece;
    return true;
  };
  request.on_restart = [&] {
    collected.clear();
    ++restarts;
  };
  const auto response = client.perform(request);
  REQUIRE(response);
  CHECK(response->body.empty());
  CHECK(response->body_size == body.size());
  CHECK(collected == body);
  CHECK(restarts <= 1);  // the reset may discard what had been sent before it was read
  collected.clear();
  request.url = server.url("/e");
  CHECK(client.perform(request)->body == "missing");
  CHECK(collected.empty());
  request.url = server.url("/s");
  request.on_body = [](std::string_view) { return false; };
  CHECK(client.perform(request).error().code == "ECANCELED");
}

TEST_CASE("HttpClient: cancelling and destroying end every request exactly once", "[http]") {
  FaultServer server;
  server.on("/never", {Reply{.fault = Fault::kStall}});
  NullReporter reporter;
  std::atomic<int> cancelled = 0;
  const auto count = [&](Result<HttpResponse> result) {
    if (!result && result.error().code == "ECANCELED") ++cancelled;
  };
  {
    HttpClient client(quick(), reporter);
    std::vector<HttpClient::RequestId> ids;
    for (int i = 0; i < 40; ++i) ids.push_back(client.send(get(server.url("/never")), count));
    for (int i = 0; i < 20; ++i) client.cancel(ids[static_cast<std::size_t>(i)]);
    client.cancel(ids[0]);
    client.cancel(99'999);
  }
  CHECK(cancelled == 40);
}

TEST_CASE("HttpClient: waiting requests start by priority, and can be hurried", "[http]") {
  FaultServer server;
  for (const char* path : {"/first", "/next", "/bulk", "/normal", "/urgent", "/hurried"})
    server.on(path, {Reply{.body = "x"}});
  NullReporter reporter;
  HttpOptions options = quick();
  options.max_sockets = 1;
  std::atomic<int> done = 0;
  std::promise<void> holding;
  std::promise<void> all_queued;
  {
    HttpClient client(options, reporter);
    client.send(get(server.url("/first")), [&](const Result<HttpResponse>&) {
      holding.set_value();
      // Holds the loop: what is sent meanwhile is all accepted before the loop looks at a socket again.
      all_queued.get_future().wait();
      ++done;
    });
    holding.get_future().wait();
    const auto send = [&](const char* path, Priority priority) {
      HttpRequest request = get(server.url(path));
      request.priority = priority;
      return client.send(request, [&](const Result<HttpResponse>&) {
        done += 1;
        done.notify_all();
      });
    };
    send("/next", Priority::kBulk);  // finds the socket free
    const auto hurried = send("/hurried", Priority::kBulk);
    send("/bulk", Priority::kBulk);
    send("/normal", Priority::kNormal);
    send("/urgent", Priority::kUrgent);
    client.hurry(hurried);
    all_queued.set_value();
    for (int seen = done; seen != 6; seen = done) done.wait(seen);
  }
  std::vector<std::string> targets;
  for (const auto& request : server.requests()) targets.push_back(request.target);
  CHECK(targets == std::vector<std::string>{"/first", "/next", "/hurried", "/urgent", "/normal", "/bulk"});
}

TEST_CASE("HttpClient: hostile header values and URLs are refused without being shown or sent", "[http][security]") {
  FaultServer server;
  NullReporter reporter;
  HttpClient client(quick(), reporter);
  HttpRequest request = get(server.url("/"));
  request.headers.add("authorization", "Bearer x\r\nX-Injected: 1");
  const auto injected = client.perform(request);
  REQUIRE_FALSE(injected);
  CHECK(injected.error().code == "EINVALIDHEADER");
  CHECK(injected.error().message.find("Bearer") == std::string::npos);
  CHECK(client.perform(get("http://127.0.0.1:1/\nHost: x")).error().code == "EINVALIDURL");
  CHECK(client.perform(get("file:///etc/passwd")).error().code == "EUNSUPPORTEDPROTOCOL");
  CHECK(client.perform(get("not a url")).error().code == "EINVALIDURL");
  CHECK(server.requests().empty());
}

TEST_CASE("HttpClient: a password in a URL becomes a header and never part of a message", "[http][security]") {
  FaultServer server;
  server.on("/a", {Reply{.body = "x", .fault = Fault::kReset}});
  RecordingReporter reporter;
  HttpClient client(quick(), reporter);
  const auto response = client.perform(get(fmt::format("http://me:s3cr%40t@127.0.0.1:{}/a", server.port())));
  REQUIRE_FALSE(response);
  CHECK(server.requests().front().headers.at("authorization") == "Basic bWU6czNjckB0");
  CHECK(response.error().message.find("http://me:***@127.0.0.1") != std::string::npos);
  CHECK(response.error().message.find("s3cr") == std::string::npos);
  CHECK_FALSE(reporter.contains("s3cr"));
}

TEST_CASE("HttpClient: Retry-After shortens the pause, bounded by the longest pause", "[http][retry]") {
  FaultServer server;
  server.on("/busy", {Reply{.status = 503, .headers = {{"Retry-After", "0"}}}, Reply{.body = "ok"}});
  server.on("/rude", {Reply{.status = 429, .headers = {{"Retry-After", "86400"}}}, Reply{.body = "ok"}});
  NullReporter reporter;
  HttpOptions options = quick();
  options.retry.min_timeout = std::chrono::hours(1);
  options.retry.max_timeout = std::chrono::hours(1);
  {
    HttpClient patient(options, reporter);
    CHECK(patient.perform(get(server.url("/busy")))->body == "ok");
  }
  options.retry.min_timeout = options.retry.max_timeout = milliseconds(2);
  HttpClient client(options, reporter);
  CHECK(client.perform(get(server.url("/rude")))->body == "ok");
}

TEST_CASE("HttpClient: a proxy gets the whole URL, exempt hosts go straight", "[http][proxy]") {
  FaultServer proxy;
  proxy.on("http://registry.example/pkg", {Reply{.body = "through the proxy"}});
  FaultServer server;
  server.on("/direct", {Reply{.body = "direct"}});
  NullReporter reporter;
  HttpOptions options = quick();
  options.proxy.proxy = proxy.url();
  options.proxy.no_proxy = "example.org, 127.0.0.1";
  HttpClient client(options, reporter);
  CHECK(client.perform(get("http://registry.example/pkg"))->body == "through the proxy");
  CHECK(client.perform(get(server.url("/direct")))->body == "direct");
}
