#include <csignal>

#include "hoist/base/json.hpp"
#include "hoist/base/text.hpp"
#include "hoist/fetcher/http_client.hpp"
#include "support/catch.hpp"
#include "support/fault_server.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"

using namespace hoist;
using namespace hoist::test;

namespace {

const std::string kProgram = std::string(HOIST_BIN_DIR) + "/hoist-registry";

/// The real program with a storage of its own.
class Wired {
 public:
  explicit Wired(const std::string& config = "") {
    write_text(directory_ / "config.yaml", "storage: storage\n" + config);
    run({"user", "add", "alice", "--password-stdin", "--storage", storage(), "--admin"}, "secret\n");
    run({"user", "add", "bob", "--password-stdin", "--storage", storage()}, "secret\n");
    server_.emplace(std::vector<std::string>{kProgram, "serve", "--listen", "127.0.0.1:0", "--config",
                                             (directory_ / "config.yaml").string(), "--access-log", "-"});
    const std::string line = server_->read_line();
    REQUIRE(line.starts_with("listening "));
    url_ = line.substr(10);
  }

  std::string run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), kProgram);
    const auto result = run_program(arguments, {.input = input});
    if (result.exit_code != 0) FAIL(result.errors);
    return result.output;
  }
  std::string token(const std::string& user) {
    return std::string(trim(run({"token", "create", user, "--storage", storage()})));
  }

  struct Call {
    std::string method = "GET";
    std::string path;
    std::string token{};
    std::string body{};
    fetcher::Headers headers{};
  };
  fetcher::HttpResponse send(const Call& call) {
    fetcher::HttpRequest request{.method = call.method, .url = url_ + call.path, .headers = call.headers};
    if (!call.token.empty()) request.headers.add("authorization", "Bearer " + call.token);
    request.body = call.body;
    request.retry = false;
    auto response = http_.perform(std::move(request));
    if (!response) FAIL(response.error().message);
    return *std::move(response);
  }
  Json json(const Call& call) { return parse_json(send(call).body, "answer").value(); }
  /// Everything the server said, after it has ended.
  std::string log() {
    server_->signal(SIGTERM);
    return server_->wait().errors;
  }
  [[nodiscard]] std::string storage() const { return (directory_ / "storage").string(); }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  TempDir directory_;
  NullReporter reporter_;
  fetcher::HttpClient http_{{}, reporter_};
  std::optional<BackgroundProgram> server_;
  std::string url_;
};

std::string packument(const std::string& tarball_url, std::string_view name, std::string_view bytes) {
  const std::string integrity =
      Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes)).to_string();
  const Json manifest{
      {"name", name}, {"version", "1.0.0"}, {"dist", {{"tarball", tarball_url}, {"integrity", integrity}}}};
  return Json{{"name", name}, {"dist-tags", {{"latest", "1.0.0"}}}, {"versions", {{"1.0.0", manifest}}}}.dump();
}

std::string login_body(const std::string& password) { return Json{{"name", "alice"}, {"password", password}}.dump(); }

}  // namespace

TEST_CASE("registry program: login, whoami, tokens and logout over HTTP", "[registry][wired]") {
  Wired registry;
  CHECK(registry.send({.path = "-/whoami"}).status == 401);
  const auto refused =
      registry.send({.method = "PUT", .path = "-/user/org.couchdb.user:alice", .body = login_body("x")});
  CHECK(refused.status == 401);
  const Json made =
      registry.json({.method = "PUT", .path = "-/user/org.couchdb.user:alice", .body = login_body("secret")});
  const std::string token = made["token"];
  CHECK(registry.json({.path = "-/whoami", .token = token})["username"] == "alice");
  CHECK(registry.send({.method = "DELETE", .path = "-/user/token/" + token, .token = token}).status == 200);
  CHECK(registry.send({.path = "-/whoami", .token = token}).status == 401);
  const std::string log = registry.log();
  CHECK(log.contains("/-/user/token/***"));
  CHECK_FALSE(log.contains(token));  // [38]
  CHECK_FALSE(log.contains("secret"));
}

TEST_CASE("registry program [33]: a token revoked by the command line ends at once", "[registry][wired][33]") {
  Wired registry;
  const std::string token = registry.token("bob");
  REQUIRE(registry.send({.path = "-/whoami", .token = token}).status == 200);
  const std::string list = registry.run({"token", "list", "bob", "--storage", registry.storage()});
  registry.run({"token", "revoke", "bob", list.substr(0, list.find('\t')), "--storage", registry.storage()});
  int status = 200;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (status == 200 && std::chrono::steady_clock::now() < deadline) {
    status = registry.send({.path = "-/whoami", .token = token}).status;
  }
  CHECK(status == 401);
}

TEST_CASE("registry program [31]: a hidden name and a missing one look the same", "[registry][wired][31]") {
  Wired registry("packages: {'@few/*': {access: alice}, '**': {access: $all}}\n");
  const std::string bob = registry.token("bob");
  CHECK(registry.send({.path = "@few%2fx"}).status == 401);
  CHECK(registry.send({.path = "@few%2fx", .token = bob}).status == 403);
  CHECK(registry.send({.path = "@few%2fx", .token = registry.token("alice")}).status == 404);
}

