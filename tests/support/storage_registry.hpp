#pragma once
/// hoist-registry with a storage of its own: empty, with one account.

#include <string>

#include "support/program.hpp"
#include "support/temp_dir.hpp"

namespace hoist::test {

class StorageRegistry {
 public:
  /// Makes the account (name and password are kUser and kPassword) and serves on a free loopback port.
  StorageRegistry();

  static constexpr const char* kUser = "ann";
  static constexpr const char* kPassword = "correct horse battery";

  /// `http://127.0.0.1:PORT/`
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  /// Makes another account.
  void add_user(const std::string& name, const std::string& password) const;

 private:
  TempDir folder_;
  std::string url_;
  BackgroundProgram program_;
};

}  // namespace hoist::test
