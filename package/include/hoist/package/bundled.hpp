#pragma once
/// What a tarball bundles below its node_modules.

#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/package/sources.hpp"
#include "hoist/package/tar_reader.hpp"

namespace hoist::package {

/// The packages in a tarball's node_modules folders, parents before children, siblings by name. Hidden folders and
/// folders without a package.json are left out. The codes of inspect_tarball.
[[nodiscard]] Result<std::vector<BundledPackage>> read_bundled_packages(std::string_view tarball,
                                                                        const TarLimits& limits = {});

}  // namespace hoist::package
