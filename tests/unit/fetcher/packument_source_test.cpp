#include "hoist/fetcher/packument_source.hpp"

#include <atomic>
#include <thread>

#include "support/catch.hpp"
#include "support/fault_server.hpp"
#include "support/recording_reporter.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::fetcher;
using hoist::test::Fault;
using hoist::test::FaultServer;
using hoist::test::RecordingReporter;
using hoist::test::Reply;
using hoist::test::SeenRequest;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

class TestClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void advance(seconds by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::sys_days(std::chrono::year(2026) / 1 / 15)};
};

std::string packument(std::string_view name, std::string_view version = "1.0.0") {
  return fmt::format(
      R"({{"name":"{0}","dist-tags":{{"latest":"{1}"}},"versions":{{"{1}":{{"name":"{0}","version":"{1}"}}}}}})", name,
      version);
}

/// Everything one run of a command has; the disk and the server outlive it.
struct Run {
  explicit Run(const FaultServer& server, PackumentSourceOptions source_options = {},
               RegistryOptions registry_options = {})
      : http(http_options(), reporter),
        registry(http, with_registry(std::move(registry_options), server), reporter),
        pool(2),
        source(registry, pool, std::move(source_options), clock()) {}

  static HttpOptions http_options() {
    HttpOptions options;
    options.retry.min_timeout = milliseconds(1);
    options.retry.max_timeout = milliseconds(1);
    options.fetch_timeout = milliseconds(10'000);
    return options;
  }
  static RegistryOptions with_registry(RegistryOptions options, const FaultServer& server) {
    options.registry = server.url();
    return options;
  }
  static TestClock& clock() {
    static TestClock shared;
    return shared;
  }

  RecordingReporter reporter;
  HttpClient http;
  RegistryClient registry;
  ThreadPool pool;
  RegistryPackumentSource source;
};

}  // namespace

TEST_CASE("RegistryPackumentSource: fetches a name once, however often it is asked", "[packument]") {
  FaultServer server;
  server.on("/foo", {Reply{.body = packument("foo")}});
  Run run(server);
  run.source.prefetch("foo");
  run.source.prefetch("foo");
  const auto first = run.source.get("foo");
  REQUIRE(first);
  CHECK((*first)->name() == "foo");
  CHECK((*first)->versions().size() == 1);
  CHECK(run.source.get("foo").value() == *first);
  CHECK(server.count("/foo") == 1);
}

TEST_CASE("RegistryPackumentSource: sends npm's headers and the scope's credential", "[packument][auth]") {
  FaultServer server;
  server.on("/@acme%2ffoo", {Reply{.body = packument("@acme/foo")}});
  RegistryOptions options;
  options.user_agent = "hoist-test";
  options.command = "install";
  options.scoped_registries["@acme"] = server.url();
  options.credentials[fmt::format("//127.0.0.1:{}/:_authToken", server.port())] = "t0ken";
  Run run(server, {}, options);
  REQUIRE(run.source.get("@acme/foo"));
  const auto headers = server.requests().at(0).headers;
  CHECK(headers.at("authorization") == "Bearer t0ken");
  CHECK(headers.at("accept") == "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*");
  CHECK(headers.at("user-agent") == "hoist-test");
  CHECK(headers.at("npm-command") == "install");
  CHECK(headers.at("pacote-req-type") == "packument");
  CHECK(headers.at("pacote-pkg-id") == "registry:@acme/foo");
}

TEST_CASE("RegistryPackumentSource: asks for the full document when wanted, and after a 404 for the short one",
          "[packument]") {
  FaultServer server;
  server.on("/full", {Reply{.body = packument("full")}});
  server.on("/old", [](const SeenRequest& request, int) {
    return request.headers.at("accept") == "application/json" ? Reply{.body = packument("old")} : Reply{.status = 404};
  });
  {
    Run run(server, {.kind = PackumentKind::kFull});
    REQUIRE(run.source.get("full"));
    CHECK(server.requests().back().headers.at("accept") == "application/json");
  }
  Run run(server);
  REQUIRE(run.source.get("old"));
  CHECK(server.count("/old") == 2);
}

