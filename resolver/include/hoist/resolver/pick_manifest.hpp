#pragma once
/// npm's choice among the versions of a packument (npm-pick-manifest 11).

#include <chrono>
#include <optional>
#include <string>

#include "hoist/base/result.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/package/packument.hpp"

namespace hoist::resolver {

struct PickOptions {
  std::string default_tag = "latest";
  std::string node_version;  ///< versions whose engines refuse it come last
  std::string npm_version;
  std::optional<std::chrono::system_clock::time_point> before;
};

/// The manifest for a version, tag or range spec (an alias: pass its sub spec). The default tag's version when it
/// satisfies, else the best by: engine fine and not deprecated, engine fine, not deprecated, highest version.
/// ETARGET when nothing matches, ENOVERSIONS when there is nothing (left after `before`).
[[nodiscard]] Result<const package::Manifest*> pick_manifest(const package::Packument& packument,
                                                             const package::PackageSpec& spec,
                                                             const PickOptions& options);

}  // namespace hoist::resolver
