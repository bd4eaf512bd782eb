#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "cli/app.hpp"

int main(int argc, char** argv) {
  // A reader that goes away (`hoist ls | head`) must not kill an install half way.
  std::signal(SIGPIPE, SIG_IGN);
  hoist::cli::Invocation invocation;
  invocation.program = argc > 0 ? argv[0] : "hoist";
  for (int i = 1; i < argc; ++i) invocation.arguments.emplace_back(argv[i]);
  invocation.environment = hoist::cli::Environment::from(environ);
  std::error_code error;
  invocation.cwd = std::filesystem::current_path(error).string();
  hoist::cli::ProcessStreams streams;
  if (error) {
    streams.err("hoist error code ENOENT\nhoist error The current folder does not exist any more.\n");
    return 1;
  }
  return hoist::cli::run(invocation, streams);
}
