#include <CLI/CLI.hpp>
#include <cstdio>

#include "admin/account_commands.hpp"
#include "operation/commands.hpp"
#include "operation/serve_command.hpp"

namespace {

using namespace hoist::registry;

int run(int argc, char** argv) {
  CLI::App app("hoist-registry: the npm registry protocol, served from one binary");
  app.require_subcommand(1);
  hoist::Result<void> result;
  add_serve_command(app, result);
  add_operation_commands(app, result);
  add_account_commands(app, result);
  CLI11_PARSE(app, argc, argv);
  if (result) return 0;
  const hoist::SourceLocation& where = result.error().where;
  if (!where.file.empty()) std::fprintf(stderr, "%s:%d:%d: ", where.file.c_str(), where.line, where.column);
  std::fprintf(stderr, "hoist-registry: %s %s\n", result.error().code.c_str(), result.error().message.c_str());
  if (!result.error().hint.empty()) std::fprintf(stderr, "%s\n", result.error().hint.c_str());
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
