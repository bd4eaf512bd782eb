#pragma once
/// A map that iterates in insertion order and survives changes while it is iterated.
///
/// Arborist's results depend on the iteration order of JavaScript's Map; this container has the same one: setting a key
/// again moves it to the end, entries added during a loop are visited, removed ones are not.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace hoist::resolver {

/// An interned, case-folded package name.
using NameId = std::uint32_t;

template <class T>
class OrderedMap {
 public:
  [[nodiscard]] T* get(NameId key) const {
    if (entries_.size() <= kLinear) {
      for (const Entry& entry : entries_)
        if (entry.value != nullptr && entry.key == key) return entry.value;
      return nullptr;
    }
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : entries_[found->second].value;
  }

  void set(NameId key, T* value) {
    erase(key);
    entries_.push_back({key, value});
    ++live_;
    if (entries_.size() == kLinear + 1) {
      for (std::size_t i = 0; i < entries_.size(); ++i)
        if (entries_[i].value != nullptr) index_[entries_[i].key] = i;
    } else if (entries_.size() > kLinear) {
      index_[key] = entries_.size() - 1;
    }
  }

  void erase(NameId key) {
    if (entries_.size() <= kLinear) {
      for (Entry& entry : entries_)
        if (entry.value != nullptr && entry.key == key) {
          entry.value = nullptr;
          --live_;
        }
      return;
    }
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    entries_[found->second].value = nullptr;
    --live_;
    index_.erase(found);
  }

  [[nodiscard]] bool has(NameId key) const { return get(key) != nullptr; }
  /// Where `value` stands in the order under `key`; nullopt when it does not. Comparable within one map only.
  [[nodiscard]] std::optional<std::size_t> position(NameId key, const T* value) const {
    if (entries_.size() <= kLinear) {
      for (std::size_t i = 0; i < entries_.size(); ++i)
        if (entries_[i].value == value && entries_[i].key == key) return i;
      return std::nullopt;
    }
    const auto found = index_.find(key);
    if (found == index_.end() || entries_[found->second].value != value) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return live_; }
  [[nodiscard]] bool empty() const noexcept { return live_ == 0; }

  /// Visits the values in order; `visit` may change the map.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (T* value = entries_[i].value) visit(value);
  }
  /// Stops and returns true at the first value for which `test` holds.
  template <class Test>
  bool any(Test&& test) const {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (T* value = entries_[i].value; value != nullptr && test(value)) return true;
    return false;
  }
  /// The values now, in order.
  [[nodiscard]] std::vector<T*> values() const {
    std::vector<T*> out;
    out.reserve(live_);
    for_each([&](T* value) { out.push_back(value); });
    return out;
  }

 private:
  struct Entry {
    NameId key;
    T* value;  ///< nullptr = removed
  };
  static constexpr std::size_t kLinear = 12;
  std::vector<Entry> entries_;
  std::unordered_map<NameId, std::size_t> index_;
  std::size_t live_ = 0;
};

/// A set of pointers in insertion order; iteration tolerates growth and removal.
template <class T>
class OrderedSet {
 public:
  /// False when it was there already.
  bool add(T* value) {
    if (has(value)) return false;
    if (items_.size() >= kLinear) {
      if (index_.empty())
        for (std::size_t i = 0; i < items_.size(); ++i)
          if (items_[i] != nullptr) index_[items_[i]] = i;
      index_[value] = items_.size();
    }
    items_.push_back(value);
    ++live_;
    return true;
  }
  void erase(T* value) {
    for_position(value, [&](std::size_t i) {
      items_[i] = nullptr;
      --live_;
      index_.erase(value);
      if (live_ == 0 && !iterating_) {
        items_.clear();
        index_.clear();
      }
    });
  }
  [[nodiscard]] bool has(T* value) const {
    bool found = false;
    for_position(value, [&](std::size_t) { found = true; });
    return found;
  }
  [[nodiscard]] std::optional<std::size_t> position(T* value) const {
    std::optional<std::size_t> at;
    for_position(value, [&](std::size_t i) { at = i; });
    return at;
  }
  [[nodiscard]] std::size_t size() const noexcept { return live_; }
  [[nodiscard]] bool empty() const noexcept { return live_ == 0; }

  template <class Visit>
  void for_each(Visit&& visit) const {
    const bool outer = iterating_;
    iterating_ = true;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (T* value = items_[i]) visit(value);
    iterating_ = outer;
  }
  template <class Test>
  bool any(Test&& test) const {
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (T* value = items_[i]; value != nullptr && test(value)) return true;
    return false;
  }
  [[nodiscard]] std::vector<T*> values() const {
    std::vector<T*> out;
    out.reserve(live_);
    for (T* item : items_)
      if (item != nullptr) out.push_back(item);
    return out;
  }

 private:
  template <class Use>
  void for_position(T* value, Use&& use) const {
    if (!index_.empty()) {
      const auto found = index_.find(value);
      if (found != index_.end()) use(found->second);
      return;
    }
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i] == value) {
        use(i);
        return;
      }
  }

  static constexpr std::size_t kLinear = 16;
  std::vector<T*> items_;
  std::unordered_map<T*, std::size_t> index_;
  std::size_t live_ = 0;
  mutable bool iterating_ = false;
};

}  // namespace hoist::resolver
