#pragma once
/// Packuments on disk between runs, and the rules for using them without asking the registry.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/clock.hpp"
#include "hoist/base/result.hpp"
#include "hoist/fetcher/headers.hpp"
#include "hoist/fetcher/packument_source.hpp"

namespace hoist::fetcher {

/// What is known about a stored body.
struct CacheInfo {
  std::string url;
  std::string etag;
  std::string last_modified;
  Clock::TimePoint fetched_at{};
  /// How long after fetched_at no question is needed; zero = always ask.
  std::chrono::seconds lifetime{0};
  bool must_revalidate = false;  ///< no use without asking, not even when the registry does not answer
  bool operator==(const CacheInfo&) const = default;
};

/// nullopt when the answer may not be stored (`no-store`). Without Cache-Control, Expires and ETag a registry's answer
/// counts as fresh for five minutes, as bun does.
[[nodiscard]] std::optional<CacheInfo> cache_info(std::string_view url, const Headers& headers, Clock::TimePoint now);

/// The info after a 304: new headers where the answer brought some, the old ones elsewhere.
[[nodiscard]] CacheInfo revalidated(const CacheInfo& old, const Headers& headers, Clock::TimePoint now);

enum class CacheUse { kUse, kRevalidate };

/// Whether a stored answer can be used as it is. `sound_after`: an answer fetched later than this can hide nothing that
/// the user's release-age limit would let through, so it needs no question either.
[[nodiscard]] CacheUse cache_use(const CacheInfo& info, CacheMode mode, Clock::TimePoint now,
                                 std::optional<Clock::TimePoint> sound_after);

/// One file per packument, written to a temporary name and renamed; several processes may share the directory. A file
/// that is damaged in any way is as good as none. Stateless, so usable from any thread.
class MetadataCache {
 public:
  struct Entry {
    CacheInfo info;
    std::string body;
  };

  /// An empty directory turns the cache off.
  explicit MetadataCache(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// The name of an entry. `credential` keeps what one user may see from another; only its hash is used.
  [[nodiscard]] static std::string key(std::string_view url, PackumentKind kind, std::string_view credential);

  [[nodiscard]] std::optional<Entry> load(const std::string& key) const;
  [[nodiscard]] Result<void> store(const std::string& key, const CacheInfo& info, std::string_view body) const;
  /// Renews the info of a stored entry without writing its body again; does nothing when there is no such entry.
  [[nodiscard]] Result<void> touch(const std::string& key, const CacheInfo& info) const;
  void forget(const std::string& key) const;
  [[nodiscard]] bool enabled() const noexcept { return !directory_.empty(); }

 private:
  [[nodiscard]] std::filesystem::path file(const std::string& key) const { return directory_ / key; }
  std::filesystem::path directory_;
};

}  // namespace hoist::fetcher
