#include "hoist/base/thread_pool.hpp"

namespace hoist {

ThreadPool::ThreadPool(unsigned threads)
    : limit_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())) {}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  // A draining job may post another job and so start a thread: the list is final only once all of them have ended.
  for (std::size_t i = 0;; ++i) {
    std::thread* thread = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (i == threads_.size()) break;
      thread = &threads_[i];
    }
    thread->join();
  }
}

void ThreadPool::post(Job job) {
  // Notified under the lock: as soon as the job can run, it may lead to the end of the pool.
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  if (idle_ < jobs_.size() && threads_.size() < limit_ && !(stopping_ && !threads_.empty())) {
    threads_.reserve(limit_);  // the destructor holds pointers into the list
    threads_.emplace_back([this] { run(); });
  }
  wake_.notify_one();
}

void ThreadPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (jobs_.empty()) {
      if (stopping_) return;
      ++idle_;
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      --idle_;
      continue;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it captured is released outside the lock
    lock.lock();
  }
}

}  // namespace hoist
