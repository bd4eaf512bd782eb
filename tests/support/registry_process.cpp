#include "support/registry_process.hpp"

#include <signal.h>

#include <stdexcept>

namespace hoist::test {
namespace {

std::vector<std::string> command_line(const std::filesystem::path& packages, const std::vector<std::string>& extra) {
  std::vector<std::string> line = {
      HOIST_BIN_DIR "/hoist-registry", "serve", "--listen", "127.0.0.1:0", "--fixtures", packages.string()};
  line.insert(line.end(), extra.begin(), extra.end());
  return line;
}

}  // namespace

RegistryProcess::RegistryProcess(const std::vector<std::string>& extra)
    : RegistryProcess(HOIST_SOURCE_DIR "/fixtures/packages", extra) {}

RegistryProcess::RegistryProcess(const std::filesystem::path& packages, const std::vector<std::string>& extra)
    : program_(command_line(packages, extra)) {
  constexpr std::string_view ready = "listening ";
  const std::string line = program_.read_line();
  if (!line.starts_with(ready)) throw std::runtime_error("unexpected first line of the registry: " + line);
  url_ = line.substr(ready.size());
}

std::string RegistryProcess::host() const {
  constexpr std::string_view scheme = "http://";
  return url_.substr(scheme.size(), url_.size() - scheme.size() - 1);
}

int RegistryProcess::terminate() {
  program_.signal(SIGTERM);
  return program_.wait(std::chrono::seconds(30)).exit_code;
}

}  // namespace hoist::test
