#include "hoist/fetcher/tarball_source.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "network_error.hpp"
#include "npm_headers.hpp"

namespace hoist::fetcher {

using package::Tarball;
using package::TarballRequest;
using Done = std::function<void(Result<Tarball>)>;

namespace {

std::string subject(const TarballRequest& request) {
  if (request.name.empty()) return printable(redact(request.url));
  return printable(request.version.empty() ? request.name : fmt::format("{}@{}", request.name, request.version));
}

/// A page or a JSON text where a tarball should be, told apart before anyone tries to unpack it.
Result<void> check_archive(std::string_view bytes, std::string_view url) {
  const std::string_view start = trim(bytes.substr(0, 64));
  if (!start.starts_with('<') && !start.starts_with('{') && !bytes.empty()) return {};
  const char* what = bytes.empty() ? "is empty" : start.starts_with('<') ? "is an HTML page" : "is a JSON text";
  return fail("TAR_BAD_ARCHIVE", fmt::format("the answer from {} {}, no tarball", printable(redact(url)), what),
              "Is this the address of a package? A proxy or a login page may have answered instead.");
}

std::vector<HashAlgorithm> algorithms_for(const std::optional<Integrity>& wanted) {
  std::vector<HashAlgorithm> algorithms{HashAlgorithm::kSha512};
  if (wanted && wanted->strongest() != HashAlgorithm::kSha512) algorithms.push_back(wanted->strongest());
  return algorithms;
}

Result<Integrity> digest(std::string_view bytes, const std::vector<HashAlgorithm>& algorithms) {
  std::vector<std::string> texts;
  for (const HashAlgorithm algorithm : algorithms)
    texts.push_back(Integrity::from_digest(algorithm, hash(algorithm, bytes)).to_string());
  return Integrity::parse(join(texts, " "));
}

Result<Tarball> read_tarball(const TarballRequest& request, const std::filesystem::path& file, std::uint64_t limit) {
  HOIST_TRY(std::string bytes, read_file(file, limit));
  HOIST_TRY(Integrity actual, digest(bytes, algorithms_for(request.integrity)));
  if (request.integrity && !request.integrity->matches(actual)) {
    return std::unexpected(integrity_error(*request.integrity, actual, bytes.size()));
  }
  return Tarball{std::move(bytes), std::move(actual)};
}

}  // namespace

class RegistryTarballSource::Impl {
 public:
  Impl(RegistryClient& registry, ThreadPool& pool, TarballSourceOptions options)
      : registry_(registry), pool_(pool), options_(std::move(options)) {}

  ~Impl() {
    std::unique_lock lock(mutex_);
    giving_up_ = true;
    std::map<Order, Waiting> waiting;
    waiting.swap(waiting_);
    const std::set<HttpClient::RequestId> under_way = requests_;
    lock.unlock();
    for (auto& [order, entry] : waiting) entry.done(std::unexpected(canceled(entry.request.url)));
    for (const auto id : under_way) registry_.http().cancel(id);
    lock.lock();
    idle_.wait(lock, [this] { return active_ == 0; });
  }

  void fetch(TarballRequest request, Done done) {
    if (request.url.starts_with("file:")) return read(std::move(request), std::move(done));
    {
      const std::lock_guard lock(mutex_);
      const Order order{~request.expected_size, next_++};
      waiting_.emplace(order, Waiting{std::move(request), std::move(done)});
    }
    if (auto next = claim_slot()) begin(*std::move(next));
  }

 private:
  /// Largest first, then first come first served.
  using Order = std::pair<std::uint64_t, std::uint64_t>;
  struct Waiting {
    TarballRequest request;
    Done done;
  };

  void read(TarballRequest request, Done done) {
    {
      const std::lock_guard lock(mutex_);
      ++active_;
    }
    pool_.post([this, request = std::move(request), done = std::move(done)] {
      const std::filesystem::path file = options_.root / request.url.substr(std::string_view("file:").size());
      auto result = read_tarball(request, file, options_.max_size);
      if (!result) result = fail_from(std::move(result).error(), fmt::format("reading {}", subject(request)));
      done(std::move(result));
      if (auto next = pass_slot_on(0)) begin(*std::move(next));
    });
  }

  /// The next request to start, if there is room for it.
  std::optional<Waiting> claim_slot() {
    const std::lock_guard lock(mutex_);
    if (active_ >= std::max(1U, options_.max_in_flight)) return std::nullopt;
    ++active_;
    return take_slot();
  }

