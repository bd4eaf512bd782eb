#pragma once
/// What changed between two lockfiles, as a reviewer wants to know it.

#include <string>
#include <vector>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// Who asks for a package: `name@version` (the project for the root), by which spec.
struct Requester {
  std::string name;
  std::string spec;
  bool direct = false;  ///< the root or a workspace
  bool operator==(const Requester&) const = default;
};

/// One change, the same one at several places counted once.
struct LockChange {
  enum class Kind {
    kAdded,
    kRemoved,
    kVersion,  ///< another version at the same place
    kContent,  ///< the same version with another integrity or from another place: a reviewer's business
    kFlags,    ///< only dev, optional, peer and the like
  };
  Kind kind = Kind::kAdded;
  std::string name;
  std::string before, after;           ///< versions; of kContent: what it was and is
  std::vector<std::string> locations;  ///< sorted
  std::vector<Requester> requesters;   ///< in the newer lock; of what was removed: in the older
};

struct LockDiff {
  std::vector<LockChange> changes;           ///< by kind, name, version
  std::vector<std::string> install_scripts;  ///< `name@version` that has an install script and was not there before
  std::vector<std::string> hosts;            ///< hosts from which nothing came before
  [[nodiscard]] bool empty() const noexcept { return changes.empty(); }
};

[[nodiscard]] LockDiff diff_lockfiles(const Lockfile& before, const Lockfile& after);

[[nodiscard]] std::string_view to_string(LockChange::Kind kind) noexcept;

}  // namespace hoist::lockfile
