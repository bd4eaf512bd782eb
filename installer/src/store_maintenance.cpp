// list, verify, prune and clean: what `hoist cache` and `hoist store` call, never an install.
#include <dirent.h>
#include <libdeflate.h>

#include <algorithm>
#include <memory>

#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "store_state.hpp"

namespace hoist::installer {
namespace {

std::string label(const StoredPackage& package) { return fmt::format("{}@{}", package.name, package.version); }

/// Empty when the file is as recorded, else what is wrong with it.
std::string check_file(int directory, const StoredFile& file, std::vector<char>& buffer) {
  const UniqueFd fd(::openat(directory, file.path.data(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return errno == ENOENT ? "is missing" : "cannot be read";
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return "is no file";
  if (static_cast<std::uint64_t>(status.st_size) != file.size) return "has another size";
  std::uint32_t crc = 0;
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return "cannot be read";
    if (got == 0) break;
    crc = libdeflate_crc32(crc, buffer.data(), static_cast<std::size_t>(got));
  }
  return crc == file.crc ? "" : "has other content";
}

bool parse_key(std::string_view name, StoreKey& key) {
  std::string raw;
  if (!hex_decode(name, raw) || raw.size() != key.bytes.size() || hex_encode(raw) != name) return false;
  std::copy(raw.begin(), raw.end(), key.bytes.begin());
  return true;
}

/// The keys of all directories, known to the index or not.
std::vector<StoreKey> directories_on_disk(int packages) {
  std::vector<StoreKey> keys;
  const int fd = ::openat(packages, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = fd < 0 ? nullptr : ::fdopendir(fd);
  if (stream == nullptr) {
    if (fd >= 0) ::close(fd);
    return keys;
  }
  StoreKey key;
  while (const dirent* entry = ::readdir(stream))
    if (parse_key(entry->d_name, key)) keys.push_back(key);
  ::closedir(stream);
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::unexpected<Error> needs_exclusive() {
  return fail("ESTOREBUSY", "removing packages needs the store opened exclusively");
}

}  // namespace

Result<std::vector<StoreEntry>> Store::list() {
  std::vector<StoreEntry> entries;
  for (const StoreKey& key : directories_on_disk(packages_fd()))
    if (const StoredPackage* package = state_->find(key))
      entries.push_back(
          {key, std::string(package->name), std::string(package->version), package->size, package->file_count});
  std::sort(entries.begin(), entries.end(), [](const StoreEntry& a, const StoreEntry& b) {
    if (const int order = locale_compare(a.name, b.name); order != 0) return order < 0;
    if (const int order = locale_compare(a.version, b.version); order != 0) return order < 0;
    return a.key < b.key;
  });
  return entries;
}

Result<StoreVerifyReport> Store::verify(bool repair) {
  if (repair && !state_->options.exclusive) return needs_exclusive();
  StoreVerifyReport report;
  std::vector<StoreKey> damaged;
  std::vector<char> buffer(256U << 10U);
  const std::vector<StoreKey> present = directories_on_disk(packages_fd());
  for (const StoreKey& key : present) {
    const StoredPackage* package = state_->find(key);
    if (package == nullptr) {
      report.problems.push_back({"", key, "", "cannot be read"});
      damaged.push_back(key);
      continue;
    }
    ++report.packages;
    const UniqueFd directory(::openat(packages_fd(), package->directory.c_str(), kOpenDirectory | O_NOFOLLOW));
    bool sound = true;
    package->for_each_file([&](const StoredFile& file) {
      ++report.files;
      report.bytes += file.size;
      const std::string reason = check_file(directory.get(), file, buffer);
      if (reason.empty()) return;
      sound = false;
      report.problems.push_back({label(*package), key, std::string(file.path), reason});
    });
    if (!sound) damaged.push_back(key);
  }
  std::vector<StoreKey> missing;  // records without a directory: dropped without ado
  for (const StoreKey& key : state_->index.keys()) {
    if (std::binary_search(present.begin(), present.end(), key)) continue;
    const StoredPackage* package = state_->index.find(key);
    report.problems.push_back({package != nullptr ? label(*package) : "", key, "", "is missing"});
    missing.push_back(key);
  }
  if (!repair) return report;
  damaged.insert(damaged.end(), missing.begin(), missing.end());
  if (!damaged.empty()) HOIST_CHECK(drop(damaged));
  report.removed = damaged.size();
  remove_leftovers();
  return report;
}

/// The index forgets first, then each directory leaves by rename: whenever this is killed, no record leads to a
/// directory that is being emptied, and no half-emptied directory bears a package's name.
Result<void> Store::drop(const std::vector<StoreKey>& keys) {
  HOIST_CHECK(state_->index.rewrite_without(keys));
  HOIST_TRY(const int session, state_->session_fd());
  for (const StoreKey& key : keys) {
    const std::string name = key.hex();
    if (::renameat(packages_fd(), name.c_str(), session, name.c_str()) != 0) {
      if (errno == ENOENT) continue;
      return fail_errno("cannot remove", root() / "p" / name);
    }
    remove_tree_at(session, name.c_str());
  }
  return {};
}

Result<StoreRemoval> Store::prune() {
  if (!state_->options.exclusive) return needs_exclusive();
  StoreRemoval removal;
  std::vector<StoreKey> unused;
  for (const StoreKey& key : directories_on_disk(packages_fd())) {
    const StoredPackage* package = state_->find(key);
    bool linked = false;
    if (package != nullptr) {
      const UniqueFd directory(::openat(packages_fd(), package->directory.c_str(), kOpenDirectory | O_NOFOLLOW));
      package->for_each_file([&](const StoredFile& file) {
        struct stat status{};
        linked = linked || (::fstatat(directory.get(), file.path.data(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                            status.st_nlink > 1);
      });
      if (linked) continue;
      removal.bytes += package->size;
    }
    ++removal.packages;
    unused.push_back(key);
  }
  if (!unused.empty()) HOIST_CHECK(drop(unused));
  remove_leftovers();
  return removal;
}

Result<StoreRemoval> Store::clean() {
  if (!state_->options.exclusive) return needs_exclusive();
  StoreRemoval removal;
  std::vector<StoreKey> all = directories_on_disk(packages_fd());
  removal.packages = all.size();
  for (const StoreKey& key : all)
    if (const StoredPackage* package = state_->index.find(key)) removal.bytes += package->size;
  for (const StoreKey& key : state_->index.keys()) all.push_back(key);
  HOIST_CHECK(drop(all));
  remove_leftovers();
  return removal;
}

}  // namespace hoist::installer
