#pragma once
/// Who depends on whom in a lockfile.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

using LocationSet = std::set<std::string, std::less<>>;

/// One dependency. `from` and `to` are locations that live as long as the lockfile.
struct Edge {
  enum class Kind { kPeer, kPeerOptional, kProd, kOptional, kDev, kWorkspace };
  std::string_view from;
  std::string_view name;
  std::string spec;
  Kind kind = Kind::kProd;
  const std::string* to = nullptr;  ///< nullptr when nothing is installed for it
  [[nodiscard]] bool is_peer() const noexcept { return kind == Kind::kPeer || kind == Kind::kPeerOptional; }
};

/// What the entry at `from` depends on, one edge a name, as arborist loads them: a later kind (peer, prod, optional,
/// dev) replaces an earlier one, workspaces stand, overridden specs are the override's. devDependencies count for tops
/// only. Links have none of their own.
[[nodiscard]] std::vector<Edge> edges_out(const Lockfile& lockfile, std::string_view from, const LockPackage& entry);

/// The locations that at least one edge leads to, and to which every edge has a registry spec.
[[nodiscard]] LocationSet registry_locations(const Lockfile& lockfile);

}  // namespace hoist::lockfile
