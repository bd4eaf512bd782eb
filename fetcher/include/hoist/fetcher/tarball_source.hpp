#pragma once
/// Tarballs from registries, other web servers and local files, verified as they arrive.

#include <filesystem>
#include <memory>

#include "hoist/base/thread_pool.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "hoist/package/sources.hpp"

namespace hoist::fetcher {

struct TarballSourceOptions {
  /// Compressed bytes; EBADSIZE beyond.
  std::uint64_t max_size = 2ULL << 30U;
  /// Bodies held at a time. Requests beyond wait, the largest expected first: a big tarball that starts last ends last.
  unsigned max_in_flight = 32;
  /// Where relative `file:` URLs start: the project.
  std::filesystem::path root;
  /// `--offline`: web addresses are refused with ENOTCACHED.
  bool offline = false;
};

/// Thread safe. `done` of a web tarball runs on the HTTP client's thread, of a file on `pool`.
class RegistryTarballSource final : public package::TarballSource {
 public:
  /// All references outlive the source.
  RegistryTarballSource(RegistryClient& registry, ThreadPool& pool, TarballSourceOptions options);
  /// Gives up what is still under way (ECANCELED).
  ~RegistryTarballSource() override;

  void fetch(package::TarballRequest request, std::function<void(Result<package::Tarball>)> done) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hoist::fetcher
