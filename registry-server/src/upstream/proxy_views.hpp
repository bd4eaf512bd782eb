#pragma once
/// The views of proxied packages that were asked for lately, in memory.

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "upstream/proxied_package.hpp"

namespace hoist::registry {

/// Thread safe. Beyond `max_bytes` the least recently used go.
class ProxyViews {
 public:
  explicit ProxyViews(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// nullptr when it is not there, is older than its freshness, or shows less than it should by now.
  [[nodiscard]] std::shared_ptr<const ProxiedPackage> find_fresh(std::string_view name, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(name);
    if (found == entries_.end()) return nullptr;
    const Entry& entry = found->second;
    if (now >= entry.fresh_until || (entry.view->valid_until && now >= *entry.view->valid_until)) return nullptr;
    order_.splice(order_.begin(), order_, entry.position);
    return entry.view;
  }

  void store(std::shared_ptr<const ProxiedPackage> view, Time fresh_until) {
    const std::lock_guard lock(mutex_);
    erase(view->name);
    order_.push_front(view->name);
    bytes_ += weight(*view);
    const std::string name = view->name;
    entries_.emplace(name, Entry{std::move(view), fresh_until, order_.begin()});
    while (bytes_ > max_bytes_ && entries_.size() > 1) erase(std::string(order_.back()));
  }

 private:
  struct Entry {
    std::shared_ptr<const ProxiedPackage> view;
    Time fresh_until{};
    std::list<std::string>::iterator position;
  };
  static std::size_t weight(const ProxiedPackage& view) {
    constexpr std::size_t per_tarball = 400;
    // Compressed forms come later and are smaller; a factor for them is near enough.
    return (view.full->size() + view.abbreviated->size()) * 3 / 2 + view.tarballs.size() * per_tarball;
  }
  void erase(const std::string& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    bytes_ -= weight(*found->second.view);
    order_.erase(found->second.position);
    entries_.erase(found);
  }

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<std::string> order_;  // most recently used first
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace hoist::registry
