#pragma once
/// What came from upstreams, on disk: apart from private packages, and of no loss when it is gone.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/integrity.hpp"
#include "hoist/base/result.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// A packument as an upstream sent it, and when it was last known to be current.
struct CachedPackument {
  std::string etag;
  std::string last_modified;
  Time fetched{};
  std::string body;
};

/// `<root>/<uplink>/metadata/<sha256 of the name>` and `<root>/tarballs/<algorithm>/<2 digits>/<digest>`. Names of
/// packages never become paths. Thread safe: files are replaced whole.
class CacheDirectory {
 public:
  explicit CacheDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  /// nullopt when there is none or it is damaged.
  [[nodiscard]] std::optional<CachedPackument> find_packument(std::string_view uplink, std::string_view name) const;
  [[nodiscard]] Result<void> store_packument(std::string_view uplink, std::string_view name,
                                             const CachedPackument& packument) const;
  /// The file of a tarball with this digest; nullopt when it is not there.
  [[nodiscard]] std::optional<std::filesystem::path> find_tarball(const Integrity& integrity) const;
  /// `bytes` must have been checked against `integrity`. The path they are now at.
  [[nodiscard]] Result<std::filesystem::path> store_tarball(const Integrity& integrity, std::string_view bytes) const;

 private:
  [[nodiscard]] std::filesystem::path metadata_path(std::string_view uplink, std::string_view name) const;
  [[nodiscard]] std::filesystem::path tarball_path(const Integrity& integrity) const;

  std::filesystem::path root_;
};

}  // namespace hoist::registry
