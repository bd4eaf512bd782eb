#include "hoist/fetcher/tarball_source.hpp"

#include <condition_variable>
#include <mutex>

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
using package::Tarball;
using package::TarballRequest;
using std::chrono::milliseconds;

namespace {

const std::string kBytes = std::string("\x1f\x8b") + std::string(5000, 't');

Integrity sha512(std::string_view bytes) {
  return Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes));
}
Integrity sha1(std::string_view bytes) {
  return Integrity::from_digest(HashAlgorithm::kSha1, hash(HashAlgorithm::kSha1, bytes));
}

struct Run {
  explicit Run(const FaultServer& server, TarballSourceOptions options = {}, RegistryOptions registry_options = {})
      : http(http_options(), reporter),
        registry(http, with_registry(std::move(registry_options), server), reporter),
        pool(2),
        source(std::make_unique<RegistryTarballSource>(registry, pool, std::move(options))) {}

  static HttpOptions http_options() {
    HttpOptions options;
    options.retry.min_timeout = milliseconds(1);
    options.retry.max_timeout = milliseconds(1);
    return options;
  }
  static RegistryOptions with_registry(RegistryOptions options, const FaultServer& server) {
    options.registry = server.url();
    return options;
  }

  Result<Tarball> fetch(TarballRequest request) {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<Tarball>> answer;
    source->fetch(std::move(request), [&](Result<Tarball> result) {
      const std::lock_guard lock(mutex);
      answer.emplace(std::move(result));
      arrived.notify_one();
    });
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return answer.has_value(); });
    return *std::move(answer);
  }

  RecordingReporter reporter;
  HttpClient http;
  RegistryClient registry;
  ThreadPool pool;
  std::unique_ptr<RegistryTarballSource> source;
};

TarballRequest request(std::string url, std::optional<Integrity> integrity = sha512(kBytes)) {
  return TarballRequest{"foo", "1.0.0", std::move(url), std::move(integrity), 0};
}

}  // namespace

TEST_CASE("RegistryTarballSource: hands over verified bytes with sha512 and the asked-for digest", "[tarball]") {
  FaultServer server;
  server.on("/foo.tgz", {Reply{.body = kBytes}});
  Run run(server);
  const auto with_sha512 = run.fetch(request(server.url("/foo.tgz")));
  REQUIRE(with_sha512);
  CHECK(with_sha512->bytes == kBytes);
  CHECK(with_sha512->integrity == sha512(kBytes));
  const auto with_sha1 = run.fetch(request(server.url("/foo.tgz"), sha1(kBytes)));
  REQUIRE(with_sha1);
  CHECK(with_sha1->integrity.to_string() == sha512(kBytes).to_string() + " " + sha1(kBytes).to_string());
  REQUIRE(run.fetch(request(server.url("/foo.tgz"), std::nullopt)));
  const auto headers = server.requests().at(0).headers;
  CHECK(headers.at("pacote-req-type") == "tarball");
  CHECK(headers.at("pacote-integrity") == sha512(kBytes).to_string());
  CHECK(headers.at("accept-encoding") == "identity");
}

TEST_CASE("RegistryTarballSource: wrong bytes never arrive", "[tarball][integrity]") {
  FaultServer server;
  server.on("/foo.tgz", {Reply{.body = "\x1f\x8bother"}});
  Run run(server);
  for (const auto& wanted : {sha512(kBytes), sha1(kBytes)}) {
    const auto result = run.fetch(request(server.url("/foo.tgz"), wanted));
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "EINTEGRITY");
    CHECK(result.error().message.starts_with(wanted.to_string() + " integrity checksum failed when using "));
    CHECK(result.error().context.back() == "fetching foo@1.0.0");
    CHECK(std::ranges::count(result.error().context, server.url("/foo.tgz")) == 1);
  }
  CHECK(server.count("/foo.tgz") == 4);  // each once more, as npm
}

TEST_CASE("RegistryTarballSource: a body cut short is fetched again", "[tarball][retry]") {
  FaultServer server;
  const auto fault = GENERATE(Fault::kTruncate, Fault::kResetMidBody, Fault::kReset);
  server.on("/foo.tgz", {Reply{.body = kBytes, .fault = fault}, Reply{.body = kBytes}});
  server.on("/bad.tgz", {Reply{.body = kBytes, .fault = fault}});
  Run run(server);
  CHECK(run.fetch(request(server.url("/foo.tgz")))->bytes == kBytes);
  Run fresh(server);  // no kept connection: curl would renew a dead one by itself, uncounted
  const auto lost = fresh.fetch(request(server.url("/bad.tgz")));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == "ECONNRESET");
  CHECK(lost.error().message.find(server.url("/bad.tgz")) != std::string::npos);
  CHECK(lost.error().context.back() == "fetching foo@1.0.0");
  CHECK(server.count("/bad.tgz") == 3);
}

TEST_CASE("RegistryTarballSource: a body that just ends is caught by its integrity", "[tarball][integrity]") {
  FaultServer server;
  server.on("/foo.tgz",
            {Reply{.body = kBytes.substr(0, 100), .no_length = true}, Reply{.body = kBytes, .no_length = true}});
  Run run(server);
  CHECK(run.fetch(request(server.url("/foo.tgz")))->bytes == kBytes);
}

