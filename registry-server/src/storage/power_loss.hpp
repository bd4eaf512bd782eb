#pragma once
/// What a power failure would leave: everything that was not synced is taken back. For tests; nothing at all in a
/// release build.

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
#else
inline void before_write(const std::string& /*path*/) {}
inline void after_sync(const std::string& /*path*/) {}
inline void after_create(const std::string& /*path*/) {}
inline void after_directory_sync(const std::string& /*directory*/) {}
#endif

}  // namespace hoist::registry::power_loss
