#pragma once
/// Packuments from registries, through the metadata cache.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hoist/base/clock.hpp"
#include "hoist/base/thread_pool.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "hoist/package/sources.hpp"

namespace hoist::fetcher {

/// npm's default, `--prefer-online`, `--prefer-offline`, `--offline`.
enum class CacheMode : std::uint8_t { kDefault, kPreferOnline, kPreferOffline, kOffline };

/// The full document (with `time`, what npm asks for) or the abbreviated one, a tenth of its size.
enum class PackumentKind : std::uint8_t { kFull, kAbbreviated };

struct PackumentSourceOptions {
  PackumentKind kind = PackumentKind::kAbbreviated;
  CacheMode cache_mode = CacheMode::kDefault;
  /// `<cache>/_hoist/metadata-v1`; empty = nothing is kept.
  std::filesystem::path cache_directory;
  /// With a limit on release age (`before`, `min-release-age`): documents fetched after that moment are good without
  /// asking.
  std::optional<Clock::TimePoint> sound_after;
  std::uint64_t max_body = 256ULL << 20U;      ///< on the wire
  std::uint64_t max_inflated = 512ULL << 20U;  ///< after inflating
};

/// Thread safe. Documents are read from the cache, inflated and parsed on `pool`; nothing blocks but get().
class RegistryPackumentSource final : public package::PackumentSource {
 public:
  /// All references outlive the source.
  RegistryPackumentSource(RegistryClient& registry, ThreadPool& pool, PackumentSourceOptions options,
                          const Clock& clock);
  /// Gives up what is still under way.
  ~RegistryPackumentSource() override;

  void prefetch(const std::string& name) override;
  [[nodiscard]] Result<std::shared_ptr<const package::Packument>> get(const std::string& name) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hoist::fetcher
