#include "storage/power_loss.hpp"

#ifdef HOIST_FAULT_POINTS

#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "hoist/base/file.hpp"

namespace hoist::registry::power_loss {
namespace {

namespace fs = std::filesystem;

/// The content each changed file has on the disk, and the names that no directory on the disk has.
struct Ledger {
  std::mutex mutex;
  std::map<std::string, std::string> durable;
  std::set<std::string> new_names;
};

std::atomic<bool> armed{false};
std::atomic<unsigned long> full_at{0}, writes{0};

Ledger& ledger() {
  static Ledger one;
  return one;
}

/// A file of a database: passes everything on, and notes writes and syncs.
struct TrackedFile {
  sqlite3_file base;
  std::string* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

TrackedFile* tracked(sqlite3_file* file) { return reinterpret_cast<TrackedFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return tracked(file)->real(); }

int close_file(sqlite3_file* file) {
  const int code = real(file)->pMethods->xClose(real(file));
  delete tracked(file)->path;
  return code;
}
int read_file_at(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return real(f)->pMethods->xRead(real(f), to, size, at);
}
int write_file_at(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (is_disk_full()) return SQLITE_FULL;
  before_write(*tracked(f)->path);
  return real(f)->pMethods->xWrite(real(f), from, size, at);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  before_write(*tracked(f)->path);
  return real(f)->pMethods->xTruncate(real(f), size);
}
int sync_file(sqlite3_file* f, int flags) {
  const int code = real(f)->pMethods->xSync(real(f), flags);
  if (code == SQLITE_OK) after_sync(*tracked(f)->path);
  return code;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); }
int lock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock_file(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_lock(sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
int control(sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

const sqlite3_io_methods kMethods = {2,           close_file,  read_file_at,    write_file_at, truncate_file,
                                     sync_file,   file_size,   lock_file,       unlock_file,   check_lock,
                                     control,     sector_size, characteristics, shm_map,       shm_lock,
                                     shm_barrier, shm_unmap,   nullptr,         nullptr};

sqlite3_vfs* system_vfs = nullptr;

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  TrackedFile* own = tracked(file);
  own->base.pMethods = nullptr;
  const int code = system_vfs->xOpen(system_vfs, name, own->real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  own->path = new std::string(name == nullptr ? "" : name);
  own->base.pMethods = &kMethods;
  return code;
}

void write_whole(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
}

}  // namespace

void arm() {
  static sqlite3_vfs vfs;
  system_vfs = sqlite3_vfs_find(nullptr);
  vfs = *system_vfs;
  vfs.zName = "power-loss";
  vfs.szOsFile = static_cast<int>(sizeof(TrackedFile)) + system_vfs->szOsFile;
  vfs.xOpen = open_file;
  vfs.pNext = nullptr;
  sqlite3_vfs_register(&vfs, 1);
  armed = true;
}

void before_write(const std::string& path) {
  if (!armed || path.empty()) return;
  const std::lock_guard lock(ledger().mutex);
  if (ledger().durable.contains(path)) return;
  const auto content = read_file(path);
  ledger().durable.emplace(path, content ? *content : std::string());
}

void after_sync(const std::string& path) {
  if (!armed) return;
  const std::lock_guard lock(ledger().mutex);
  ledger().durable.erase(path);
}

void after_create(const std::string& path) {
  if (!armed) return;
  const std::lock_guard lock(ledger().mutex);
  ledger().new_names.insert(path);
}

void after_directory_sync(const std::string& directory) {
  if (!armed) return;
  const std::lock_guard lock(ledger().mutex);
  std::erase_if(ledger().new_names, [&](const std::string& name) { return fs::path(name).parent_path() == directory; });
}

void fill_disk_at(unsigned long write) {
  full_at = write;
  writes = 0;
}

bool is_disk_full() {
  const unsigned long at = full_at;
  return at != 0 && ++writes >= at;
}

void cut() {
  if (!armed) return;
  const std::lock_guard lock(ledger().mutex);
  for (const auto& [path, content] : ledger().durable) {
    std::error_code error;
    if (fs::exists(path, error)) write_whole(path, content);
    // The index of a write-ahead log lives in memory only.
    if (path.ends_with("-wal")) fs::remove(path.substr(0, path.size() - 4) + "-shm", error);
  }
  for (const std::string& name : ledger().new_names) {
    std::error_code error;
    fs::remove_all(name, error);
  }
}

}  // namespace hoist::registry::power_loss

#endif
