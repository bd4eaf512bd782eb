#pragma once
/// Reading lockfiles. Foreign bytes: every location is checked, nothing may point outside the project unless npm allows
/// it.

#include <filesystem>
#include <optional>
#include <string_view>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// What a reader may need besides the text. A v1 lockfile does not say what its root depends on, so the root entry is
/// completed from package.json's manifest when one is given.
struct ReadOptions {
  const package::Manifest* root = nullptr;
};

/// Parses package-lock.json v1 to v4 (also npm-shrinkwrap.json and the hidden lockfile). Git conflict markers are
/// resolved by taking both sides. ELOCKFILEVERSION above 4; EJSONPARSE; ELOCKFILE for a location that is absolute, has
/// `..` inside, names no legal package, lies below a link, or would be unpacked outside the project; EMISSINGTARGET for
/// a link whose target has no entry.
/// Entries outside the project (`../x`) survive only as link targets and what such a target lists below itself: see
/// is_outside_project. Leftovers that nothing links to are dropped, as npm drops them.
/// `lockfile_version` becomes what npm would write back: 3 for v1 and for a file without a version, else unchanged.
[[nodiscard]] Result<Lockfile> parse_lockfile(std::string_view text, std::string_view what,
                                              const ReadOptions& options = {});

/// nullopt when there is no file or nothing in it.
[[nodiscard]] Result<std::optional<Lockfile>> read_lockfile(const std::filesystem::path& file,
                                                            const ReadOptions& options = {});

}  // namespace hoist::lockfile
