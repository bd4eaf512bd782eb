#pragma once
/// hoist-registry on a free loopback port, for as long as the object lives.

#include <filesystem>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace hoist::test {

class RegistryProcess {
 public:
  /// Serves fixtures/packages. `extra` arguments go to `hoist-registry serve`.
  explicit RegistryProcess(const std::vector<std::string>& extra = {});
  /// Serves another tree of packages.
  RegistryProcess(const std::filesystem::path& packages, const std::vector<std::string>& extra);

  /// `http://127.0.0.1:PORT/`
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  /// `127.0.0.1:PORT`, as the key of a credential in .npmrc needs it.
  [[nodiscard]] std::string host() const;
  /// Ends it as an administrator would; the exit code.
  int terminate();

 private:
  BackgroundProgram program_;
  std::string url_;
};

}  // namespace hoist::test
