#include "upstream/upstream.hpp"

#include <zlib.h>

#include <future>

#include "hoist/base/file.hpp"
#include "support/catch.hpp"
#include "support/fault_server.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::registry;
using namespace hoist::test;
using namespace std::chrono_literals;

namespace {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return TimePoint(std::chrono::seconds(seconds.load())); }
  void advance(std::chrono::seconds by) { seconds += by.count(); }

 private:
  std::atomic<long long> seconds{1'700'000'000};
};

/// An upstream with a package, and a proxy before it.
struct Proxy {
  explicit Proxy(std::function<void(Config&)> adjust = {}) {
    config = default_config();
    config.uplinks.push_back({.name = "up",
                              .url = server.url("/"),
                              .timeout = 10s,
                              .max_age = 60s,
                              .negative_age = 30s,
                              .max_failures = 2,
                              .fail_timeout = 100s,
                              .max_metadata = 1U << 20U,
                              .max_tarball = 1U << 20U,
                              .authorization = "Bearer uplink-secret"});
    config.packages[0].proxy = {"up"};
    if (adjust) adjust(config);
    start();
  }
  void start() {
    upstream = Upstream::make(config, {.cache = directory / "cache", .public_url = "http://reg.test/"}, workers, clock,
                              reporter)
                   .value();
  }
  /// As after a restart: memory is gone, the disk is not.
  void restart() {
    upstream.reset();
    start();
  }

  Upstream::PackageAnswer package(const std::string& name) {
    std::promise<Upstream::PackageAnswer> answer;
    upstream->get_package(name, [&](const auto& result) { answer.set_value(result); });
    return answer.get_future().get();
  }
  Result<std::string> tarball(const std::string& name, const std::string& file) {
    std::promise<Upstream::FileAnswer> answer;
    upstream->get_tarball(name, file, [&](const auto& result) { answer.set_value(result); });
    HOIST_TRY(const ProxiedFile found, answer.get_future().get());
    return read_file(found.path);
  }

  TempDir directory;
  FaultServer server;
  ManualClock clock;
  NullReporter reporter;
  ThreadPool workers{2};
  Config config;
  std::unique_ptr<Upstream> upstream;
};

const std::string kBytes(5000, 'x');

std::string sri(std::string_view bytes) {
  return Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes)).to_string();
}

std::string packument(const std::string& tarball_url, std::string_view name = "a", std::string_view bytes = kBytes,
                      std::string_view version = "1.0.0") {
  const Json manifest{
      {"name", name}, {"version", version}, {"dist", {{"tarball", tarball_url}, {"integrity", sri(bytes)}}}};
  const Json document{{"name", name},
                      {"dist-tags", {{"latest", version}}},
                      {"time", {{"modified", "2023-01-01T00:00:00.000Z"}, {version, "2023-01-01T00:00:00.000Z"}}},
                      {"versions", {{version, manifest}}}};
  return document.dump();
}

void serve_package(FaultServer& server) {
  server.on("/a", {{.body = packument(server.url("/a/-/a-1.0.0.tgz")), .headers = {{"etag", "\"one\""}}}});
  server.on("/a/-/a-1.0.0.tgz", {{.body = kBytes}});
}

