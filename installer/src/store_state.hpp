#pragma once
/// What a Store is made of; shared by the files that implement it.

#include <atomic>
#include <mutex>

#include "hoist/installer/store.hpp"
#include "posix.hpp"
#include "store_index.hpp"

namespace hoist::installer {

struct Store::State {
  State(std::filesystem::path directory, StoreOptions given)
      : root(std::move(directory)), options(given), index(root) {}

  [[nodiscard]] const StoredPackage* find(const StoreKey& key);
  Result<int> session_fd();

  std::filesystem::path root;
  StoreOptions options;
  UniqueFd lock, packages, temporary;
  StoreIndex index;
  std::mutex session_mutex;
  UniqueFd session;
  std::string session_name;
  std::atomic<unsigned> next_temporary{0};
  std::once_flag cleaned;
};

}  // namespace hoist::installer
