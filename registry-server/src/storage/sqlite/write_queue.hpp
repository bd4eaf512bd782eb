#pragma once
/// Group commit: writers that come while a commit is under way share the next one, and so one fsync.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "storage/sqlite/database.hpp"

namespace hoist::registry::sqlite {

/// Every job is a transaction of its own as far as its caller can tell: it sees the jobs before it, and its failure
/// undoes nothing but itself. Thread safe.
class WriteQueue {
 public:
  /// `after_commit` runs once per commit, before any caller learns of it.
  WriteQueue(std::unique_ptr<Database> database, std::function<void()> after_commit);

  /// Runs `job` in a transaction; blocks until that is durable or undone.
  template <class T>
  Result<T> run(std::function<Result<T>(Database&)> job) {
    std::optional<Result<T>> answer;
    const Result<void> committed = enqueue([&](Database& database) -> Result<void> {
      answer.emplace(job(database));
      if (!*answer) return std::unexpected(answer->error());
      return {};
    });
    if (!committed) return std::unexpected(committed.error());
    return std::move(*answer);
  }

 private:
  using Job = std::function<Result<void>(Database&)>;
  struct Ticket {
    Job job;
    Result<void> result;
    bool is_done = false;
  };

  Result<void> enqueue(Job job);
  void commit_batch(std::deque<Ticket*>& batch);
  Result<void> run_batch(std::deque<Ticket*>& batch);
  Result<void> run_one(Ticket& ticket);

  std::unique_ptr<Database> database_;
  std::function<void()> after_commit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Ticket*> waiting_;
  bool has_leader_ = false;
};

}  // namespace hoist::registry::sqlite
