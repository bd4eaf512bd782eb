#pragma once
/// What a client means by sending a packument back. Pure functions.

#include "hoist/base/json.hpp"
#include "hoist/registry/package_store.hpp"

namespace hoist::registry {

struct PatchRights {
  bool may_tag = false;
  std::string user;  ///< may star and unstar for itself
};

/// PUT without attachments: changes of `deprecated`, and of tags where allowed. Versions that are missing in the
/// document stay. E400 for another name or a version that is not there; E409 for a stale `_rev` and for a change of
/// what never changes. The patch holds only at the revision of `stored`.
[[nodiscard]] Result<PackagePatch> read_metadata_patch(const Json& document, const PackageSnapshot& stored,
                                                       const PatchRights& rights);

/// PUT to `-rev`: the versions that are missing are to go, and only they; `latest` moves to the highest stable version
/// when its own goes. E400 when the document names versions that are not there.
[[nodiscard]] Result<PackagePatch> read_unpublish_patch(const Json& document, const PackageSnapshot& stored);

/// The maintainers' names of an owner change. E400 for an empty list: a package without owners could never change
/// again.
[[nodiscard]] Result<std::vector<std::string>> read_maintainers(const Json& document);

/// The highest version that is no prerelease, else the highest; empty for none.
[[nodiscard]] std::string highest_stable(const std::vector<std::string>& versions);

}  // namespace hoist::registry
