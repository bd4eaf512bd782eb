#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "hoist/registry/fixture_loader.hpp"
#include "hoist/registry/server.hpp"

namespace {

using hoist::Result;
using namespace hoist::registry;

struct Arguments {
  std::string listen = "127.0.0.1:4873";
  std::string fixtures;
  std::string public_url;
  std::string token;
  unsigned delay_ms = 0;
};

/// `host:port`; an IPv6 address stands in brackets.
Result<ServerOptions> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  ServerOptions options;
  if (colon == std::string::npos || colon == 0)
    return hoist::fail("EINVAL", "--listen wants ADDRESS:PORT, not " + text);
  options.host = text.substr(0, colon);
  if (options.host.starts_with('[') && options.host.ends_with(']')) {
    options.host = options.host.substr(1, options.host.size() - 2);
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, options.port);
  if (error != std::errc() || stop != end) return hoist::fail("EINVAL", "--listen wants ADDRESS:PORT, not " + text);
  return options;
}

Result<void> serve(const Arguments& arguments) {
  HOIST_TRY(ServerOptions options, parse_listen(arguments.listen));
  options.delay = std::chrono::milliseconds(arguments.delay_ms);
  HOIST_TRY(const auto server, Server::bind(std::move(options)));
  std::string public_url = arguments.public_url.empty() ? server->url() : arguments.public_url;
  if (!public_url.ends_with('/')) public_url += '/';
  HOIST_TRY(const PackageCatalog catalog, load_fixtures(arguments.fixtures, public_url));
  const Router router(catalog, AccessOptions{.required_token = arguments.token});
  std::printf("listening %s\n", server->url().c_str());
  std::fflush(stdout);
  server->run(router);
  return {};
}

int run(int argc, char** argv) {
  CLI::App app("hoist-registry: the npm registry protocol, served from one binary");
  app.require_subcommand(1);
  Arguments arguments;
  CLI::App* command = app.add_subcommand("serve", "Serve packages for reading until SIGTERM");
  command->add_option("--listen", arguments.listen, "ADDRESS:PORT; port 0 takes a free one")->capture_default_str();
  command->add_option("--fixtures", arguments.fixtures, "Folder of <name>/<version>/ trees, packed at start")
      ->required();
  command->add_option("--public-url", arguments.public_url,
                      "Where clients reach this server; else the listening address");
  command->add_option("--require-token", arguments.token, "Answer 401 without this bearer token");
  command->add_option("--delay-ms", arguments.delay_ms, "Wait before every answer, to imitate a distant server");
  CLI11_PARSE(app, argc, argv);

  const Result<void> served = serve(arguments);
  if (served) return 0;
  std::fprintf(stderr, "hoist-registry: %s %s\n", served.error().code.c_str(), served.error().message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "hoist-registry: %s\n", failure.what());
    return 70;
  }
}
