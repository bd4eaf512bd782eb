#pragma once
/// Fetching tarballs and unpacking them into the store, many at a time within fixed bounds.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/thread_pool.hpp"
#include "hoist/installer/store.hpp"
#include "hoist/package/sources.hpp"

namespace hoist::installer {

/// Bytes of tarballs that have arrived and wait to be unpacked; no more are asked for above it.
inline constexpr std::uint64_t kMaxWaitingBytes = 64U << 20U;

struct TarballJob {
  package::TarballRequest request;
  std::string alias;  ///< for Store::Writer::add
};

class TarballStage {
 public:
  /// Called for each job as it ends, from any thread, one call at a time per job. Returns false to stop asking for
  /// more.
  using Ready = std::function<bool(std::size_t job, Result<const StoredPackage*>)>;

  TarballStage(Store& store, package::TarballSource& source, ThreadPool& pool, Reporter& reporter,
               unsigned max_in_flight);

  /// Returns when every job has ended (or none is under way after a stop). Jobs are started in their order.
  void run(const std::vector<TarballJob>& jobs, const Ready& ready);

  [[nodiscard]] std::uint64_t fetched() const noexcept { return fetched_; }
  [[nodiscard]] std::uint64_t fetched_bytes() const noexcept { return fetched_bytes_; }

 private:
  void arrived(std::size_t job, Result<package::Tarball> tarball);
  void unpack(std::size_t job, Result<package::Tarball> tarball);
  Store::Writer take_writer();
  void give_back(Store::Writer writer);

  Store& store_;
  package::TarballSource& source_;
  ThreadPool& pool_;
  Reporter& reporter_;
  const unsigned max_in_flight_;

  const std::vector<TarballJob>* jobs_ = nullptr;
  const Ready* ready_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Store::Writer> writers_;  ///< not in use now
  unsigned in_flight_ = 0;
  std::size_t under_way_ = 0;  ///< asked for and not ended
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t fetched_ = 0, fetched_bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace hoist::installer
