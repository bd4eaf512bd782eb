#include "hoist/fetcher/packument_source.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "hoist/base/once_map.hpp"
#include "hoist/base/text.hpp"
#include "metadata_cache.hpp"
#include "npm_headers.hpp"

namespace hoist::fetcher {

using PackumentResult = Result<std::shared_ptr<const package::Packument>>;

class RegistryPackumentSource::Impl {
 public:
  Impl(RegistryClient& registry, ThreadPool& pool, PackumentSourceOptions options, const Clock& clock)
      : registry_(registry),
        pool_(pool),
        options_(std::move(options)),
        clock_(clock),
        cache_(options_.cache_directory) {}

  ~Impl() {
    giving_up_ = true;
    std::unique_lock lock(mutex_);
    const auto under_way = requests_;
    lock.unlock();
    for (const auto& [name, id] : under_way) registry_.http().cancel(id);
    lock.lock();
    idle_.wait(lock, [this] { return pending_ == 0; });
  }

  void start(const std::string& name) {
    if (!answers_.claim(name)) return;
    {
      const std::lock_guard lock(mutex_);
      ++pending_;
    }
    pool_.post([this, name] { look_up(name); });
  }

  PackumentResult wait(const std::string& name) {
    if (!answers_.ready(name)) hurry(name);
    return answers_.get(name);
  }

 private:
  /// One name on its way; handed from thread to thread, never shared.
  struct Fetch {
    std::string name;
    PackumentKind kind;
    std::string url;
    std::string key;
    HttpRequest request;
    std::optional<MetadataCache::Entry> cached;
  };
  using FetchPtr = std::unique_ptr<Fetch>;

  static std::string doing(std::string_view name) {
    return fmt::format("fetching the packument of {}", printable(name));
  }

  void hurry(const std::string& name) {
    HttpClient::RequestId id = 0;
    {
      const std::lock_guard lock(mutex_);
      wanted_.insert(name);
      const auto found = requests_.find(name);
      if (found != requests_.end()) id = found->second;
    }
    if (id != 0) registry_.http().hurry(id);
  }

  void look_up(const std::string& name) {
    auto fetch = std::make_unique<Fetch>();
    fetch->name = name;
    fetch->kind = options_.kind;
    if (auto ready = prepare(*fetch); !ready) return finish(name, std::unexpected(std::move(ready).error()));
    begin(std::move(fetch));
  }

  Result<void> prepare(Fetch& fetch) {
    if (!is_requestable_name(fetch.name)) {
      return fail("EINVALIDPACKAGENAME", fmt::format("Invalid package name \"{}\"", printable(fetch.name)));
    }
    fetch.url = registry_.packument_url(fetch.name);
    RegistryCall call;
    call.path = fetch.url;
    call.package = fetch.name;
    call.headers = packument_headers(fetch.name, fetch.kind == PackumentKind::kFull);
    HOIST_TRY(fetch.request, registry_.prepare(std::move(call)));
    fetch.key = MetadataCache::key(fetch.url, fetch.kind, fetch.request.headers.get("authorization"));
    return {};
  }

  /// Decides between the cache and the network; on the pool.
  void begin(FetchPtr fetch) {
    fetch->cached = cache_.load(fetch->key);
    if (fetch->cached &&
        cache_use(fetch->cached->info, options_.cache_mode, clock_.now(), options_.sound_after) == CacheUse::kUse) {
      if (auto packument = package::Packument::parse(std::move(fetch->cached->body), fetch->name)) {
        return finish(fetch->name, std::move(packument));
      }
      cache_.forget(fetch->key);
      fetch->cached.reset();
    }
    if (options_.cache_mode == CacheMode::kOffline) {
      return finish(
          fetch->name,
          fail("ENOTCACHED",
               fmt::format("request to {} failed: cache mode is 'only-if-cached' but no cached response is available.",
                           printable(redact(fetch->url)))));
    }
    ask(std::move(fetch));
  }

  void ask(FetchPtr fetch) {
    HttpRequest request = fetch->request;
    request.max_body = options_.max_body;
    request.max_inflated = options_.max_inflated;
    request.raw_body = true;  // inflated on the pool
    if (fetch->cached) {
      const CacheInfo& info = fetch->cached->info;
      if (!info.etag.empty()) request.headers.set("if-none-match", info.etag);
      if (!info.last_modified.empty()) request.headers.set("if-modified-since", info.last_modified);
    }
    const std::string name = fetch->name;
    // Held until the request is noted: its end, after which `this` may be gone, goes through the same lock.
    const std::lock_guard lock(mutex_);
    if (wanted_.contains(name)) request.priority = Priority::kUrgent;
    const auto id = registry_.http().send(
        std::move(request), [this, fetch = std::move(fetch)](Result<HttpResponse> result) mutable {
          pool_.post([this, fetch = std::move(fetch), result = std::move(result)]() mutable {
            take(std::move(fetch), std::move(result));
          });
        });
    requests_[name] = id;
    if (giving_up_) registry_.http().cancel(id);  // the destructor may have missed it
  }

