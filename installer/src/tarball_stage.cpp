#include "tarball_stage.hpp"

#include <memory>

namespace hoist::installer {

TarballStage::TarballStage(Store& store, package::TarballSource& source, ThreadPool& pool, Reporter& reporter,
                           unsigned max_in_flight)
    : store_(store), source_(source), pool_(pool), reporter_(reporter), max_in_flight_(std::max(max_in_flight, 1U)) {}

void TarballStage::run(const std::vector<TarballJob>& jobs, const Ready& ready) {
  jobs_ = &jobs;
  ready_ = &ready;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock,
                    [&] { return stopped_ || (in_flight_ < max_in_flight_ && waiting_bytes_ < kMaxWaitingBytes); });
      if (stopped_) break;
      ++in_flight_;
      ++under_way_;
    }
    // Without the lock: a source may answer before fetch returns.
    source_.fetch(jobs[job].request,
                  [this, job](Result<package::Tarball> tarball) { arrived(job, std::move(tarball)); });
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return under_way_ == 0; });
}

/// On a thread of the source: hands over and returns.
void TarballStage::arrived(std::size_t job, Result<package::Tarball> tarball) {
  {
    const std::scoped_lock lock(mutex_);
    --in_flight_;
    if (tarball) waiting_bytes_ += tarball->bytes.size();
  }
  changed_.notify_all();
  pool_.post([this, job, tarball = std::move(tarball)]() mutable { unpack(job, std::move(tarball)); });
}

void TarballStage::unpack(std::size_t job, Result<package::Tarball> tarball) {
  Result<const StoredPackage*> package = nullptr;
  std::uint64_t bytes = 0;
  if (tarball) {
    bytes = tarball->bytes.size();
    Store::Writer writer = take_writer();
    package = writer.add(*tarball, (*jobs_)[job].alias);
    give_back(std::move(writer));
    tarball->bytes = std::string();  // the window counts it as gone
  } else {
    package = std::unexpected(std::move(tarball).error());
  }
  const bool good = package.has_value();
  const bool go_on = (*ready_)(job, std::move(package));
  Progress progress{Progress::Stage::kFetch, 0, jobs_->size(), 0};
  {
    const std::scoped_lock lock(mutex_);
    waiting_bytes_ -= bytes;
    if (good) {
      ++fetched_;
      fetched_bytes_ += bytes;
    }
    progress.done = fetched_;
    progress.bytes = fetched_bytes_;
    stopped_ = stopped_ || !go_on;
  }
  reporter_.progress(progress);
  // Notified under the lock: run() may return, and this object end, as soon as the count is seen to be zero.
  const std::scoped_lock lock(mutex_);
  --under_way_;
  changed_.notify_all();
}

Store::Writer TarballStage::take_writer() {
  const std::scoped_lock lock(mutex_);
  if (writers_.empty()) return Store::Writer(store_);
  Store::Writer writer = std::move(writers_.back());
  writers_.pop_back();
  return writer;
}

void TarballStage::give_back(Store::Writer writer) {
  const std::scoped_lock lock(mutex_);
  writers_.push_back(std::move(writer));
}

}  // namespace hoist::installer
