#include "support/storage_registry.hpp"

#include <stdexcept>

namespace hoist::test {
namespace {

constexpr const char* kProgram = HOIST_BIN_DIR "/hoist-registry";

void make_account(const std::filesystem::path& storage, const std::string& name, const std::string& password) {
  ProgramOptions options;
  options.input = password + "\n";
  const auto made =
      run_program({kProgram, "user", "add", name, "--password-stdin", "--storage", storage.string()}, options);
  if (made.exit_code != 0) throw std::runtime_error("no account was made: " + made.errors);
}

std::vector<std::string> serve_line(const std::filesystem::path& storage) {
  make_account(storage, StorageRegistry::kUser, StorageRegistry::kPassword);
  return {kProgram, "serve", "--listen", "127.0.0.1:0", "--storage", storage.string()};
}

}  // namespace

StorageRegistry::StorageRegistry() : program_(serve_line(folder_ / "storage")) {
  constexpr std::string_view ready = "listening ";
  for (;;) {
    const std::string line = program_.read_line();
    if (!line.starts_with(ready)) continue;
    url_ = line.substr(ready.size());
    return;
  }
}

void StorageRegistry::add_user(const std::string& name, const std::string& password) const {
  make_account(folder_ / "storage", name, password);
}

}  // namespace hoist::test
