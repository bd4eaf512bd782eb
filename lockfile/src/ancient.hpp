#pragma once
/// Lockfiles of npm 6 and older: one nested `dependencies` tree, no `packages`.

#include <simdjson.h>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// Fills `lockfile.packages` from the tree of a v1 document, as npm's migration does. `root` is package.json's
/// manifest, or nullptr. ELOCKFILE for an unsafe location.
[[nodiscard]] Result<void> read_legacy_tree(simdjson::dom::object document, std::string_view what,
                                            const package::Manifest* root, Lockfile& lockfile);

}  // namespace hoist::lockfile
