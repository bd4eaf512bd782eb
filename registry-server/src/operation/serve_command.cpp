#include "operation/serve_command.hpp"

#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "hoist/registry/fixture_loader.hpp"
#include "hoist/registry/server.hpp"
#include "operation/serve_storage.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kDefaultListen = "127.0.0.1:4873";

struct Arguments {
  std::string listen;
  std::string storage;
  std::string config;
  std::string fixtures;
  std::string public_url;
  std::string token;
  std::string access_log = "off";
  std::uint64_t max_tarball_bytes = 0;
  unsigned threads = 0;
  unsigned delay_ms = 0;
};

/// `host:port`; an IPv6 address stands in brackets.
Result<ServerOptions> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  ServerOptions options;
  if (colon == std::string::npos || colon == 0) return fail("EINVAL", "--listen wants ADDRESS:PORT, not " + text);
  options.host = text.substr(0, colon);
  if (options.host.starts_with('[') && options.host.ends_with(']')) {
    options.host = options.host.substr(1, options.host.size() - 2);
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, options.port);
  if (error != std::errc() || stop != end) return fail("EINVAL", "--listen wants ADDRESS:PORT, not " + text);
  return options;
}

void say_listening(const std::string& url) {
  std::printf("listening %s\n", url.c_str());
  std::fflush(stdout);
}

std::string choose_public_url(const Arguments& arguments, const Server& server) {
  std::string url = arguments.public_url.empty() ? server.url() : arguments.public_url;
  if (!url.ends_with('/')) url += '/';
  return url;
}

Result<void> serve_fixtures(const Arguments& arguments) {
  const std::string listen = arguments.listen.empty() ? std::string(kDefaultListen) : arguments.listen;
  HOIST_TRY(ServerOptions options, parse_listen(listen));
  options.delay = std::chrono::milliseconds(arguments.delay_ms);
  HOIST_TRY(const auto server, Server::bind(std::move(options)));
  HOIST_TRY(const PackageCatalog catalog, load_fixtures(arguments.fixtures, choose_public_url(arguments, *server)));
  const Router router(catalog, AccessOptions{.required_token = arguments.token});
  say_listening(server->url());
  server->run(router);
  return {};
}

/// A line at a time in one write, so that lines of different threads do not mix.
LogSink make_log(const std::string& where) {
  if (where == "off") return {};
  std::FILE* file = where == "-" ? stderr : std::fopen(where.c_str(), "ae");
  if (file == nullptr) return {};
  return [file](const std::string& line) {
    const std::string whole = line + "\n";
    std::fwrite(whole.data(), 1, whole.size(), file);
    std::fflush(file);
  };
}

Result<ConfigAndWarnings> load_config(const Arguments& arguments) {
  if (arguments.config.empty()) return ConfigAndWarnings{default_config(), {}};
  return read_config(arguments.config);
}

Result<void> serve_storage(const Arguments& arguments) {
  // One arena for each of dozens of threads would hold on to more memory than the registry itself needs.
  ::mallopt(M_ARENA_MAX, 4);
  HOIST_TRY(ConfigAndWarnings loaded, load_config(arguments));
  for (const std::string& warning : loaded.warnings) std::fprintf(stderr, "hoist-registry: %s\n", warning.c_str());
  Config& config = loaded.config;
  // The command line stands above the file.
  if (!arguments.storage.empty()) config.storage = arguments.storage;
  if (!arguments.public_url.empty()) config.public_url = arguments.public_url;
  if (arguments.max_tarball_bytes != 0) config.max_body_size = arguments.max_tarball_bytes;
  std::string listen = arguments.listen;
  if (listen.empty()) listen = config.listen.empty() ? std::string(kDefaultListen) : config.listen.front();
  HOIST_TRY(ServerOptions options, parse_listen(listen));
  options.threads = arguments.threads;
  return serve_registry(config, std::move(options), make_log(arguments.access_log));
}

}  // namespace

void add_serve_command(CLI::App& app, Result<void>& result) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("serve", "Serve a registry until SIGTERM");
  command->add_option("--listen", arguments->listen,
                      "ADDRESS:PORT, else the configuration's, else 127.0.0.1:4873; port 0 takes a free one");
  command->add_option("--storage", arguments->storage,
                      "Folder of the registry, made when it is not there; else the configuration's, else ./storage");
  command->add_option("--config", arguments->config, "A YAML file, ours or Verdaccio's");
  command->add_option("--public-url", arguments->public_url,
                      "Where clients reach this server; else the listening address");
  command->add_option("--access-log", arguments->access_log, "A file, - for standard error, or off")
      ->capture_default_str();
  command->add_option("--max-tarball-bytes", arguments->max_tarball_bytes,
                      "Largest tarball that is taken; else the configuration's, else 100 MiB");
  command->add_option("--threads", arguments->threads, "Network threads; 0 is one per core")->capture_default_str();
  command->add_option("--fixtures", arguments->fixtures,
                      "Serve this folder of <name>/<version>/ trees, packed at start, for reading only");
  command->add_option("--require-token", arguments->token, "With --fixtures: answer 401 without this bearer token");
  command->add_option("--delay-ms", arguments->delay_ms,
                      "With --fixtures: wait before every answer, to imitate a distant server");
  command->callback([arguments, &result] {
    result = arguments->fixtures.empty() ? serve_storage(*arguments) : serve_fixtures(*arguments);
  });
}

}  // namespace hoist::registry
