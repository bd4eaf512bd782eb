#include "upstream/upstream.hpp"

#include "hoist/base/text.hpp"
#include "hoist/package/package_name.hpp"
#include "upstream/location_guard.hpp"

namespace hoist::registry {
namespace {

constexpr std::size_t kViewBytes = 64U << 20U;
/// However long a configuration wants a 404 to be believed.
constexpr std::chrono::hours kLongestNegative{1};

bool is_claimed(const Config& config, std::string_view name) {
  return name.starts_with('@') &&
         std::ranges::find(config.claimed_scopes, name.substr(0, name.find('/'))) != config.claimed_scopes.end();
}

/// `@scope%2fname`, as npm spells it.
std::string escape_name(std::string_view name) {
  if (!name.starts_with('@')) return percent_encode_component(name);
  const auto slash = name.find('/');
  return fmt::format("@{}%2f{}", percent_encode_component(name.substr(1, slash - 1)),
                     percent_encode_component(name.substr(slash + 1)));
}

}  // namespace

/// The state of one packument's way through the uplinks.
struct Upstream::PackageFetch {
  std::string name;
  std::vector<Uplink*> uplinks;
  std::size_t next = 0;
  std::optional<CachedPackument> cached;  ///< of uplinks[cached_from]
  std::size_t cached_from = 0;
  std::chrono::seconds negative_age = kLongestNegative;
};

Result<std::unique_ptr<Upstream>> Upstream::make(const Config& config, Options options, ThreadPool& workers,
                                                 const Clock& clock, Reporter& reporter) {
  std::unique_ptr<Upstream> upstream(new Upstream(config, std::move(options), workers, clock, reporter));
  HOIST_TRY(upstream->filter_, VersionFilter::compile(config.filters));
  for (const UplinkOptions& uplink : config.uplinks) {
    HOIST_TRY(VersionFilter filter, VersionFilter::compile(uplink.filters));
    upstream->uplinks_.push_back(std::make_unique<Uplink>(uplink, std::move(filter), clock, reporter));
  }
  return upstream;
}

Upstream::Upstream(const Config& config, Options options, ThreadPool& workers, const Clock& clock, Reporter& reporter)
    : config_(config),
      options_(std::move(options)),
      workers_(workers),
      clock_(clock),
      reporter_(reporter),
      cache_(options_.cache),
      negative_(clock),
      views_(kViewBytes) {}

Upstream::~Upstream() {
  for (const auto& uplink : uplinks_) uplink->stop();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return pending_ == 0; });
}

void Upstream::post(std::move_only_function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    ++pending_;
  }
  workers_.post([this, job = std::move(job)]() mutable {
    job();
    // What the job holds may refer to this object as well.
    job = nullptr;
    const std::lock_guard lock(mutex_);
    if (--pending_ == 0) idle_.notify_all();
  });
}

Time Upstream::now() const { return std::chrono::floor<std::chrono::milliseconds>(clock_.now()); }

bool Upstream::routes(std::string_view name) const {
  const PackageRule* rule = config_.find_rule(name);
  return rule != nullptr && !rule->proxy.empty() && !is_claimed(config_, name) &&
         package::is_valid_for_old_packages(name);
}

std::vector<Uplink*> Upstream::uplinks_for(std::string_view name) const {
  std::vector<Uplink*> chosen;
  const PackageRule* rule = config_.find_rule(name);
  if (rule == nullptr || !routes(name)) return chosen;
  for (const std::string& wanted : rule->proxy) {
    for (const auto& uplink : uplinks_) {
      if (uplink->options().name == wanted) chosen.push_back(uplink.get());
    }
  }
  return chosen;
}

void Upstream::get_package(const std::string& name, Callback<PackageAnswer> done) {
  if (auto view = views_.find_fresh(name, now())) return done(PackageAnswer(std::move(view)));
  if (negative_.contains(name)) return done(fail("E404", fmt::format("package not found: {}", name)));
  if (package_flights_.join(name, std::move(done))) post([this, name] { begin_package(name); });
}

void Upstream::begin_package(const std::string& name) {
  auto fetch = std::make_shared<PackageFetch>();
  fetch->name = name;
  fetch->uplinks = uplinks_for(name);
  for (std::size_t i = 0; i < fetch->uplinks.size() && !fetch->cached; ++i) {
    fetch->cached = cache_.find_packument(fetch->uplinks[i]->options().name, name);
    fetch->cached_from = i;
  }
  if (fetch->cached) {
    const Uplink& uplink = *fetch->uplinks[fetch->cached_from];
    if (now() < fetch->cached->fetched + uplink.options().max_age)
      return finish_fresh(*fetch, *fetch->cached, fetch->cached_from);
  }
  ask_next(std::move(fetch));
}

