#pragma once
/// Writing lockfiles as npm 12 does, to the byte.

#include <string>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

struct WriteOptions {
  package::JsonStyle style;             ///< taken from package.json, not from the old lock
  bool omit_registry_resolved = false;  ///< `omit-lockfile-registry-resolved`
  bool hidden = false;                  ///< node_modules/.package-lock.json: version 3, no root entry
  bool legacy_peer_deps = false;        ///< the tree was made without peers: npm 6's form has none either
  bool format = true;                   ///< `format-package-lock=false`: one line, no final newline
};

/// The text of `lockfile` in written_version() (2 adds the legacy tree, 1 has only that, 4 has no name and version).
/// Only what npm writes is written: fields that are empty, and devDependencies below node_modules, are left out;
/// `manifest.name` is written for the root and where it differs from the folder's.
/// A hidden lockfile has name and version when `lockfile` has them and is no v4.
[[nodiscard]] std::string write_lockfile(const Lockfile& lockfile, const WriteOptions& options);

/// `lockfile_version`, raised to 4 when an entry has a patch or extension state, which older clients must not drop.
/// npm warns when that happens, and when the result differs from `original_version`.
[[nodiscard]] int written_version(const Lockfile& lockfile);

}  // namespace hoist::lockfile