std::string gzip(std::string_view text) {
  std::string out(text.size() / 100 + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("upstream [45]: what was seen is served while the uplink is down, unknown names get 503", "[registry][45]") {
  Proxy proxy;
  serve_package(proxy.server);
  REQUIRE(proxy.package("a"));
  REQUIRE(proxy.tarball("a", "a-1.0.0.tgz") == kBytes);
  proxy.server.on("/a", {{.fault = Fault::kReset}});
  proxy.server.on("/a/-/a-1.0.0.tgz", {{.fault = Fault::kReset}});
  proxy.server.on("/unknown", {{.status = 500}});
  proxy.clock.advance(1h);
  const bool restarted = GENERATE(false, true);
  if (restarted) proxy.restart();

  const auto stale = proxy.package("a");
  REQUIRE(stale);
  CHECK((*stale)->full->text().contains("\"1.0.0\""));
  CHECK(proxy.tarball("a", "a-1.0.0.tgz") == kBytes);
  const auto unknown = proxy.package("unknown");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == "E503");
  CHECK_FALSE(unknown.error().hint.empty());
}

TEST_CASE("upstream [45]: an open circuit asks nobody until its time has come", "[registry][45]") {
  Proxy proxy;
  proxy.server.on("/a", {{.status = 502}});
  CHECK_FALSE(proxy.package("a"));
  CHECK_FALSE(proxy.package("a"));
  const int asked = proxy.server.count("/a");
  CHECK(proxy.package("a").error().code == "E503");
  CHECK(proxy.server.count("/a") == asked);
  serve_package(proxy.server);
  proxy.clock.advance(130s);
  CHECK(proxy.package("a"));
}

TEST_CASE("upstream [46]: an answer that is no packument is not cached, and the old one is kept", "[registry][46]") {
  Proxy proxy;
  serve_package(proxy.server);
  REQUIRE(proxy.package("a"));
  const std::string other = packument(proxy.server.url("/a/-/a-1.0.0.tgz"), "a", "other bytes");
  const Reply bad = GENERATE_COPY(Reply{.body = "<html>sign in</html>"}, Reply{.body = R"({"name":"b","versions":{}})"},
                                  Reply{.body = other}, Reply{.body = "{}", .fault = Fault::kTruncate});
  CAPTURE(bad.body);
  proxy.server.on("/a", {bad});
  proxy.clock.advance(61s);
  const auto kept = proxy.package("a");
  REQUIRE(kept);
  CHECK((*kept)->full->text().contains(sri(kBytes)));
  proxy.restart();
  serve_package(proxy.server);
  CHECK(proxy.tarball("a", "a-1.0.0.tgz") == kBytes);
}

TEST_CASE("upstream [46]: a tarball with other bytes is refused and not kept", "[registry][46][47]") {
  Proxy proxy;
  serve_package(proxy.server);
  const Reply bad = GENERATE(Reply{.body = std::string(5000, 'y')}, Reply{.body = kBytes, .fault = Fault::kTruncate},
                             Reply{.body = "<html>"});
  proxy.server.on("/a/-/a-1.0.0.tgz", {bad});
  CHECK_FALSE(proxy.tarball("a", "a-1.0.0.tgz"));
  proxy.server.on("/a/-/a-1.0.0.tgz", {{.body = kBytes}});
  proxy.clock.advance(200s);
  CHECK(proxy.tarball("a", "a-1.0.0.tgz") == kBytes);
}

TEST_CASE("upstream [47]: first requests at the same time become one fetch, and all get it whole", "[registry][47]") {
  Proxy proxy;
  // The answer waits until all have asked: what they share is certain, not a matter of luck.
  std::promise<void> all_asked;
  const auto go = all_asked.get_future().share();
  proxy.server.on("/a", [&, go](const SeenRequest&, int) {
    go.wait();
    return Reply{.body = packument(proxy.server.url("/a/-/a-1.0.0.tgz"))};
  });
  proxy.server.on("/a/-/a-1.0.0.tgz", {{.body = kBytes}});
  std::vector<std::promise<Upstream::FileAnswer>> answers(20);
  for (auto& answer : answers) {
    proxy.upstream->get_tarball("a", "a-1.0.0.tgz", [&answer](const auto& result) { answer.set_value(result); });
  }
  all_asked.set_value();
  for (auto& answer : answers) {
    const auto file = answer.get_future().get();
    REQUIRE(file);
    CHECK(read_file(file->path) == kBytes);
  }
  CHECK(proxy.server.count("/a") == 1);
  CHECK(proxy.server.count("/a/-/a-1.0.0.tgz") == 1);
}

TEST_CASE("upstream: fresh metadata is not asked for again, older metadata with its validator",
          "[registry][upstream]") {
  Proxy proxy;
  serve_package(proxy.server);
  REQUIRE(proxy.package("a"));
  REQUIRE(proxy.package("a"));
  CHECK(proxy.server.count("/a") == 1);
  proxy.restart();
  REQUIRE(proxy.package("a"));
  CHECK(proxy.server.count("/a") == 1);
  proxy.server.on("/a", {{.status = 304}});
  proxy.clock.advance(61s);
  REQUIRE(proxy.package("a"));
  CHECK(proxy.server.requests().back().headers.at("if-none-match") == "\"one\"");
  REQUIRE(proxy.package("a"));
  CHECK(proxy.server.count("/a") == 2);
}

TEST_CASE("upstream [49]: redirects to strangers and private addresses are refused", "[registry][49]") {
  FaultServer stranger;
  stranger.on("/a", {{.body = packument("http://x/a.tgz")}});
  Proxy proxy;
  const std::string target = GENERATE_REF(stranger.url("/a"), std::string("http://169.254.169.254/latest/meta-data"),
                                          std::string("file:///etc/passwd"), std::string("/a"));
  CAPTURE(target);
  proxy.server.on("/a", {{.status = 302, .headers = {{"location", target}}}});
  CHECK_FALSE(proxy.package("a"));
  CHECK(stranger.requests().empty());
}

TEST_CASE("upstream [49][38]: a redirect on the uplink's own host is followed, the credential stays at home",
          "[registry][49][38]") {
  Proxy proxy;
  proxy.server.on("/a", {{.status = 302, .headers = {{"location", "/moved/a"}}}});
  proxy.server.on("/moved/a", {{.body = packument(proxy.server.url("/a/-/a-1.0.0.tgz"))}});
  REQUIRE(proxy.package("a"));
  for (const SeenRequest& request : proxy.server.requests()) {
    CHECK(request.headers.at("authorization") == "Bearer uplink-secret");
  }
}

TEST_CASE("upstream [38]: a redirect to a listed host is followed without the credential", "[registry][38][49]") {
  FaultServer other;
  other.on("/a", {{.body = packument("http://x/a/-/a-1.0.0.tgz")}});
  const std::string host = "127.0.0.1:" + std::to_string(other.port());
  const bool allowed = GENERATE(true, false);
  Proxy proxy([&](Config& config) {
    config.uplinks[0].hosts = {host};
    config.uplinks[0].allow_private = allowed;
  });
  proxy.server.on("/a", {{.status = 302, .headers = {{"location", other.url("/a")}}}});
  // Listed or not, a private address needs the explicit permission.
  CHECK(proxy.package("a").has_value() == allowed);
  CHECK(other.requests().size() == (allowed ? 1U : 0U));
  for (const SeenRequest& request : other.requests()) CHECK_FALSE(request.headers.contains("authorization"));
}

TEST_CASE("upstream [49]: bodies beyond the limit and gzip bombs are refused", "[registry][49]") {
  Proxy proxy;
  const std::string huge = packument("http://x/a.tgz") + std::string(2U << 20U, ' ');
  const bool bomb = GENERATE(false, true);
  proxy.server.on("/a",
                  {bomb ? Reply{.body = gzip(huge), .headers = {{"content-encoding", "gzip"}}} : Reply{.body = huge}});
  const auto answer = proxy.package("a");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == "E503");
}

