#pragma once
/// yarn.lock, version 1, from a placed tree, as npm 12 keeps it up to date beside package-lock.json.

#include <filesystem>
#include <string>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// npm 12 (arborist's yarn-lock): one entry for each package, under all that ask for it; where two packages answer the
/// same request the shallower one has it. `root` is the project's folder, which workspaces are named with. Empty when
/// nothing is asked for.
[[nodiscard]] std::string write_yarn_lock(const Lockfile& lockfile, const std::filesystem::path& root);

}  // namespace hoist::lockfile
