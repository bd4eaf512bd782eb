#pragma once
/// Built bodies on disk, for when memory has no room: losing them costs time only.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hoist::registry {

/// Files named by the ETag of the body. Nothing is synced: a body is served only when it has the digest it was written
/// with. Thread safe.
class DiskViews {
 public:
  /// Empty: nothing is kept.
  explicit DiskViews(std::filesystem::path directory);
  [[nodiscard]] std::optional<std::string> read(std::string_view etag) const;
  void write(std::string_view etag, std::string_view body) const;
  /// Removes bodies not written for `age`; the number removed.
  std::size_t remove_older_than(std::chrono::seconds age) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(std::string_view etag) const;
  std::filesystem::path directory_;
};

}  // namespace hoist::registry
