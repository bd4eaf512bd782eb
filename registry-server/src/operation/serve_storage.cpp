#include "operation/serve_storage.hpp"

#include <cstdio>

#include "account/account_side.hpp"
#include "admin/htpasswd_import.hpp"
#include "hosted/registry.hpp"
#include "http/tls_front.hpp"
#include "upstream/upstream_fallback.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kMaxConnections = 12'000;

/// Warnings and alarms of the server itself, one line each.
class StderrReporter final : public Reporter {
 public:
  void log(LogLevel level, std::string_view title, std::string_view message) override {
    if (level > LogLevel::kNotice) return;
    const std::string line = fmt::format("hoist-registry: {}: {}\n", title, redact(message));
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

/// The port that clients come to: the server's own, or that of the TLS front, which hands it what it decrypts.
struct Door {
  std::unique_ptr<Server> server;
  std::unique_ptr<TlsFront> tls;  ///< null without TLS; ends before the server does
  [[nodiscard]] std::string url() const { return tls ? tls->url() : server->url(); }
};

Result<Door> open_door(const Config& config, ServerOptions options) {
  options.limits.connections = kMaxConnections;
  // Base64 makes a tarball a third larger, and the rest of a publish stands beside it.
  options.limits.body_bytes = config.max_body_size / 3 * 4 + (33U << 20U);
  options.accepts = !config.https.enabled();
  TlsFront::Options tls{.host = options.host,
                        .port = options.port,
                        .certificate = config.https.cert,
                        .key = config.https.key,
                        .connections = kMaxConnections};
  Door door;
  HOIST_TRY(door.server, Server::bind(std::move(options)));
  if (!config.https.enabled()) return door;
  HOIST_TRY(door.tls, TlsFront::bind(std::move(tls), [server = door.server.get()](int socket, std::string peer) {
              server->adopt(socket, std::move(peer));
            }));
  return door;
}

std::string choose_public_url(const Config& config, const Door& door) {
  std::string url = config.public_url.empty() ? door.url() + config.url_prefix.substr(1) : config.public_url;
  if (!url.ends_with('/')) url += '/';
  return url;
}

/// The uplinks, and the workers that wait for them: slow upstreams must not take the threads that publish and read.
struct UpstreamSide {
  explicit UpstreamSide(unsigned threads) : workers(threads) {}
  ThreadPool workers;
  std::unique_ptr<Upstream> upstream;
  std::unique_ptr<UpstreamFallback> fallback;
};

Result<std::unique_ptr<UpstreamSide>> open_upstream(const Config& config, Storage& storage,
                                                    const std::string& public_url, const Clock& clock,
                                                    Reporter& reporter) {
  constexpr unsigned threads = 4;
  auto side = std::make_unique<UpstreamSide>(threads);
  if (config.uplinks.empty()) return side;
  HOIST_TRY(side->upstream, Upstream::make(config, {.cache = storage.directory() / "cache", .public_url = public_url},
                                           side->workers, clock, reporter));
  side->fallback = std::make_unique<UpstreamFallback>(*side->upstream, storage.metadata(), side->workers);
  return side;
}

}  // namespace

Result<void> serve_registry(const Config& config, ServerOptions options, LogSink access_log) {
  HOIST_TRY(Door door, open_door(config, std::move(options)));
  HOIST_TRY(Storage storage, Storage::open(config.storage));
  const SystemClock clock;
  StderrReporter reporter;
  if (!config.htpasswd.empty()) {
    HOIST_TRY(const ImportCount count, import_htpasswd(storage.metadata(), config.htpasswd, row_time(clock)));
    if (count.added > 0) {
      reporter.log(LogLevel::kNotice, "htpasswd", fmt::format("{} accounts imported", count.added));
    }
  }
  const std::string public_url = choose_public_url(config, door);
  HOIST_TRY(const auto accounts, AccountSide::make(storage.metadata(), config, clock, public_url));
  HOIST_TRY(const auto upstream, open_upstream(config, storage, public_url, clock, reporter));
  RegistryOptions registry_options{.public_url = public_url};
  registry_options.publish.tarball_bytes = config.max_body_size;
  HOIST_TRY(const auto registry, Registry::make(storage, std::move(registry_options),
                                                {.authenticator = accounts->authenticator(),
                                                 .policy = accounts->policy(),
                                                 .clock = clock,
                                                 .fallback = upstream->fallback.get(),
                                                 .log = std::move(access_log)}));
  registry->service().add_family(accounts->routes());
  if (door.tls) door.tls->start();
  std::printf("listening %s\n", door.url().c_str());
  std::fflush(stdout);
  door.server->run(registry->service());
  // Before the services go: what it still carries has nobody to talk to.
  door.tls.reset();
  return {};
}

}  // namespace hoist::registry
