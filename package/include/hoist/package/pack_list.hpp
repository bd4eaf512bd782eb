#pragma once
/// Which files of a folder belong in its package: npm-packlist 11.

#include <filesystem>
#include <string>
#include <vector>

#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"

namespace hoist::package {

struct PackListOptions {
  std::filesystem::path prefix;                   ///< the project's root; empty = unknown
  std::vector<std::filesystem::path> workspaces;  ///< folders of the selected workspaces, absolute
  std::filesystem::path global_ignore_file;       ///< `global-ignore-file`; empty = none
  bool has_workspaces = false;                    ///< the packed folder is itself the root of workspaces
};

/// Paths relative to `folder` (absolute, with a package.json), in the order npm writes them. Bundled dependencies
/// included. ENOENT, EACCES, EJSONPARSE.
[[nodiscard]] Result<std::vector<std::string>> pack_list(const std::filesystem::path& folder,
                                                         const PackListOptions& options, Reporter& reporter);

/// Node's `path.extname`.
[[nodiscard]] std::string_view extension_of(std::string_view path) noexcept;

}  // namespace hoist::package
