#pragma once
/// A fixed set of threads for work that would hold up a loop: hashing, inflating, parsing, file writes.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hoist {

/// Jobs start in the order they were posted. Threads are started when the first jobs need them, so that a pool that is
/// never used costs nothing. post() may be called from any thread, a job's own included.
class ThreadPool {
 public:
  using Job = std::move_only_function<void()>;

  /// `threads` = 0 means one per core.
  explicit ThreadPool(unsigned threads = 0);
  /// Runs everything that was posted, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// A job must not let an exception out.
  void post(Job job);
  [[nodiscard]] unsigned size() const noexcept { return limit_; }

 private:
  void run();

  const unsigned limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  unsigned idle_ = 0;
  bool stopping_ = false;
};

}  // namespace hoist
