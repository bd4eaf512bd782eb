#pragma once
/// What a caller may decide about resolution. Names follow npm's configuration.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace hoist::resolver {

enum class InstallStrategy { kHoisted, kNested, kShallow };

/// Who may name a source of a kind (`allow-git`, …): anybody, nobody, or only the root project and its workspaces.
enum class Allow { kAll, kNone, kRoot };

/// Which map of package.json a requested package is saved in.
enum class SaveType { kInfer, kProd, kDev, kOptional, kPeer, kPeerOptional };

struct ResolveOptions {
  bool legacy_peer_deps = false;
  bool strict_peer_deps = false;
  bool force = false;
  bool prefer_dedupe = false;
  bool engine_strict = false;
  bool install_links = false;
  bool global = false;
  /// False for `--no-save` and `ci`: the lockfile is trusted where an optional peer is invalid.
  bool save = true;
  bool prune = true;
  InstallStrategy install_strategy = InstallStrategy::kHoisted;
  std::string node_version = "22.22.2";  ///< without `v`
  std::string npm_version = "12.2.0";    ///< what `engines.npm` is checked against
  std::string default_tag = "latest";
  std::string save_prefix = "^";
  std::vector<std::string> omit;  ///< dev, optional, peer: such nodes are not checked for engines and platform
  std::string os, cpu, libc;      ///< node's names; empty = this machine
  Allow allow_git = Allow::kNone, allow_remote = Allow::kNone, allow_file = Allow::kAll, allow_directory = Allow::kAll;
  /// `before`: versions published later do not exist.
  std::optional<std::chrono::system_clock::time_point> before;
  std::vector<std::string> min_release_age_exclude;
  /// After an ERESOLVE, look for a change of direct dependencies that resolves, and name the command (`program` runs
  /// it).
  bool suggest_fix = false;
  std::string program = "hoist";
  bool allow_unused_patches = false;
  /// `lockfile-version`; nullopt = keep what there is, else 3.
  std::optional<int> lockfile_version;
};

}  // namespace hoist::resolver