TEST_CASE("registry program: packages come through the uplink, and from the cache without it",
          "[registry][wired][45]") {
  FaultServer uplink;
  const std::string bytes(3000, 'z');
  uplink.on("/a", {{.body = packument("http://elsewhere.test/a/-/a-1.0.0.tgz", "a", bytes)}});
  uplink.on("/a/-/a-1.0.0.tgz", {{.body = bytes}});
  uplink.on("/-/npm/v1/security/advisories/bulk", {{.body = R"({"a":[]})"}});
  Wired registry("scopes: ['@mine']\nuplinks: {up: {url: '" + uplink.url("/") +
                 "', maxage: 0s}}\npackages: {'**': {access: $all, proxy: up}}\naudit: up\n");
  const auto full = registry.send({.path = "a", .token = registry.token("alice")});
  REQUIRE(full.status == 200);
  const std::string tarball = parse_json(full.body, "a").value()["versions"]["1.0.0"]["dist"]["tarball"];
  CHECK(tarball == registry.url() + "a/-/a-1.0.0.tgz");
  const auto short_form = registry.send({.path = "a", .headers = {{"accept", "application/vnd.npm.install-v1+json"}}});
  CHECK(short_form.headers.get("etag") != full.headers.get("etag"));
  CHECK(registry.send({.path = "a", .headers = {{"if-none-match", std::string(full.headers.get("etag"))}}}).status ==
        304);
  CHECK(registry.send({.path = "a/-/a-1.0.0.tgz"}).body == bytes);
  const auto part = registry.send({.path = "a/-/a-1.0.0.tgz", .headers = {{"range", "bytes=0-9"}}});
  CHECK(part.status == 206);
  CHECK(part.body == "zzzzzzzzzz");
  CHECK(registry.json({.path = "a/latest"})["version"] == "1.0.0");
  CHECK(registry.send({.path = "@mine%2fthing"}).status == 404);
  CHECK(registry
            .send({.method = "POST",
                   .path = "-/npm/v1/security/advisories/bulk",
                   .body = R"({"a":["1.0.0"],"@mine/thing":["1.0.0"]})"})
            .body == R"({"a":[]})");
  // npm's look before a publish: the name is not told to anybody.
  CHECK(registry.send({.path = "about-to-be-mine", .headers = {{"npm-command", "publish"}}}).status == 404);
  for (const SeenRequest& request : uplink.requests()) {
    CHECK_FALSE(request.target.contains("mine"));  // [51]
    CHECK_FALSE(request.body.contains("mine"));
    CHECK_FALSE(request.headers.contains("authorization"));  // [38]: our clients' tokens are ours
  }
  uplink.on("/a", {{.fault = Fault::kReset}});
  uplink.on("/b", {{.fault = Fault::kReset}});
  CHECK(registry.send({.path = "a"}).status == 200);
  CHECK(registry.send({.path = "a/-/a-1.0.0.tgz"}).body == bytes);
  const auto unknown = registry.send({.path = "b"});
  CHECK(unknown.status == 503);
  CHECK(unknown.headers.find("retry-after") != nullptr);
}

TEST_CASE("registry program: a faulty configuration is named with its place", "[registry][wired]") {
  TempDir directory;
  write_text(directory / "config.yaml", "storage: x\npackages:\n  '**': {proxy: nowhere}\n");
  const auto result = run_program({kProgram, "serve", "--config", (directory / "config.yaml").string()});
  CHECK(result.exit_code == 1);
  CHECK(result.errors.contains("config.yaml:3:"));
}

TEST_CASE("registry program: init makes a storage and a configuration that serves", "[registry][wired]") {
  TempDir directory;
  const std::string config = (directory / "config.yaml").string();
  const auto init = run_program({kProgram, "init", "--storage", (directory / "storage").string(), "--config", config});
  CHECK(init.exit_code == 0);
  BackgroundProgram server({kProgram, "serve", "--listen", "127.0.0.1:0", "--config", config});
  CHECK(server.read_line().starts_with("listening "));
  const auto again = run_program({kProgram, "init", "--storage", (directory / "storage").string(), "--config", config});
  CHECK(again.exit_code == 1);
}

TEST_CASE("registry program: TLS in process, with the client's own address", "[registry][wired]") {
  TempDir directory;
  const std::string key = (directory / "key.pem").string();
  const std::string cert = (directory / "cert.pem").string();
  const auto made = run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                 "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                                 "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert});
  REQUIRE(made.exit_code == 0);
  write_text(directory / "config.yaml", fmt::format("storage: storage\nhttps: {{key: {}, cert: {}}}\n", key, cert));
  BackgroundProgram server({kProgram, "serve", "--listen", "127.0.0.1:0", "--access-log", "-", "--config",
                            (directory / "config.yaml").string()});
  const std::string line = server.read_line();
  REQUIRE(line.starts_with("listening https://"));
  const std::string url = line.substr(10);

  NullReporter reporter;
  fetcher::HttpOptions options;
  options.tls.cafile = cert;
  fetcher::HttpClient http(options, reporter);
  for (int i = 0; i < 3; ++i) {
    const auto pong = http.perform({.url = url + "-/ping", .retry = false});
    if (!pong) FAIL(pong.error().message);
    CHECK(pong->status == 200);
    CHECK(pong->body == "{}");
  }
  const Json urls = parse_json(http.perform({.method = "POST", .url = url + "-/v1/login"})->body, "urls").value();
  CHECK(urls["loginUrl"].get<std::string>().starts_with(url));
  fetcher::HttpClient suspicious({}, reporter);
  CHECK_FALSE(suspicious.perform({.url = url + "-/ping", .retry = false}));
  const auto plain = http.perform({.url = replace_all(url, "https", "http") + "-/ping", .retry = false});
  CHECK_FALSE(plain);
  server.signal(SIGTERM);
  CHECK(server.wait().errors.contains(R"("address":"127.0.0.1")"));
}
