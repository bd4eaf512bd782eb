#pragma once
/// `patchedDependencies` on the command's side: the files.

#include <map>
#include <string>

#include "cli/install/project.hpp"
#include "hoist/installer/plan.hpp"

namespace hoist::cli {

/// sha512 of every patch file that the root names. EPATCHUNSAFE for one outside the project, EPATCHNOTFOUND.
[[nodiscard]] std::map<std::string, Result<std::string>, std::less<>> read_patches(const Project& project);

/// ENOTSUPPORTED when a package to be unpacked has a patch: hoist records patches and cannot apply them yet, and an
/// unpatched package would look like a patched one.
[[nodiscard]] Result<void> refuse_patches(const installer::InstallPlan& plan);

}  // namespace hoist::cli
