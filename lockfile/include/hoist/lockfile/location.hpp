#pragma once
/// Locations: the keys of `packages`, project-relative paths with forward slashes.

#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// True for `../x` and everything below it. Such an entry stands for a folder that belongs to somebody else (a `file:`
/// dependency outside the project): it may be linked to, never written, emptied or removed.
[[nodiscard]] bool is_outside_project(std::string_view location) noexcept;

/// True when a node_modules folder installs this location, false for the root, workspaces and other link targets
/// (npm's "tops", the only entries that keep devDependencies).
[[nodiscard]] bool is_in_node_modules(std::string_view location) noexcept;

/// The location whose node_modules folder holds `location`; nullopt for tops.
/// `node_modules/a/node_modules/@s/b` → `node_modules/a`, `node_modules/a` → "".
[[nodiscard]] std::optional<std::string_view> parent_of(std::string_view location) noexcept;

/// How many node_modules folders are on the way; 0 for tops.
[[nodiscard]] int depth_of(std::string_view location) noexcept;

/// Where a dependency called `name` lives when a package at `parent` installs it.
[[nodiscard]] std::string child_location(std::string_view parent, std::string_view name);

/// The entry that a package at `from` gets for `name`, found as node finds it: its own node_modules, then that of every
/// folder above, ending at the root (outside the project: at the outermost named folder). end() when there is none.
/// A link is returned as the link; see link_target.
[[nodiscard]] std::map<std::string, LockPackage, std::less<>>::const_iterator find_dependency(const Lockfile& lockfile,
                                                                                              std::string_view from,
                                                                                              std::string_view name);

/// Follows a link to its target entry; any other entry is returned as it is. nullptr when the target is missing.
[[nodiscard]] const LockPackage* link_target(const Lockfile& lockfile, const LockPackage& entry);

/// What a location may be: "", or segments without `.`, empty names, backslashes or control characters; `..` only at
/// the very beginning; after `node_modules` a legal package name (also `.store/<key>` of npm's linked layout).
/// ELOCKFILE otherwise.
[[nodiscard]] Result<void> check_location(std::string_view location);

}  // namespace hoist::lockfile
