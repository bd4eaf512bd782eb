#pragma once
/// What a disk will not do on request: lose what was not synced, as in a power failure, and be full. For tests; nothing
/// at all in a release build.

#include <string>

namespace hoist::registry::power_loss {

#ifdef HOIST_FAULT_POINTS
/// From now on the process remembers what is not on the disk yet; databases must be opened after this. There is no way
/// back: meant for a forked child that is going to die.
void arm();
/// About to change the file; it may not exist yet.
void before_write(const std::string& path);
void after_sync(const std::string& path);
/// A new name in its directory: a file, a folder, or the target of a rename.
void after_create(const std::string& path);
void after_directory_sync(const std::string& directory);
/// Undoes whatever was not synced. Called right before the process is killed.
void cut();
/// After arm(): from the n-th write on, counting from here, there is no room on the disk; 0: there is room again.
void fill_disk_at(unsigned long write);
/// Counts a write; true when it must fail.
bool is_disk_full();
#else
inline bool is_disk_full() { return false; }
inline void before_write(const std::string& /*path*/) {}
inline void after_sync(const std::string& /*path*/) {}
inline void after_create(const std::string& /*path*/) {}
inline void after_directory_sync(const std::string& /*directory*/) {}
#endif

}  // namespace hoist::registry::power_loss
