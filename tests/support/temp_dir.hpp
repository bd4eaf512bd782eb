#pragma once
/// A folder of its own for a test, gone when the test is over.

#include <filesystem>
#include <string>
#include <string_view>

namespace hoist::test {

class TempDir {
 public:
  /// Below $TMPDIR or /tmp. Ends the test run when no folder can be made.
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Writes a whole file, making folders on the way. Throws std::runtime_error.
void write_text(const std::filesystem::path& path, std::string_view content);
/// Reads a whole file. Throws std::runtime_error.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

}  // namespace hoist::test
