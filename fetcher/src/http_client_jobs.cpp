#include <boost/asio/post.hpp>

#include "hoist/base/text.hpp"
#include "http_client_impl.hpp"
#include "network_error.hpp"

namespace hoist::fetcher {
namespace asio = boost::asio;

namespace {

/// A request that changed origin must not carry these: they are for the server they were made for.
constexpr std::array<std::string_view, 6> kCredentialHeaders{"authorization", "cookie",        "npm-otp",
                                                             "npm-session",   "npm-auth-type", "proxy-authorization"};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Credentials may follow to the same host and port, and from a scheme's default port to https's.
bool may_share_credentials(const Url& from, const Url& to) {
  if (from.host != to.host) return false;
  if (from.scheme == to.scheme) return from.port == to.port;
  return from.scheme == "http" && from.port == 80 && to.scheme == "https" && to.port == 443;
}

bool is_plain(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Error header_error(const Url& url, std::string_view name) {
  return Error{
      "EINVALIDHEADER",
      fmt::format("request to {} has a header with a line break or NUL: {}", redact(url.to_string()), printable(name)),
      {},
      {},
      {}};
}

bool is_method(std::string_view method) {
  return !method.empty() && std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

void HttpClient::Impl::accept(std::unique_ptr<Job> owned) {
  Job& job = *owned;
  jobs_.emplace(job.id, std::move(owned));
  if (stopped_) return complete(job, std::unexpected(canceled(job.request.url)));
  if (curl_ == nullptr) return complete(job, std::unexpected(curl_api().error()));
  if (auto ready = prepare(job); !ready) return complete(job, std::unexpected(std::move(ready).error()));
  set_deadline(job);
  enqueue(job);
  watch_silence();
}

Result<void> HttpClient::Impl::prepare(Job& job) {
  HOIST_TRY(job.url, Url::parse(job.request.url));
  if (!is_method(job.request.method)) return fail("EINVALIDMETHOD", "the HTTP method is no word of capital letters");
  for (const auto& [name, value] : job.request.headers.fields()) {
    if (!is_plain(name) || !is_plain(value) || name.empty()) return std::unexpected(header_error(job.url, name));
  }
  job.headers = job.request.headers;
  if (!job.url.username.empty() && job.headers.find("authorization") == nullptr) {
    std::string user;
    std::string password;
    if (!percent_decode(job.url.username, user)) user = job.url.username;
    if (!percent_decode(job.url.password, password)) password = job.url.password;
    job.headers.add("authorization", "Basic " + base64_encode(user + ":" + password));
  }
  return {};
}

void HttpClient::Impl::set_deadline(Job& job) {
  if (job.request.deadline <= std::chrono::milliseconds(0)) return;
  job.deadline = std::make_unique<asio::steady_timer>(io_, job.request.deadline);
  job.deadline->async_wait([this, id = job.id](const boost::system::error_code& error) {
    if (error) return;
    if (Job* late = find(id)) {
      abort(*late, network_error(late->url, "ETIMEDOUT",
                                 fmt::format("network timeout after {} ms", late->request.deadline.count())));
    }
  });
}

void HttpClient::Impl::enqueue(Job& job) {
  Origin& origin = origins_[job.url.origin()];
  job.origin = &origin;
  origin.waiting.emplace(std::pair{job.request.priority, job.id}, &job);
  pump(origin);
}

void HttpClient::Impl::leave(Job& job) {
  if (job.origin == nullptr) return;
  Origin& origin = *job.origin;
  job.origin = nullptr;
  if (origin.waiting.erase({job.request.priority, job.id}) == 0) --origin.active;
}

void HttpClient::Impl::pump(Origin& origin) {
  const unsigned limit = std::max(1U, origin.multiplexed ? options_.max_streams : options_.max_sockets);
  while (!origin.waiting.empty() && origin.active < limit) {
    Job& job = *origin.waiting.begin()->second;
    origin.waiting.erase(origin.waiting.begin());
    ++origin.active;
    begin(job);
  }
}

void HttpClient::Impl::begin(Job& job) {
  const CurlApi& api = *curl_api();
  CURL* easy = nullptr;
  if (spare_handles_.empty()) {
    easy = api.easy_init();
  } else {
    easy = spare_handles_.back();
    spare_handles_.pop_back();
  }
  job.attempt =
      std::make_unique<Attempt>(AttemptContext{api, options_, tls_}, easy, job.request, job.url, job.headers, &job);
  curl_->add(easy);
}

void HttpClient::Impl::end_attempt(Job& job) {
  CURL* const easy = job.attempt->handle();
  job.attempt.reset();
  curl_api()->easy_reset(easy);
  spare_handles_.push_back(easy);
}

void HttpClient::Impl::on_done(CURL* easy, CURLcode code) {
  void* tag = nullptr;
  curl_api()->easy_getinfo(easy, CURLINFO_PRIVATE, &tag);
  Job& job = *static_cast<Job*>(tag);
  Origin& origin = *job.origin;
  origin.multiplexed = origin.multiplexed || job.attempt->multiplexed();
  const bool streamed = job.attempt->streamed();
  Result<HttpResponse> result = job.attempt->finish(code);
  end_attempt(job);
  leave(job);
  if (!result && streamed && job.request.on_restart) job.request.on_restart();
  settle(job, std::move(result));
  pump(origin);
}

void HttpClient::Impl::settle(Job& job, Result<HttpResponse> result) {
  if (redirect(job, result) || retry(job, result)) return;
  if (result) {
    result->attempts = job.tries;
    log_answer(job, *result);
    if (!job.request.raw_body && !job.request.on_body) {
      if (auto inflated = inflate_body(*result, job.request.max_inflated); !inflated) {
        result = std::unexpected(std::move(inflated).error());
      }
    }
  }
  complete(job, std::move(result));
}

bool HttpClient::Impl::redirect(Job& job, Result<HttpResponse>& result) {
  if (!result || !job.request.follow_redirects || !is_redirect(result->status)) return false;
  const std::string shown = printable(redact(job.url.to_string()));
  const std::string* location = result->headers.find("location");
  if (location == nullptr) {
    result = fail("EINVALIDREDIRECT", fmt::format("redirect location header missing for: {}", shown));
    return false;
  }
  if (job.redirects >= options_.max_redirects) {
    result = fail("EMAXREDIRECT", fmt::format("maximum redirect reached at: {}", shown));
    return false;
  }
  auto target = job.url.resolve(*location);
  if (!target) {
    result = fail_from(std::move(target).error(), fmt::format("following the redirect from {}", shown));
    return false;
  }
  if (!may_share_credentials(job.url, *target)) {
    for (const std::string_view name : kCredentialHeaders) job.headers.remove(name);
    job.request.client_certificate.reset();
  }
  const bool becomes_get = result->status == 303
                               ? job.request.method != "HEAD"
                               : job.request.method == "POST" && (result->status == 301 || result->status == 302);
  if (becomes_get) {
    job.request.method = "GET";
    job.request.body.clear();
    job.headers.remove("content-type");
    job.headers.remove("content-encoding");
  }
  ++job.redirects;
  job.url = *std::move(target);
  enqueue(job);
  return true;
}

bool HttpClient::Impl::retry(Job& job, const Result<HttpResponse>& result) {
  if (!job.request.retry) return false;
  const std::string shown = printable(redact(job.url.to_string()));
  if (!result && result.error().code == "EINTEGRITY" && !job.integrity_retried) {
    // npm fetches a tarball with a wrong hash once more, without pause: a cache in between may have been stale.
    job.integrity_retried = true;
    job.headers.set("cache-control", "no-cache");
    reporter_.log(LogLevel::kWarn, "tarball", fmt::format("data of {} seems to be corrupted. Trying again.", shown));
    ++job.tries;
    enqueue(job);
    return true;
  }
  AttemptOutcome outcome;
  if (result) {
    outcome.status = result->status;
    outcome.retry_after = parse_retry_after(result->headers.get("retry-after"), std::chrono::system_clock::now());
  } else {
    outcome.error_code = result.error().code;
  }
  const auto pause = next_attempt(options_.retry, job.tries, job.request.method, outcome);
  if (!pause) return false;
  reporter_.log(LogLevel::kHttp, "fetch",
                fmt::format("{} {} attempt {} failed with {}", job.request.method, shown, job.tries,
                            result ? std::to_string(result->status) : result.error().code));
  ++job.tries;
  restart_after(job, *pause);
  return true;
}

void HttpClient::Impl::restart_after(Job& job, std::chrono::milliseconds pause) {
  job.pause = std::make_unique<asio::steady_timer>(io_, pause);
  job.pause->async_wait([this, id = job.id](const boost::system::error_code& error) {
    if (error) return;
    Job* paused = find(id);
    if (paused == nullptr) return;
    paused->pause.reset();
    enqueue(*paused);
  });
}

void HttpClient::Impl::abort(Job& job, Error error) {
  Origin* const origin = job.origin;
  if (job.attempt != nullptr) {
    curl_->remove(job.attempt->handle());
    end_attempt(job);
  }
  leave(job);
  complete(job, std::unexpected(std::move(error)));
  if (origin != nullptr && !stopped_) pump(*origin);
}

void HttpClient::Impl::complete(Job& job, Result<HttpResponse> result) {
  const auto found = jobs_.find(job.id);
  const std::unique_ptr<Job> owned = std::move(found->second);
  jobs_.erase(found);
  owned->done(std::move(result));
}

void HttpClient::Impl::watch_silence() {
  if (watching_ || stopped_) return;
  watching_ = true;
  // One timer for all: re-arming one per received piece would cost more than the pieces.
  using std::chrono::milliseconds;
  silence_timer_.expires_after(std::clamp(options_.fetch_timeout / 4, milliseconds(5), milliseconds(1000)));
  silence_timer_.async_wait([this](const boost::system::error_code& error) {
    watching_ = false;
    if (error || stopped_) return;
    const Clock::time_point oldest = Clock::now() - options_.fetch_timeout;
    std::vector<Job*> silent;
    for (auto& [id, job] : jobs_) {
      if (job->attempt != nullptr && job->attempt->last_activity() < oldest) silent.push_back(job.get());
    }
    for (Job* job : silent) {
      const Url url = job->url;
      const bool answered = job->attempt->answered();
      Origin& origin = *job->origin;
      if (job->attempt->streamed() && job->request.on_restart) job->request.on_restart();
      curl_->remove(job->attempt->handle());
      end_attempt(*job);
      leave(*job);
      settle(*job, std::unexpected(answered ? network_error(url, "ERR_SOCKET_TIMEOUT", "Socket timeout")
                                            : network_error(url, "ETIMEDOUT",
                                                            fmt::format("network timeout at: {}", url.to_string()))));
      pump(origin);
    }
    if (!jobs_.empty()) watch_silence();
  });
}

void HttpClient::Impl::log_answer(const Job& job, const HttpResponse& response) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - job.started);
  reporter_.log(LogLevel::kHttp, "fetch",
                fmt::format("{} {} {} {}ms{}", job.request.method, response.status, printable(redact(response.url)),
                            elapsed.count(), job.tries > 1 ? fmt::format(" attempt #{}", job.tries) : ""));
}

}  // namespace hoist::fetcher