void Upstream::ask_next(std::shared_ptr<PackageFetch> fetch) {
  if (config_.offline) return finish_stale(*fetch, Error{"E503", "this registry is offline", "60", {}, {}});
  if (fetch->next == fetch->uplinks.size()) {
    negative_.add(fetch->name, fetch->negative_age);
    package_flights_.finish(fetch->name, fail("E404", fmt::format("package not found: {}", fetch->name)));
    return;
  }
  Uplink& uplink = *fetch->uplinks[fetch->next];
  UplinkRequest request{.url = uplink.url(), .max_body = uplink.options().max_metadata};
  request.url.path += escape_name(fetch->name);
  request.headers.add("accept", "application/json");
  if (fetch->cached && fetch->cached_from == fetch->next) {
    if (!fetch->cached->etag.empty()) request.headers.add("if-none-match", fetch->cached->etag);
    if (!fetch->cached->last_modified.empty()) {
      request.headers.add("if-modified-since", fetch->cached->last_modified);
    }
  }
  uplink.send(std::move(request), [this, fetch = std::move(fetch)](Result<fetcher::HttpResponse> response) mutable {
    post([this, fetch = std::move(fetch), response = std::move(response)]() mutable {
      take_answer(std::move(fetch), std::move(response));
    });
  });
}

void Upstream::take_answer(std::shared_ptr<PackageFetch> fetch, Result<fetcher::HttpResponse> response) {
  if (!response) return finish_stale(*fetch, std::move(response).error());
  Uplink& uplink = *fetch->uplinks[fetch->next];
  if (response->status == 304 && fetch->cached) {
    CachedPackument renewed = *std::move(fetch->cached);
    renewed.fetched = now();
    store(*fetch, renewed);
    return finish_fresh(*fetch, renewed, fetch->next);
  }
  if (response->status == 404 || response->status == 410 || response->status == 451) {
    fetch->negative_age = std::min(fetch->negative_age, uplink.options().negative_age);
    ++fetch->next;
    return ask_next(std::move(fetch));
  }
  if (response->status != 200) {
    // 401 and 403: the registry's own credential is wrong, which is no statement about the package.
    return finish_stale(*fetch,
                        Error{"E503",
                              fmt::format("uplink {} refused: status {}", uplink.options().name, response->status),
                              "60",
                              {},
                              {}});
  }
  auto accepted = accept_body(*fetch, *response);
  if (!accepted) {
    reporter_.log(LogLevel::kError, "upstream",
                  fmt::format("uplink {}: {}", uplink.options().name, accepted.error().message));
    return finish_stale(*fetch, std::move(accepted).error());
  }
  store(*fetch, *accepted);
  finish_fresh(*fetch, *accepted, fetch->next);
}

Result<CachedPackument> Upstream::accept_body(const PackageFetch& fetch, fetcher::HttpResponse& response) {
  HOIST_CHECK(fetcher::inflate_body(response, fetch.uplinks[fetch.next]->options().max_metadata));
  HOIST_TRY(const Json packument, parse_packument(response.body, fetch.name));
  if (fetch.cached && fetch.cached_from == fetch.next) {
    const auto before = parse_packument(fetch.cached->body, fetch.name);
    const auto changed = before ? find_changed_integrity(*before, packument) : std::nullopt;
    if (changed) {
      return fail("EUPSTREAM",
                  fmt::format("the integrity of {}@{} has changed; the old packument is kept", fetch.name, *changed));
    }
  }
  return CachedPackument{.etag = std::string(response.headers.get("etag")),
                         .last_modified = std::string(response.headers.get("last-modified")),
                         .fetched = now(),
                         .body = std::move(response.body)};
}

void Upstream::finish_stale(const PackageFetch& fetch, Error error) {
  if (!fetch.cached) {
    if (error.code != "E503") error = Error{"E503", error.message, "60", {}, {}};
    package_flights_.finish(fetch.name, std::unexpected(std::move(error)));
    return;
  }
  reporter_.log(LogLevel::kWarn, "upstream", fmt::format("serving {} from the cache: {}", fetch.name, error.message));
  package_flights_.finish(fetch.name, make_answer(*fetch.uplinks[fetch.cached_from], fetch.name, *fetch.cached));
}

void Upstream::store(const PackageFetch& fetch, const CachedPackument& packument) {
  const std::string& uplink = fetch.uplinks[fetch.next]->options().name;
  // Not being able to cache is no reason not to answer.
  if (const auto stored = cache_.store_packument(uplink, fetch.name, packument); !stored) {
    reporter_.log(LogLevel::kWarn, "upstream", stored.error().message);
  }
}

void Upstream::finish_fresh(const PackageFetch& fetch, const CachedPackument& packument, std::size_t from) {
  const Uplink& uplink = *fetch.uplinks[from];
  const auto answer = make_answer(uplink, fetch.name, packument);
  if (answer) views_.store(*answer, packument.fetched + uplink.options().max_age);
  package_flights_.finish(fetch.name, answer);
}

Upstream::PackageAnswer Upstream::make_answer(const Uplink& uplink, const std::string& name,
                                              const CachedPackument& packument) {
  HOIST_TRY(Json json, parse_packument(packument.body, name));
  const ViewOptions options{.public_url = options_.public_url, .filters = {&filter_, &uplink.filter()}, .now = now()};
  return std::make_shared<const ProxiedPackage>(make_view(std::move(json), name, options));
}

}  // namespace hoist::registry
