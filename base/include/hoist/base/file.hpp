#pragma once
/// Files whole: read, written atomically, and paths that must stay inside a directory.

#include <filesystem>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"

namespace hoist {

/// An Error for the current `errno`: code as node names it (`ENOENT`, `EACCES`, `ENOSPC`, …).
[[nodiscard]] Error errno_error(int number, std::string_view doing, const std::filesystem::path& path);

/// The whole file. ENOENT and friends as codes; EFBIG when it is larger than `limit` bytes.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 512U << 20U);

enum class Durability { kFast, kSynced };

/// Writes beside the target and renames over it, so that a reader sees the old or the new content, never a part.
/// Keeps the mode of an existing file, else 0666 & ~umask. A symbolic link is followed, not replaced.
[[nodiscard]] Result<void> atomic_write(const std::filesystem::path& path, std::string_view content,
                                        Durability durability = Durability::kFast);

/// mkdir -p; fine when it exists as a directory.
[[nodiscard]] Result<void> make_directories(const std::filesystem::path& path);

/// rm -rf without following links; fine when nothing is there.
[[nodiscard]] Result<void> remove_all(const std::filesystem::path& path);

/// True for a relative path with forward slashes that cannot leave the directory it is joined to:
/// no empty, `.` or `..` segment, not absolute, no NUL, no backslash, no drive letter.
[[nodiscard]] bool is_safe_relative_path(std::string_view path) noexcept;

}  // namespace hoist
