#pragma once
/// What `ci` compares: the tree that package.json asks for, and the one in the lockfile.

#include <string>
#include <vector>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::cli {

/// npm's lines (`Missing: …`, `Invalid: …`) for every difference in versions, patches and packageExtensions; empty when
/// the lock may be installed.
[[nodiscard]] std::vector<std::string> ci_problems(const lockfile::Lockfile& locked, const lockfile::Lockfile& ideal);

}  // namespace hoist::cli
