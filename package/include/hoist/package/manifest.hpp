#pragma once
/// One version's manifest: what resolution, the lockfile and the installer read of a package.json.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::package {

/// A name → text map in file order; names are unique.
using StringMap = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] const std::string* find(const StringMap& map, std::string_view name) noexcept;

/// `dist` of a packument's version.
struct Dist {
  std::string tarball;
  std::string integrity;  ///< as sent, may be empty
  std::string shasum;     ///< sha1 hex, may be empty
  std::uint64_t unpacked_size = 0;
  std::uint64_t file_count = 0;
  Json signatures;  ///< array or null
};

/// Normalised as npm normalises a registry manifest before it resolves with it (@npmcli/package-json, the steps pacote
/// uses): optional names taken out of `dependencies`, `bin` a map without `./`, bundledDependencies spelled
/// bundleDependencies and always a list, non-string dependency values dropped.
struct Manifest {
  std::string name;
  std::string version;
  StringMap dependencies;
  StringMap dev_dependencies;
  /// The key stands there, be the map empty: npm copies an empty map of a root into the lockfile.
  bool has_dev_dependencies = false;
  StringMap optional_dependencies;
  StringMap peer_dependencies;
  Json peer_dependencies_meta;  ///< object or null, as sent
  Json accept_dependencies;     ///< object or null
  std::vector<std::string> bundle_dependencies;
  StringMap bin;
  Json engines;  ///< object, array, string or null, as sent
  Json funding;  ///< as sent, or null
  Json license;  ///< as sent, or null
  std::vector<std::string> os, cpu, libc;
  std::optional<std::string> deprecated;
  bool has_install_script = false;
  bool has_shrinkwrap = false;
  StringMap scripts;
  Json overrides;   ///< root manifests
  Json workspaces;  ///< root manifests: array, {packages: …} or null
  Json package_extensions, patched_dependencies, allow_scripts, dev_engines;  ///< root manifests; null when absent
  bool gypfile_disabled = false;                                              ///< `"gypfile": false`
  std::string directories_bin;  ///< `directories.bin`, for packages read from disk
  Dist dist;                    ///< registry manifests

  /// True for a name that `peerDependenciesMeta` calls optional.
  [[nodiscard]] bool is_optional_peer(std::string_view peer) const;
};

/// From parsed JSON. Tolerates everything that npm tolerates (wrong types are ignored); fails only when the document
/// is not an object (EJSONPARSE) or, with `require_identity`, name or version is missing or invalid.
struct ManifestOptions {
  bool require_identity = false;
};
[[nodiscard]] Result<Manifest> manifest_from_json(const Json& document, ManifestOptions options = {});

}  // namespace hoist::package