TEST_CASE("RegistryPackumentSource: errors name package and URL, never a credential", "[packument][errors]") {
  FaultServer server;
  server.on("/no", {Reply{.status = 404, .body = R"({"error":"Not found"})"}});
  server.on("/secret", {Reply{.status = 401, .headers = {{"WWW-Authenticate", "Bearer realm=x"}}}});
  server.on("/plain401", {Reply{.status = 401, .body = "{}"}});
  server.on("/otp", {Reply{.status = 401, .headers = {{"WWW-Authenticate", "OTP"}}}});
  server.on("/ip", {Reply{.status = 401, .headers = {{"WWW-Authenticate", "ipaddress"}}}});
  server.on("/forbidden", {Reply{.status = 403, .body = R"({"message":"policy says no"})"}});
  server.on("/limit", {Reply{.status = 429}});
  server.on("/broken", {Reply{.status = 500}});
  server.on("/reset", {Reply{.fault = Fault::kReset}});
  server.on("/html", {Reply{.body = "<!doctype html><title>Login</title>"}});
  server.on("/garbage", {Reply{.body = "{\"name\":"}});
  server.on("/other", {Reply{.body = packument("another-name")}});
  RegistryOptions options;
  options.credentials[fmt::format("//127.0.0.1:{}/:_authToken", server.port())] = "t0ken-of-mine";
  struct Row {
    const char* name;
    const char* code;
    int requests;
  };
  const std::vector<Row> rows{{"no", "E404", 2},         {"secret", "E401", 1},        {"plain401", "E401", 1},
                              {"otp", "EOTP", 1},        {"ip", "EAUTHIP", 1},         {"forbidden", "E403", 1},
                              {"limit", "E429", 3},      {"broken", "E500", 3},        {"reset", "ECONNRESET", 3},
                              {"html", "EJSONPARSE", 1}, {"garbage", "EJSONPARSE", 1}, {"other", "EPACKUMENTNAME", 1}};
  for (const Row& row : rows) {
    INFO(row.name);
    Run run(server, {}, options);  // no kept connection: curl would renew a dead one by itself, uncounted
    const auto result = run.source.get(row.name);
    REQUIRE_FALSE(result);
    CHECK_FALSE(run.reporter.contains("t0ken-of-mine"));
    const Error& error = result.error();
    CHECK(error.code == row.code);
    CHECK(server.count(fmt::format("/{}", row.name)) == row.requests);
    std::string all = error.message + "\n" + error.hint;
    for (const std::string& line : error.context) all += "\n" + line;
    INFO(all);
    CHECK(all.find(server.url(fmt::format("/{}", row.name))) != std::string::npos);
    CHECK(all.find(fmt::format("packument of {}", row.name)) != std::string::npos);
    CHECK(all.find("t0ken-of-mine") == std::string::npos);
  }
  Run run(server, {}, options);
  CHECK(run.source.get("no").error().message == fmt::format("404 Scripted - GET {} - Not found", server.url("/no")));
  CHECK(run.source.get("forbidden").error().message.ends_with(" - policy says no"));
  CHECK(run.source.get("secret").error().hint.find("login") != std::string::npos);
}

TEST_CASE("RegistryPackumentSource: names that would change the URL are not asked for", "[packument][security]") {
  FaultServer server;
  Run run(server);
  for (const char* name :
       {"..", ".", "../x", "a/../../b", "@a/../b", "@a/b/c", "a?b", "a#b", "a b", "a%2e", "", "@/x", "@a", "a\nb"}) {
    INFO(name);
    const auto result = run.source.get(name);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "EINVALIDPACKAGENAME");
  }
  CHECK(server.requests().empty());
}

