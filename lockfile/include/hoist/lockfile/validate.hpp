#pragma once
/// Whether a lockfile says what package.json asks for: the check of `npm ci`.

#include <map>
#include <string>
#include <vector>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// The manifests on the disk that a lockfile copies: the root ("") and workspaces, by location.
using LocalManifests = std::map<std::string, const package::Manifest*, std::less<>>;

/// True when the dependency fields of every given manifest equal those of its entry: nothing was edited since the lock
/// was written. (npm trusts the locked flags only then.) Cheap: no spec is parsed.
[[nodiscard]] bool copies_manifests(const Lockfile& lockfile, const LocalManifests& manifests);

/// True when nothing is left to resolve: every dependency but an optional peer has an entry, whose version it accepts.
/// Peers do not count with `legacy_peers`. Each different spec is parsed once.
[[nodiscard]] bool is_settled(const Lockfile& lockfile, bool legacy_peers);

/// What keeps the locked tree from being one that the given manifests (all others as the lock has them) describe, in
/// npm's words, in the order of locations:
///   Missing: name@spec from lock file
///   Invalid: lock file's name@1.0.0 does not satisfy name@^2.0.0
/// Looks at the lock only. So where the first is due npm, having asked the registry, names a version instead of the
/// spec. Optional and peer-optional dependencies may be absent. Specs other than versions and ranges are compared by
/// presence. `overridden`: the root has overrides, which change specs in ways only the resolver knows; then versions
/// below the root are not judged.
[[nodiscard]] std::vector<std::string> sync_problems(const Lockfile& lockfile, const LocalManifests& manifests,
                                                     bool overridden);

/// npm's check of a locked tree against the one just resolved: the same two lines, with the resolved version.
[[nodiscard]] std::vector<std::string> version_problems(const Lockfile& locked, const Lockfile& ideal);

}  // namespace hoist::lockfile