  /// The next request for a slot that has become free; without one the slot is given back. After nullopt `this` may be
  /// gone.
  std::optional<Waiting> pass_slot_on(HttpClient::RequestId ended) {
    const std::lock_guard lock(mutex_);
    requests_.erase(ended);
    return take_slot();
  }

  std::optional<Waiting> take_slot() {
    if (waiting_.empty()) {
      --active_;
      idle_.notify_all();
      return std::nullopt;
    }
    Waiting next = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    return next;
  }

  /// Owns a slot; keeps it or hands it on until nothing waits.
  void begin(Waiting first) {
    std::optional<Waiting> next = std::move(first);
    while (next) {
      auto request = prepare(next->request);
      if (request) return send(*std::move(request), *std::move(next));
      next->done(fail_from(std::move(request).error(), fmt::format("fetching {}", subject(next->request))));
      next = pass_slot_on(0);
    }
  }

  void send(HttpRequest request, Waiting entry) {
    // The answer may come before the id is known here: both sides go through the lock.
    const auto id = std::make_shared<HttpClient::RequestId>(0);
    const std::lock_guard lock(mutex_);
    *id = registry_.http().send(std::move(request),
                                [this, id, entry = std::move(entry)](Result<HttpResponse> result) mutable {
                                  entry.done(take(entry.request, std::move(result)));
                                  HttpClient::RequestId ended = 0;
                                  {
                                    const std::lock_guard inner(mutex_);
                                    ended = *id;
                                  }
                                  if (auto next = pass_slot_on(ended)) begin(*std::move(next));
                                });
    requests_.insert(*id);
    if (giving_up_) registry_.http().cancel(*id);
  }

  Result<HttpRequest> prepare(const TarballRequest& wanted) {
    RegistryCall call;
    call.path = registry_.tarball_url(wanted.url);
    call.package = wanted.name;
    HOIST_TRY(const Url url, Url::parse(call.path));
    if (options_.offline) {
      return fail(
          "ENOTCACHED",
          fmt::format("request to {} failed: cache mode is 'only-if-cached' but no cached response is available.",
                      printable(redact(call.path))));
    }
    call.headers = tarball_headers(fmt::format("registry:{}@{}", wanted.name, redact(call.path)), wanted.integrity);
    HOIST_TRY(HttpRequest request, registry_.prepare(std::move(call)));
    request.accept_gzip = false;
    request.raw_body = true;
    request.priority = Priority::kBulk;
    request.max_body = options_.max_size;
    request.hash = algorithms_for(wanted.integrity);
    request.expected = wanted.integrity;
    return request;
  }

  Result<Tarball> take(const TarballRequest& wanted, Result<HttpResponse> result) {
    const auto failed = [&wanted](Error error) {
      if (error.message.find("://") == std::string::npos) error.context.push_back(printable(redact(wanted.url)));
      return fail_from(std::move(error), fmt::format("fetching {}", subject(wanted)));
    };
    if (!result) return failed(std::move(result).error());
    auto response = registry_.check("GET", wanted.name, *std::move(result));
    if (!response) return failed(std::move(response).error());
    if (!response->ok() || !response->integrity) {
      return failed(Error{fmt::format("E{}", response->status),
                          fmt::format("{} {} - GET {} - no tarball", response->status, response->reason,
                                      printable(redact(response->url))),
                          {},
                          {},
                          {}});
    }
    if (auto archive = check_archive(response->body, response->url); !archive)
      return failed(std::move(archive).error());
    return Tarball{std::move(response->body), *std::move(response->integrity)};
  }

  RegistryClient& registry_;
  ThreadPool& pool_;
  const TarballSourceOptions options_;
  std::mutex mutex_;
  std::condition_variable idle_;
  bool giving_up_ = false;
  std::uint64_t next_ = 0;
  unsigned active_ = 0;
  std::map<Order, Waiting> waiting_;
  std::set<HttpClient::RequestId> requests_;
};

RegistryTarballSource::RegistryTarballSource(RegistryClient& registry, ThreadPool& pool, TarballSourceOptions options)
    : impl_(std::make_unique<Impl>(registry, pool, std::move(options))) {}

RegistryTarballSource::~RegistryTarballSource() = default;

void RegistryTarballSource::fetch(TarballRequest request, Done done) {
  impl_->fetch(std::move(request), std::move(done));
}

}  // namespace hoist::fetcher
