#include "hoist/fetcher/http_client.hpp"

#include <csignal>

#include <boost/asio/post.hpp>
#include <condition_variable>

#include "hoist/base/text.hpp"
#include "http_client_impl.hpp"
#include "network_error.hpp"

namespace hoist::fetcher {
namespace asio = boost::asio;

namespace {

/// Blocks all signals for as long as it lives, so that a thread started meanwhile leaves them to the main thread
/// (and a lost peer is an error code, not SIGPIPE).
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

HttpClient::HttpClient(HttpOptions options, Reporter& reporter)
    : impl_(std::make_unique<Impl>(std::move(options), reporter)) {}

HttpClient::~HttpClient() = default;

HttpClient::RequestId HttpClient::send(HttpRequest request, Callback done) {
  return impl_->send(std::move(request), std::move(done));
}

void HttpClient::cancel(RequestId id) { impl_->cancel(id); }

void HttpClient::hurry(RequestId id) { impl_->hurry(id); }

Result<HttpResponse> HttpClient::perform(HttpRequest request) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<Result<HttpResponse>> answer;
  const bool inflate = !request.raw_body;
  const std::uint64_t limit = request.max_inflated;
  request.raw_body = true;  // inflated on this thread instead of the I/O thread
  request.priority = Priority::kUrgent;
  send(std::move(request), [&](Result<HttpResponse> result) {
    // Notified under the lock: the waiter destroys the condition variable as soon as it may.
    const std::lock_guard lock(mutex);
    answer.emplace(std::move(result));
    arrived.notify_one();
  });
  std::unique_lock lock(mutex);
  arrived.wait(lock, [&] { return answer.has_value(); });
  if (answer->has_value() && inflate) HOIST_CHECK(inflate_body(**answer, limit));
  return *std::move(answer);
}

HttpClient::Impl::Impl(HttpOptions options, Reporter& reporter) : options_(std::move(options)), reporter_(reporter) {}

HttpClient::Impl::~Impl() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] { stop(); });
  thread_.join();
}

HttpClient::RequestId HttpClient::Impl::send(HttpRequest request, Callback done) {
  auto job = std::make_unique<Job>();
  job->id = next_id_.fetch_add(1, std::memory_order_relaxed);
  job->request = std::move(request);
  job->done = std::move(done);
  const RequestId id = job->id;
  start_thread();
  asio::post(io_, [this, job = std::move(job)]() mutable { accept(std::move(job)); });
  return id;
}

void HttpClient::Impl::cancel(RequestId id) {
  asio::post(io_, [this, id] {
    if (Job* job = find(id)) abort(*job, canceled(job->request.url));
  });
}

void HttpClient::Impl::hurry(RequestId id) {
  asio::post(io_, [this, id] {
    Job* job = find(id);
    if (job == nullptr || job->origin == nullptr || job->attempt != nullptr) return;
    Origin& origin = *job->origin;
    if (origin.waiting.erase({job->request.priority, id}) == 0) return;
    job->request.priority = Priority::kUrgent;
    origin.waiting.emplace(std::pair{job->request.priority, id}, job);
  });
}

void HttpClient::Impl::start_thread() {
  const std::lock_guard lock(thread_mutex_);
  if (thread_.joinable()) return;
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

void HttpClient::Impl::run() {
  if (const Result<CurlApi>& api = curl_api()) {
    tls_ = read_tls_material(options_.tls, api->ca_bundle, reporter_);
    curl_ = std::make_unique<CurlLoop>(io_, *api, 128L, [this](CURL* easy, CURLcode code) { on_done(easy, code); });
  }
  io_.run();
}

void HttpClient::Impl::stop() {
  stopped_ = true;
  while (!jobs_.empty()) {
    Job& job = *jobs_.begin()->second;
    abort(job, canceled(job.request.url));
  }
  silence_timer_.cancel();
  if (curl_ != nullptr) {
    for (CURL* easy : spare_handles_) curl_api()->easy_cleanup(easy);
    spare_handles_.clear();
    curl_.reset();
  }
  guard_.reset();
}

HttpClient::Impl::Job* HttpClient::Impl::find(RequestId id) {
  const auto found = jobs_.find(id);
  return found != jobs_.end() ? found->second.get() : nullptr;
}

}  // namespace hoist::fetcher
