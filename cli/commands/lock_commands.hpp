#pragma once
/// `lock diff`, `lock merge`, `lock install-driver`, and what they share.

#include <filesystem>
#include <optional>

#include "cli/commands/command.hpp"
#include "hoist/lockfile/lockfile.hpp"

namespace hoist::cli {

Result<int> run_lock_diff(Session& session, const std::vector<std::string>& arguments);
Result<int> run_lock_merge(Session& session, const std::vector<std::string>& arguments);
Result<int> run_lock_install_driver(Session& session, const std::vector<std::string>& arguments);

struct GitResult {
  int status = 0;
  std::string output;  ///< standard output, at most 256 MB; standard error goes where ours goes
};
/// Runs git with these arguments in `folder` and waits. ENOENT when there is no git.
[[nodiscard]] Result<GitResult> run_git(const std::filesystem::path& folder, std::vector<std::string> arguments);

/// Resolves a merged lock until it says one tree: what only the sum of both sides asks for is added, what nobody asks
/// for any more goes, flags are computed anew. The manifests are those the lock holds, for the ones on disk may not be
/// merged yet; `overrides` and the like, which no lock records, come from the package.json in `root`.
[[nodiscard]] Result<lockfile::Lockfile> settle_lock(Session& session, const std::filesystem::path& root,
                                                     lockfile::Lockfile merged);

}  // namespace hoist::cli