TEST_CASE("RegistryPackumentSource: fresh answers come from the disk, stale ones are asked about",
          "[packument][cache]") {
  const test::TempDir folder;
  FaultServer server;
  server.on("/foo", [](const SeenRequest& request, int) {
    const auto found = request.headers.find("if-none-match");
    if (found != request.headers.end() && found->second == "\"v1\"") {
      return Reply{.status = 304, .headers = {{"ETag", "\"v1\""}, {"Cache-Control", "max-age=300"}}};
    }
    return Reply{.body = packument("foo"), .headers = {{"ETag", "\"v1\""}, {"Cache-Control", "max-age=300"}}};
  });
  const PackumentSourceOptions options{.cache_directory = folder / "metadata-v1"};
  const auto ask = [&](PackumentSourceOptions with) {
    Run run(server, std::move(with));
    const auto result = run.source.get("foo");
    REQUIRE(result);
    CHECK((*result)->versions().size() == 1);
  };
  ask(options);
  CHECK(server.count("/foo") == 1);
  ask(options);
  CHECK(server.count("/foo") == 1);
  Run::clock().advance(seconds(301));
  ask(options);  // a 304 makes it fresh again
  CHECK(server.count("/foo") == 2);
  ask(options);
  CHECK(server.count("/foo") == 2);
  auto online = options;
  online.cache_mode = CacheMode::kPreferOnline;
  ask(online);
  CHECK(server.count("/foo") == 3);
  Run::clock().advance(seconds(100'000));
  auto relaxed = options;
  relaxed.cache_mode = CacheMode::kPreferOffline;
  ask(relaxed);
  auto offline = options;
  offline.cache_mode = CacheMode::kOffline;
  ask(offline);
  CHECK(server.count("/foo") == 3);
}

TEST_CASE("RegistryPackumentSource: a changed document replaces the stored one", "[packument][cache]") {
  const test::TempDir folder;
  FaultServer server;
  server.on("/foo", {Reply{.body = packument("foo", "1.0.0"), .headers = {{"ETag", "\"1\""}}},
                     Reply{.body = packument("foo", "2.0.0"), .headers = {{"ETag", "\"2\""}}}});
  const PackumentSourceOptions options{.cache_directory = folder.path()};
  CHECK(Run(server, options).source.get("foo").value()->versions()[0].key == "1.0.0");
  CHECK(Run(server, options).source.get("foo").value()->versions()[0].key == "2.0.0");
  auto offline = options;
  offline.cache_mode = CacheMode::kOffline;
  CHECK(Run(server, offline).source.get("foo").value()->versions()[0].key == "2.0.0");
}

TEST_CASE("RegistryPackumentSource: offline without a stored answer is ENOTCACHED, without a request",
          "[packument][cache]") {
  const test::TempDir folder;
  FaultServer server;
  Run run(server, {.cache_mode = CacheMode::kOffline, .cache_directory = folder.path()});
  const auto result = run.source.get("foo");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "ENOTCACHED");
  CHECK(result.error().message ==
        fmt::format("request to {} failed: cache mode is 'only-if-cached' but no cached response is available.",
                    server.url("/foo")));
  CHECK(server.connections() == 0);
}

TEST_CASE("RegistryPackumentSource: nothing wrong is ever stored", "[packument][cache][security]") {
  const test::TempDir folder;
  FaultServer server;
  const std::string good = packument("foo");
  const Reply bad =
      GENERATE(Reply{.body = "<html>"}, Reply{.body = "{\"name\":\"foo\""}, Reply{.body = packument("other")},
               Reply{.status = 500, .body = "{}"}, Reply{.status = 404, .body = "{}"},
               Reply{.body = packument("foo"), .fault = Fault::kTruncate}, Reply{.fault = Fault::kReset},
               Reply{.body = packument("foo"), .headers = {{"Content-Encoding", "gzip"}}});
  server.on("/foo", {bad});
  const PackumentSourceOptions options{.cache_directory = folder.path()};
  CHECK_FALSE(Run(server, options).source.get("foo"));
  CHECK(std::filesystem::is_empty(folder.path()));
  server.on("/foo", {Reply{.body = good}});
  CHECK(Run(server, options).source.get("foo"));
}

TEST_CASE("RegistryPackumentSource: a damaged file is fetched anew", "[packument][cache]") {
  const test::TempDir folder;
  FaultServer server;
  server.on("/foo", {Reply{.body = packument("foo"), .headers = {{"Cache-Control", "max-age=300"}}}});
  const PackumentSourceOptions options{.cache_directory = folder.path()};
  REQUIRE(Run(server, options).source.get("foo"));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    test::write_text(entry.path(), "damaged");
  REQUIRE(Run(server, options).source.get("foo"));
  CHECK(server.count("/foo") == 2);
  REQUIRE(Run(server, options).source.get("foo"));
  CHECK(server.count("/foo") == 2);
}

TEST_CASE("RegistryPackumentSource: a registry that cannot be reached leaves the stale answer, unless it forbade that",
          "[packument][cache]") {
  const test::TempDir folder;
  FaultServer server;
  server.on("/foo", {Reply{.body = packument("foo"), .headers = {{"ETag", "\"1\""}}}, Reply{.fault = Fault::kReset}});
  server.on("/strict", {Reply{.body = packument("strict"), .headers = {{"Cache-Control", "must-revalidate"}}},
                        Reply{.fault = Fault::kReset}});
  const PackumentSourceOptions options{.cache_directory = folder.path()};
  {
    Run run(server, options);
    REQUIRE(run.source.get("foo"));
    REQUIRE(run.source.get("strict"));
  }
  Run run(server, options);
  CHECK(run.source.get("foo"));
  CHECK(run.reporter.contains("Using stale data for foo"));
  CHECK(run.source.get("strict").error().code == "ECONNRESET");
}

TEST_CASE("RegistryPackumentSource: users with different credentials do not share answers",
          "[packument][cache][security]") {
  const test::TempDir folder;
  FaultServer server;
  server.on("/foo", {Reply{.body = packument("foo"), .headers = {{"Cache-Control", "max-age=300"}}}});
  const PackumentSourceOptions options{.cache_directory = folder.path()};
  RegistryOptions alice;
  alice.credentials[fmt::format("//127.0.0.1:{}/:_authToken", server.port())] = "alice";
  REQUIRE(Run(server, options, alice).source.get("foo"));
  REQUIRE(Run(server, options).source.get("foo"));
  CHECK(server.count("/foo") == 2);
}

TEST_CASE("RegistryPackumentSource: one that is destroyed early gives up what is under way", "[packument]") {
  FaultServer server;
  server.on("/never", {Reply{.fault = Fault::kStall}});
  Run run(server);
  for (int i = 0; i < 100; ++i) run.source.prefetch("never" + std::to_string(i));
  run.source.prefetch("never");
}

TEST_CASE("RegistryPackumentSource: one that is destroyed as soon as the answer is there", "[packument]") {
  FaultServer server;
  server.on("/foo", {Reply{.body = packument("foo")}});
  // The answer may overtake the thread that sent the request; the address sanitizer sees who comes too late.
  std::atomic<int> answers = 0;
  {
    std::vector<std::jthread> runs;
    for (int i = 0; i < 8; ++i) {
      runs.emplace_back([&] {
        for (int round = 0; round < 40; ++round)
          if (Run(server).source.get("foo")) ++answers;
      });
    }
  }
  CHECK(answers == 8 * 40);
}

TEST_CASE("RegistryPackumentSource: the registry's notice is shown once", "[packument]") {
  FaultServer server;
  for (const char* name : {"/a", "/b"})
    server.on(name, {Reply{.body = packument(name + 1), .headers = {{"npm-notice", "hello \x1b[31mworld"}}}});
  Run run(server);
  REQUIRE(run.source.get("a"));
  REQUIRE(run.source.get("b"));
  int notices = 0;
  for (const auto& line : run.reporter.lines()) {
    if (line.level != LogLevel::kNotice) continue;
    ++notices;
    CHECK(line.message.find('\x1b') == std::string::npos);
  }
  CHECK(notices == 1);
}