TEST_CASE("RegistryTarballSource: pages and errors are told from tarballs", "[tarball][errors]") {
  FaultServer server;
  server.on("/login", {Reply{.body = "\n<html>Sign in</html>"}});
  server.on("/json", {Reply{.body = "{\"error\":\"x\"}"}});
  server.on("/empty", {Reply{}});
  server.on("/404", {Reply{.status = 404, .body = R"({"error":"no such tarball"})"}});
  server.on("/204", {Reply{.status = 204}});
  Run run(server);
  const auto code = [&](const char* path) {
    const auto result = run.fetch(request(server.url(path), std::nullopt));
    REQUIRE_FALSE(result);
    CHECK(result.error().message.find(server.url(path)) != std::string::npos);
    CHECK(result.error().context.back() == "fetching foo@1.0.0");
    return result.error().code;
  };
  CHECK(code("/login") == "TAR_BAD_ARCHIVE");
  CHECK(code("/json") == "TAR_BAD_ARCHIVE");
  CHECK(code("/empty") == "TAR_BAD_ARCHIVE");
  CHECK(code("/404") == "E404");
  CHECK(code("/204") == "TAR_BAD_ARCHIVE");
}

TEST_CASE("RegistryTarballSource: more than the limit is refused before it is held", "[tarball][limit]") {
  FaultServer server;
  server.on("/foo.tgz", {Reply{.body = kBytes}});
  Run run(server, {.max_size = 1000});
  CHECK(run.fetch(request(server.url("/foo.tgz"))).error().code == "EBADSIZE");
}

TEST_CASE("RegistryTarballSource: the credential goes to the registry's host and nowhere else",
          "[tarball][auth][security]") {
  FaultServer cdn;
  cdn.on("/foo.tgz", {Reply{.body = kBytes}});
  FaultServer server;
  server.on("/deep/foo.tgz", {Reply{.body = kBytes}});
  server.on("/moved.tgz", {Reply{.status = 302, .headers = {{"Location", cdn.url("/foo.tgz")}}}});
  RegistryOptions options;
  options.credentials[fmt::format("//127.0.0.1:{}/:_authToken", server.port())] = "t0ken";
  Run run(server, {}, options);
  REQUIRE(run.fetch(request(server.url("/deep/foo.tgz"))));
  REQUIRE(run.fetch(request(server.url("/moved.tgz"))));
  REQUIRE(run.fetch(request(cdn.url("/foo.tgz"))));
  for (const auto& seen : server.requests()) CHECK(seen.headers.at("authorization") == "Bearer t0ken");
  REQUIRE(cdn.requests().size() == 2);
  for (const auto& seen : cdn.requests()) CHECK(seen.headers.count("authorization") == 0);
}

TEST_CASE("RegistryTarballSource: addresses of the public registry move to the configured one", "[tarball]") {
  FaultServer server;
  server.on("/foo/-/foo-1.0.0.tgz", {Reply{.body = kBytes}});
  Run run(server);
  REQUIRE(run.fetch(request("https://registry.npmjs.org/foo/-/foo-1.0.0.tgz")));
}

TEST_CASE("RegistryTarballSource: reads file: tarballs below the root, verified too", "[tarball][file]") {
  const test::TempDir folder;
  test::write_text(folder / "vendor/foo.tgz", kBytes);
  FaultServer server;
  Run run(server, {.root = folder.path()});
  CHECK(run.fetch(request("file:vendor/foo.tgz"))->bytes == kBytes);
  CHECK(run.fetch(request("file:" + (folder / "vendor/foo.tgz").string()))->bytes == kBytes);
  CHECK(run.fetch(request("file:vendor/foo.tgz", sha512("other"))).error().code == "EINTEGRITY");
  const auto missing = run.fetch(request("file:vendor/none.tgz"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "ENOENT");
  CHECK(missing.error().context.back() == "reading foo@1.0.0");
  CHECK(server.connections() == 0);
}

TEST_CASE("RegistryTarballSource: offline refuses web addresses", "[tarball]") {
  FaultServer server;
  Run run(server, {.offline = true});
  CHECK(run.fetch(request(server.url("/foo.tgz"))).error().code == "ENOTCACHED");
  CHECK(server.connections() == 0);
}

TEST_CASE("RegistryTarballSource: holds no more bodies at a time than it may, and ends them all", "[tarball][limit]") {
  FaultServer server;
  std::mutex mutex;
  int now = 0;
  int most = 0;
  server.on("/foo.tgz", [&](const test::SeenRequest&, int) {
    const std::lock_guard lock(mutex);
    most = std::max(most, ++now);
    return Reply{.body = kBytes};
  });
  std::atomic<int> good = 0;
  {
    Run run(server, {.max_in_flight = 3});
    std::condition_variable all_done;
    for (int i = 0; i < 60; ++i) {
      auto wanted = request(server.url("/foo.tgz"));
      wanted.expected_size = static_cast<std::uint64_t>(i);
      run.source->fetch(std::move(wanted), [&](const Result<Tarball>& result) {
        const std::lock_guard lock(mutex);
        --now;
        if (result) ++good;
        all_done.notify_all();
      });
    }
    std::unique_lock lock(mutex);
    all_done.wait(lock, [&] { return good == 60; });
  }
  CHECK(good == 60);
  CHECK(most <= 3);
}

TEST_CASE("RegistryTarballSource: destroyed early, it ends every request with ECANCELED", "[tarball]") {
  FaultServer server;
  server.on("/never", {Reply{.fault = Fault::kStall}});
  Run run(server, {.max_in_flight = 2});
  std::atomic<int> cancelled = 0;
  for (int i = 0; i < 20; ++i) {
    run.source->fetch(request(server.url("/never")), [&](const Result<Tarball>& result) {
      if (!result && result.error().code == "ECANCELED") ++cancelled;
    });
  }
  run.source.reset();
  CHECK(cancelled == 20);
}
