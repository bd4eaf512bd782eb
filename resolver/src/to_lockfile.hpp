#pragma once
/// The ideal tree as a lockfile.

#include <set>
#include <string>

#include "hoist/lockfile/lockfile.hpp"
#include "tree.hpp"

namespace hoist::resolver {

/// What package-lock.json says of the tree below `root` (npm: Shrinkwrap's commit). `lockfile_version` as decided by
/// the caller; 4 is forced where extension or patch state demands it.
[[nodiscard]] lockfile::Lockfile to_lockfile(Node& root, int lockfile_version, const std::string& extensions_hash);

/// Locations that must not be put on disk.
[[nodiscard]] std::set<std::string, std::less<>> inert_locations(Node& root);

}  // namespace hoist::resolver
