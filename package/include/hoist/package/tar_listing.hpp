#pragma once
/// What a tarball holds, as it stands in it, for people to read: nothing is extracted by this list.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/package/tar_reader.hpp"

namespace hoist::package {

struct TarListEntry {
  std::string path;  ///< as written, with its first folder
  std::uint64_t size = 0;
  std::uint32_t mode = 0;
};

/// Every entry of a tarball (gzip or bare) in its order: files, folders and links. EBADTAR, EBADGZIP, ETARENTRIES,
/// ETARTOOLARGE.
[[nodiscard]] Result<std::vector<TarListEntry>> list_tarball(std::string_view bytes, const TarLimits& limits = {});

}  // namespace hoist::package