TEST_CASE("upstream [50]: a 404 is believed for a while, and forgotten when the name is published here",
          "[registry][50]") {
  Proxy proxy;
  CHECK(proxy.package("a").error().code == "E404");
  CHECK(proxy.package("a").error().code == "E404");
  CHECK(proxy.server.count("/a") == 1);
  serve_package(proxy.server);
  SECTION("time") { proxy.clock.advance(31s); }
  SECTION("publish") { proxy.upstream->forget("a"); }
  CHECK(proxy.package("a"));
}

TEST_CASE("upstream [48]: claimed scopes and rules without a proxy never go upstream", "[registry][48][51]") {
  Proxy proxy([](Config& config) {
    config.claimed_scopes = {"@acme"};
    config.packages.insert(config.packages.begin(), PackageRule{.pattern = "@inner/*"});
  });
  CHECK(proxy.upstream->routes("a"));
  CHECK(proxy.upstream->routes("@other/a"));
  CHECK_FALSE(proxy.upstream->routes("@acme/a"));
  CHECK_FALSE(proxy.upstream->routes("@inner/a"));
  CHECK_FALSE(proxy.upstream->routes("../a"));
  CHECK_FALSE(proxy.package("@acme/a"));
  CHECK_FALSE(proxy.package("@inner/a"));
  CHECK(proxy.server.requests().empty());
}

TEST_CASE("upstream: what a filter hides from the packument is refused as a tarball", "[registry][upstream]") {
  Proxy proxy([](Config& config) { config.filters.deny = {"a@1.0.0"}; });
  serve_package(proxy.server);
  const auto package = proxy.package("a");
  REQUIRE(package);
  CHECK_FALSE((*package)->full->text().contains("\"1.0.0\""));
  const auto tarball = proxy.tarball("a", "a-1.0.0.tgz");
  REQUIRE_FALSE(tarball);
  CHECK(tarball.error().code == "E403");
  CHECK(tarball.error().message.contains("denied by name"));
  CHECK(proxy.server.count("/a/-/a-1.0.0.tgz") == 0);
}

TEST_CASE("upstream: offline serves the cache and asks nobody", "[registry][upstream]") {
  Proxy proxy;
  serve_package(proxy.server);
  REQUIRE(proxy.tarball("a", "a-1.0.0.tgz"));
  const auto before = proxy.server.requests().size();
  proxy.config.offline = true;
  proxy.clock.advance(1h);
  proxy.restart();
  CHECK(proxy.tarball("a", "a-1.0.0.tgz") == kBytes);
  CHECK(proxy.package("b").error().code == "E503");
  CHECK(proxy.server.requests().size() == before);
}

TEST_CASE("upstream: ending with requests under way ends them", "[registry][upstream]") {
  Proxy proxy;
  proxy.server.on("/a", {{.fault = Fault::kStall}});
  std::promise<Upstream::PackageAnswer> answer;
  proxy.upstream->get_package("a", [&](const auto& result) { answer.set_value(result); });
  proxy.upstream.reset();
  CHECK_FALSE(answer.get_future().get());
}

TEST_CASE("upstream: audits go to the configured uplink only, an unusable answer is 503", "[registry][upstream]") {
  Proxy proxy([](Config& config) { config.audit_uplink = "up"; });
  const auto audit = [&] {
    std::promise<Upstream::AuditAnswer> answer;
    proxy.upstream->audit(R"({"a":["1.0.0"]})", [&](const auto& result) { answer.set_value(result); });
    return answer.get_future().get();
  };
  const std::string path = "/-/npm/v1/security/advisories/bulk";
  proxy.server.on(path, {{.body = R"({"a":[]})"}, {.body = "<html>"}});
  CHECK(audit() == R"({"a":[]})");
  CHECK(proxy.server.requests().back().body == R"({"a":["1.0.0"]})");
  CHECK(audit().error().code == "E503");
  proxy.config.audit_uplink.clear();
  CHECK(audit() == "{}");
}
