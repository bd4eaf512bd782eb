#pragma once
/// From what a user names to the bytes of a tarball: `pack` and `publish` share it.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands/command.hpp"
#include "cli/registry/lazy_network.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::cli {

/// A package to pack.
struct PackTarget {
  package::PackageSpec spec;
  Json document;  ///< its package.json, or the registry's manifest
  std::string name, version;
  std::string url;        ///< of the tarball; empty for a folder
  std::string integrity;  ///< may be empty
};

/// Reads the manifest of a spec: folder, tarball, URL or registry spec. An error without code when name or version is
/// missing; ENOENT, EJSONPARSE, E404, ETARGET.
[[nodiscard]] Result<PackTarget> open_pack_target(Session& session, LazyNetwork& network, const std::string& argument);

struct PackOptions {
  bool write = false;                             ///< puts the tarball into pack-destination
  bool foreground = true;                         ///< scripts show what they print
  std::vector<std::filesystem::path> workspaces;  ///< the selected ones
};

/// The tarball. For a folder: prepack, prepare, selection, tar, postpack, as libnpmpack.
[[nodiscard]] Result<std::string> make_tarball(Session& session, LazyNetwork& network, const PackTarget& target,
                                               const PackOptions& options);

/// Runs one script of a folder's package.json if it has it.
[[nodiscard]] Result<void> run_package_script(Session& session, const std::filesystem::path& folder,
                                              const std::string& event, bool foreground,
                                              package::StringMap environment = {});

/// `foreground-scripts`, which is on for packing unless somebody set it.
[[nodiscard]] bool packs_in_foreground(const Config& config);

}  // namespace hoist::cli
