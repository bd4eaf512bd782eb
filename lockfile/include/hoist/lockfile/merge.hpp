#pragma once
/// Three-way merge of lockfiles by what they say, not by their lines.

#include <string>
#include <vector>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

struct LockMerge {
  Lockfile lock;
  /// Dependencies of the project or a workspace that both sides changed, each in its way: package.json conflicts as
  /// well, and somebody has to decide. Then `lock` holds our side of them.
  std::vector<std::string> conflicts;
  /// Places where both sides have another package; the higher version was taken.
  std::vector<std::string> decided;
};

/// What `theirs` changed since `base`, applied to `ours`. An entry that one side changed is that side's; of one that
/// both changed, and to different versions, the higher is taken whole. The root's and workspaces' dependency maps are
/// merged name by name. The result may lack what only the sum of both asks for, or hold what nobody asks for any more:
/// it is for a resolver to settle.
[[nodiscard]] LockMerge merge_lockfiles(const Lockfile& base, const Lockfile& ours, const Lockfile& theirs);

}  // namespace hoist::lockfile
