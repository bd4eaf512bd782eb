#pragma once
/// Making the target of a bin link runnable.

#include <filesystem>

#include "hoist/base/result.hpp"

namespace hoist::installer {

/// npm's fix-bin: executable for all, and a first line that does not end in CR LF. A file with several links is
/// replaced by a copy before it changes: its inode is the store's, and every other project's. A target that is a link
/// itself, or no file, is left alone.
[[nodiscard]] Result<void> fix_bin_file(const std::filesystem::path& file);

}  // namespace hoist::installer
