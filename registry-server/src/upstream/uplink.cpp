#include "upstream/uplink.hpp"

#include "upstream/location_guard.hpp"

namespace hoist::registry {
namespace {

constexpr int kMaxHops = 5;

fetcher::HttpOptions http_options(const UplinkOptions& options) {
  fetcher::HttpOptions http;
  http.fetch_timeout = options.timeout;
  // One more try for a connection that was lost; more would keep clients waiting who retry themselves.
  http.retry = {.retries = 1,
                .factor = 1,
                .min_timeout = std::chrono::milliseconds(100),
                .max_timeout = std::chrono::milliseconds(1000)};
  http.tls.strict_ssl = options.strict_ssl;
  http.tls.cafile = options.ca;
  return http;
}

std::uint32_t seed_of(std::string_view name) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(name)) ^
         static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}
bool is_failure(int status) { return status == 408 || status == 420 || status == 429 || status >= 500; }
/// The upstream works; what it sent does not.
bool is_bad_content(std::string_view code) {
  return code == "EINTEGRITY" || code == "EBADSIZE" || code == "EBADENCODING" || code == "EUPSTREAM";
}

}  // namespace

Uplink::Uplink(UplinkOptions options, VersionFilter filter, const Clock& clock, Reporter& reporter)
    : options_(std::move(options)),
      filter_(std::move(filter)),
      url_(Url::parse(options_.url).value_or(Url{})),
      reporter_(reporter),
      breaker_(
          {.max_failures = options_.max_failures, .open_time = options_.fail_timeout, .seed = seed_of(options_.name)},
          clock),
      http_(std::make_unique<fetcher::HttpClient>(http_options(options_), reporter)) {}

fetcher::HttpRequest Uplink::to_http(const UplinkRequest& request) const {
  fetcher::HttpRequest http;
  http.method = request.method;
  http.url = request.url.to_string();
  http.headers = request.headers;
  http.body = request.body;
  http.deadline = options_.timeout;
  http.follow_redirects = false;
  http.accept_gzip = !request.is_tarball;
  // The caller inflates, on a thread that may take its time.
  http.raw_body = true;
  http.max_body = request.max_body;
  http.expected = request.expected;
  for (const auto& [name, value] : options_.headers) http.headers.set(name, value);
  if (!options_.authorization.empty() && may_send_credential(options_, request.url)) {
    http.headers.set("authorization", options_.authorization);
  }
  return http;
}

void Uplink::send(UplinkRequest request, Callback done) {
  if (const auto wait = breaker_.blocked()) {
    done(fail("E503", fmt::format("uplink {} is down", options_.name), fmt::format("{}", wait->count())));
    return;
  }
  send_hop(std::move(request), 0, std::move(done));
}

void Uplink::send_hop(UplinkRequest request, int hop, Callback done) {
  fetcher::HttpRequest http = to_http(request);
  auto answer = [this, hop, request = std::move(request),
                 done = std::move(done)](Result<fetcher::HttpResponse> response) mutable {
    if (!response || !is_redirect(response->status)) return finish(std::move(response), done);
    auto target = hop < kMaxHops ? check_redirect(options_, request.url, response->headers.get("location"))
                                 : Result<Url>(fail("EUPSTREAM", "too many redirects"));
    if (!target) {
      reporter_.log(LogLevel::kWarn, "upstream", target.error().message);
      return finish(std::unexpected(std::move(target).error()), done);
    }
    request.url = *std::move(target);
    send_hop(std::move(request), hop + 1, std::move(done));
  };
  {
    const std::lock_guard lock(mutex_);
    if (http_) {
      http_->send(std::move(http), std::move(answer));
      return;
    }
  }
  answer(fail("ECANCELED", "the server is stopping"));
}

void Uplink::stop() {
  std::unique_ptr<fetcher::HttpClient> ending;
  {
    const std::lock_guard lock(mutex_);
    ending = std::move(http_);
  }
  // Outside the lock: what ends with it may want to send again.
  ending.reset();
}

void Uplink::finish(Result<fetcher::HttpResponse> response, Callback& done) {
  if (!response && response.error().code == "ECANCELED") {
    breaker_.abandoned();
    return done(std::move(response));
  }
  const bool works = response ? !is_failure(response->status) : is_bad_content(response.error().code);
  if (works) {
    breaker_.succeeded();
    return done(std::move(response));
  }
  breaker_.failed();
  const std::string why = response ? fmt::format("status {}", response->status) : response.error().message;
  reporter_.log(LogLevel::kWarn, "upstream", fmt::format("uplink {}: {}", options_.name, why));
  // What went wrong may name internal hosts: that is for the log, not for clients.
  done(fail("E503", fmt::format("uplink {} does not answer", options_.name), "5"));
}

}  // namespace hoist::registry
