#pragma once
/// Small contents that are asked for again and again, in memory. Content-addressed, so that nothing in it goes stale.

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hoist::registry {

/// Thread safe. Forgets what was not asked for the longest when it is full.
class HotBlobs {
 public:
  explicit HotBlobs(std::size_t bytes) : limit_(bytes) {}

  [[nodiscard]] std::shared_ptr<const std::string> find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->content;
  }

  void keep(const std::string& key, std::shared_ptr<const std::string> content) {
    const std::lock_guard lock(mutex_);
    if (content->size() > limit_ / 8 || entries_.contains(key)) return;
    bytes_ += content->size();
    recent_.push_front({key, std::move(content)});
    entries_.emplace(recent_.front().key, recent_.begin());
    while (bytes_ > limit_) {
      bytes_ -= recent_.back().content->size();
      entries_.erase(recent_.back().key);
      recent_.pop_back();
    }
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const std::string> content;
  };
  const std::size_t limit_;
  std::mutex mutex_;
  std::list<Entry> recent_;                                                   ///< most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> entries_;  ///< keys live in `recent_`
  std::size_t bytes_ = 0;
};

}  // namespace hoist::registry
