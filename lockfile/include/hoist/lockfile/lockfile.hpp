#pragma once
/// The placed tree: what package-lock.json holds, what the resolver produces and the installer consumes.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::lockfile {

/// One entry of `packages`. `manifest` holds what the entry copies of a package.json; `manifest.name` is empty unless
/// the entry names it (root, alias, a workspace in a folder of another name).
struct LockPackage {
  package::Manifest manifest;
  std::string resolved;  ///< as written; for a link the target's location
  std::string integrity;
  bool link = false;
  bool in_bundle = false;
  bool extraneous = false;
  bool dev = false;
  bool optional = false;
  bool dev_optional = false;
  bool peer = false;
  Json patched;                                             ///< v4, null when absent
  Json package_extensions_applied;                          ///< v4, null when absent
  Json npm_extension_applied;                               ///< v4, null when absent
  std::string package_extensions_hash, npm_extension_hash;  ///< root entry, v4
};

/// The folder name a location stands for: `node_modules/a/node_modules/@s/b` → `@s/b`; a path outside node_modules →
/// its last segment.
[[nodiscard]] std::string_view name_of_location(std::string_view location) noexcept;

/// What a package at `location` is called: its own name where the entry has one, else the folder's.
[[nodiscard]] std::string_view package_name_of(std::string_view location, const LockPackage& entry) noexcept;

/// A lockfile, whatever version it was read from.
struct Lockfile {
  std::string name;
  std::string version;
  int lockfile_version = 3;
  /// By location: "" is the root, then `node_modules/…`, workspaces, link targets. Ordered bytewise in memory; the
  /// writer sorts as npm does.
  std::map<std::string, LockPackage, std::less<>> packages;
  /// Optional packages that could not be had, by location. `packages` leaves them out; the tree of npm 6 lists them,
  /// with nothing but their flags (npm 12).
  std::map<std::string, LockPackage, std::less<>> failed_optional;

  /// Specs that the root's overrides put in the place of what a manifest asks for: location of the dependent → name →
  /// spec. Known after a resolution only; the tree of npm 6 shows them.
  std::map<std::string, package::StringMap, std::less<>> overridden;
  Json extra;  ///< top-level members of unknown meaning, kept; null when there are none

  /// Where it came from, for the resolver's repair rules.
  bool loaded_from_disk = false;
  int original_version = 0;    ///< 0 = none
  bool ancient = false;        ///< v1: entries lack what resolution needs and are completed from packuments
  bool had_conflicts = false;  ///< git conflict markers were resolved while reading
};

}  // namespace hoist::lockfile
