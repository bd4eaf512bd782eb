#pragma once
/// Packages of other registries: routed, fetched once, checked, cached, filtered.

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hoist/base/clock.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/base/thread_pool.hpp"
#include "hoist/registry/config.hpp"
#include "upstream/cache_directory.hpp"
#include "upstream/negative_cache.hpp"
#include "upstream/proxied_package.hpp"
#include "upstream/proxy_views.hpp"
#include "upstream/single_flight.hpp"
#include "upstream/uplink.hpp"

namespace hoist::registry {

/// A verified tarball on disk.
struct ProxiedFile {
  std::filesystem::path path;
  Integrity integrity;
};

/// Thread safe. What it is given must outlive it. Callers ask only for names that no local package has and whose
/// `routes` is true: nothing here knows what is private.
class Upstream {
 public:
  using PackageAnswer = Result<std::shared_ptr<const ProxiedPackage>>;
  using FileAnswer = Result<ProxiedFile>;
  using AuditAnswer = Result<std::string>;
  template <class Answer>
  using Callback = std::move_only_function<void(const Answer&)>;

  struct Options {
    std::filesystem::path cache;  ///< folder of its own
    std::string public_url;       ///< with a final slash
  };
  /// ECONFIG for filters that cannot be read.
  static Result<std::unique_ptr<Upstream>> make(const Config& config, Options options, ThreadPool& workers,
                                                const Clock& clock, Reporter& reporter);
  /// Ends requests under way with ECANCELED and waits for their callbacks.
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  /// The configuration sends this name upstream: a rule with `proxy`, no claimed scope, a name that can exist.
  [[nodiscard]] bool routes(std::string_view name) const;

  /// The packument as clients see it, at most `max_age` old where the upstream answers, however old where it does not.
  /// E404: no upstream has it. E503 (hint: seconds): none answers and nothing is cached. Callbacks of this class run on
  /// a worker, or inside the call when the answer is in memory.
  void get_package(const std::string& name, Callback<PackageAnswer> done);
  /// A tarball whose bytes hash to what the packument says. Also E403 with the reason for a version that is filtered,
  /// EINTEGRITY when the upstream sent other bytes.
  void get_tarball(const std::string& name, const std::string& file, Callback<FileAnswer> done);
  /// A bulk audit of these packages (JSON: name to versions), answered by the audit uplink. The caller has taken
  /// private names out. `{}` when no uplink is configured for audits.
  void audit(std::string body, Callback<AuditAnswer> done);
  /// Forgets that no upstream had the name.
  void forget(std::string_view name) { negative_.forget(name); }

 private:
  struct PackageFetch;
  Upstream(const Config& config, Options options, ThreadPool& workers, const Clock& clock, Reporter& reporter);

  void post(std::move_only_function<void()> job);
  [[nodiscard]] std::vector<Uplink*> uplinks_for(std::string_view name) const;
  [[nodiscard]] Time now() const;

  void begin_package(const std::string& name);
  void ask_next(std::shared_ptr<PackageFetch> fetch);
  void take_answer(std::shared_ptr<PackageFetch> fetch, Result<fetcher::HttpResponse> response);
  [[nodiscard]] Result<CachedPackument> accept_body(const PackageFetch& fetch, fetcher::HttpResponse& response);
  void finish_stale(const PackageFetch& fetch, Error error);
  void store(const PackageFetch& fetch, const CachedPackument& packument);
  void finish_fresh(const PackageFetch& fetch, const CachedPackument& packument, std::size_t from);
  [[nodiscard]] PackageAnswer make_answer(const Uplink& uplink, const std::string& name,
                                          const CachedPackument& packument);

  void fetch_tarball(const std::string& name, const ProxiedTarball& tarball, Callback<FileAnswer> done);
  void take_tarball(const std::string& key, const Integrity& integrity, Result<fetcher::HttpResponse> response);

  const Config& config_;
  const Options options_;
  ThreadPool& workers_;
  const Clock& clock_;
  Reporter& reporter_;
  VersionFilter filter_;
  std::vector<std::unique_ptr<Uplink>> uplinks_;
  CacheDirectory cache_;
  NegativeCache negative_;
  ProxyViews views_;
  SingleFlight<PackageAnswer> package_flights_;
  SingleFlight<FileAnswer> tarball_flights_;

  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t pending_ = 0;  // requests and jobs that still refer to this object
};

}  // namespace hoist::registry
