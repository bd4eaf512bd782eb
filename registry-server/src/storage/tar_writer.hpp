#pragma once
/// Packing: a list of files to a tarball as npm would publish it.

#include <string>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::registry {

struct PackedFile {
  std::string path;  ///< relative to the package, forward slashes
  std::string content;
  bool executable = false;
};

/// A gzip tarball with every path below `package/`, sorted, modes 0644 or 0755, and npm's fixed time (1985-10-26): the
/// same files always give the same bytes, and so the same integrity.
[[nodiscard]] Result<std::string> pack_tarball(std::vector<PackedFile> files);

}  // namespace hoist::registry
