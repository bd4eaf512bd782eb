#pragma once
/// The I/O thread's side of HttpClient: which requests wait, which run, and what becomes of each attempt.

#include <boost/asio/executor_work_guard.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "attempt.hpp"
#include "curl_loop.hpp"

namespace hoist::fetcher {

/// Members below `io` belong to the I/O thread; the public functions post to it.
class HttpClient::Impl {
 public:
  Impl(HttpOptions options, Reporter& reporter);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  RequestId send(HttpRequest request, Callback done);
  void cancel(RequestId id);
  void hurry(RequestId id);

 private:
  using Clock = std::chrono::steady_clock;
  struct Origin;

  /// One request across its redirects and retries.
  struct Job {
    RequestId id = 0;
    HttpRequest request;
    Callback done;
    Url url;
    Headers headers;
    std::unique_ptr<Attempt> attempt;  ///< while it runs
    Origin* origin = nullptr;          ///< while it waits or runs
    int tries = 1;
    int redirects = 0;
    bool integrity_retried = false;
    Clock::time_point started = Clock::now();
    std::unique_ptr<boost::asio::steady_timer> pause;
    std::unique_ptr<boost::asio::steady_timer> deadline;
  };

  /// Requests to one scheme, host and port.
  struct Origin {
    std::map<std::pair<Priority, RequestId>, Job*> waiting;
    unsigned active = 0;
    bool multiplexed = false;
  };

  void start_thread();
  void run();
  void stop();

  void accept(std::unique_ptr<Job> job);
  Result<void> prepare(Job& job);
  void set_deadline(Job& job);
  void enqueue(Job& job);
  void leave(Job& job);
  void pump(Origin& origin);
  void begin(Job& job);
  void on_done(CURL* easy, CURLcode code);
  void settle(Job& job, Result<HttpResponse> result);
  bool retry(Job& job, const Result<HttpResponse>& result);
  void restart_after(Job& job, std::chrono::milliseconds pause);
  bool redirect(Job& job, Result<HttpResponse>& result);
  void complete(Job& job, Result<HttpResponse> result);
  void end_attempt(Job& job);
  void abort(Job& job, Error error);
  void watch_silence();
  void log_answer(const Job& job, const HttpResponse& response);
  Job* find(RequestId id);

  const HttpOptions options_;
  Reporter& reporter_;
  std::mutex thread_mutex_;
  std::thread thread_;
  std::atomic<RequestId> next_id_{1};

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  boost::asio::steady_timer silence_timer_{io_};
  bool watching_ = false;
  bool stopped_ = false;
  TlsMaterial tls_;
  std::unique_ptr<CurlLoop> curl_;
  std::vector<CURL*> spare_handles_;
  std::map<std::string, Origin> origins_;
  std::unordered_map<RequestId, std::unique_ptr<Job>> jobs_;
};

}  // namespace hoist::fetcher
