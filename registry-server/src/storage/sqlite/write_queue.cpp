#include "storage/sqlite/write_queue.hpp"

#include "storage/fault_point.hpp"

namespace hoist::registry::sqlite {

WriteQueue::WriteQueue(std::unique_ptr<Database> database, std::function<void()> after_commit)
    : database_(std::move(database)), after_commit_(std::move(after_commit)) {}

Result<void> WriteQueue::enqueue(Job job) {
  Ticket ticket{.job = std::move(job), .result = {}};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&ticket);
  changed_.wait(lock, [&] { return ticket.is_done || !has_leader_; });
  if (ticket.is_done) return std::move(ticket.result);
  // Nobody commits right now: this caller does, for all who wait.
  has_leader_ = true;
  std::deque<Ticket*> batch;
  batch.swap(waiting_);
  lock.unlock();
  commit_batch(batch);
  lock.lock();
  for (Ticket* finished : batch) finished->is_done = true;
  has_leader_ = false;
  changed_.notify_all();
  return std::move(ticket.result);
}

void WriteQueue::commit_batch(std::deque<Ticket*>& batch) {
  const Result<void> committed = run_batch(batch);
  if (committed) {
    after_commit_();
    return;
  }
  if (database_->in_transaction()) (void)database_->run_script("ROLLBACK");
  for (Ticket* ticket : batch) {
    if (ticket->result) ticket->result = committed;
  }
}

Result<void> WriteQueue::run_batch(std::deque<Ticket*>& batch) {
  HOIST_CHECK(database_->execute("BEGIN IMMEDIATE"));
  for (Ticket* ticket : batch) {
    ticket->result = run_one(*ticket);
    // A full disk makes SQLite undo the whole transaction: nobody in it has been served.
    if (!database_->in_transaction()) return ticket->result;
  }
  fault_point("metadata.before-commit");
  HOIST_CHECK(database_->execute("COMMIT"));
  fault_point("metadata.after-commit");
  return {};
}

Result<void> WriteQueue::run_one(Ticket& ticket) {
  HOIST_CHECK(database_->execute("SAVEPOINT job"));
  Result<void> result = ticket.job(*database_);
  if (!result && database_->in_transaction()) HOIST_CHECK(database_->execute("ROLLBACK TO job"));
  if (database_->in_transaction()) HOIST_CHECK(database_->execute("RELEASE job"));
  return result;
}

}  // namespace hoist::registry::sqlite