  /// The network's answer; on the pool.
  void take(FetchPtr fetch, Result<HttpResponse> result) {
    if (!result) return fall_back(std::move(fetch), std::move(result).error());
    if (result->status == 304 && fetch->cached) return renew(std::move(fetch), *result);
    if (result->status == 404 && fetch->kind == PackumentKind::kAbbreviated) return ask_full(std::move(fetch));
    const std::string name = fetch->name;
    auto packument = accept(std::move(fetch), *std::move(result));
    if (!packument) packument = fail_from(std::move(packument).error(), doing(name));
    finish(name, std::move(packument));
  }

  /// A registry without abbreviated documents may answer 404 to the request for one.
  void ask_full(FetchPtr fetch) {
    fetch->kind = PackumentKind::kFull;
    if (auto ready = prepare(*fetch); !ready) return finish(fetch->name, std::unexpected(std::move(ready).error()));
    fetch->cached = cache_.load(fetch->key);
    ask(std::move(fetch));
  }

  void renew(FetchPtr fetch, const HttpResponse& response) {
    auto packument = package::Packument::parse(std::move(fetch->cached->body), fetch->name);
    if (!packument) {
      cache_.forget(fetch->key);
      fetch->cached.reset();
      return ask(std::move(fetch));
    }
    report(cache_.touch(fetch->key, revalidated(fetch->cached->info, response.headers, clock_.now())));
    finish(fetch->name, std::move(packument));
  }

  /// npm uses what it has when the registry cannot be reached, unless the registry forbade that.
  void fall_back(FetchPtr fetch, Error error) {
    const bool usable = fetch->cached && !fetch->cached->info.must_revalidate && error.code != "ECANCELED";
    if (usable) {
      if (auto packument = package::Packument::parse(std::move(fetch->cached->body), fetch->name)) {
        registry_.reporter().log(LogLevel::kWarn, "registry",
                                 fmt::format("Using stale data for {}: {}", printable(fetch->name), error.message));
        return finish(fetch->name, std::move(packument));
      }
    }
    finish(fetch->name, fail_from(std::move(error), doing(fetch->name)));
  }

  PackumentResult accept(FetchPtr fetch, HttpResponse raw) {
    HOIST_CHECK(inflate_body(raw, options_.max_inflated));
    HOIST_TRY(HttpResponse response, registry_.check("GET", fetch->name, std::move(raw)));
    if (!response.ok()) {
      return fail(fmt::format("E{}", response.status), fmt::format("{} {} - GET {} - not a packument", response.status,
                                                                   response.reason, printable(redact(response.url))));
    }
    if (trim(std::string_view(response.body).substr(0, 64)).starts_with('<')) {
      return fail("EJSONPARSE",
                  fmt::format("invalid json response body at {} reason: it is an HTML page, no packument of {}",
                              printable(redact(response.url)), printable(fetch->name)),
                  "Is this the address of an npm registry? A proxy or a login page may have answered instead.");
    }
    const auto info = cache_info(fetch->url, response.headers, clock_.now());
    // Kept only once it has proved to be a packument; the copy costs less than a second way out of the parser.
    std::string copy = info && cache_.enabled() ? response.body : std::string{};
    auto packument = package::Packument::parse(std::move(response.body), fetch->name);
    if (!packument) {
      Error error = std::move(packument).error();
      error.message =
          fmt::format("invalid json response body at {} reason: {}", printable(redact(response.url)), error.message);
      return std::unexpected(std::move(error));
    }
    if (info) report(cache_.store(fetch->key, *info, copy));
    return packument;
  }

  /// A cache that cannot be written is a pity, no failure.
  void report(const Result<void>& written) {
    if (!written) registry_.reporter().log(LogLevel::kVerbose, "cache", written.error().message);
  }

  void finish(const std::string& name, PackumentResult result) {
    answers_.complete(name, std::move(result));
    const std::lock_guard lock(mutex_);
    requests_.erase(name);
    --pending_;
    idle_.notify_all();
  }

  RegistryClient& registry_;
  ThreadPool& pool_;
  const PackumentSourceOptions options_;
  const Clock& clock_;
  const MetadataCache cache_;
  OnceMap<std::string, PackumentResult> answers_;
  std::atomic<bool> giving_up_{false};
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t pending_ = 0;
  std::unordered_map<std::string, HttpClient::RequestId> requests_;
  std::unordered_set<std::string> wanted_;
};

RegistryPackumentSource::RegistryPackumentSource(RegistryClient& registry, ThreadPool& pool,
                                                 PackumentSourceOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(registry, pool, std::move(options), clock)) {}

RegistryPackumentSource::~RegistryPackumentSource() = default;

void RegistryPackumentSource::prefetch(const std::string& name) { impl_->start(name); }

PackumentResult RegistryPackumentSource::get(const std::string& name) {
  impl_->start(name);
  return impl_->wait(name);
}

}  // namespace hoist::fetcher
