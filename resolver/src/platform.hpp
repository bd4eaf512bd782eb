#pragma once
/// engines, os, cpu and libc (npm-install-checks 8).

#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"

namespace hoist::resolver {

struct Platform {
  std::string os, cpu, libc;  ///< as node names them; libc empty when unknown
  /// This machine's.
  static Platform current();
};

/// Whether `engines.node` and `engines.npm` accept the versions; an empty version is not checked.
[[nodiscard]] bool engine_ok(const package::Manifest& manifest, const std::string& npm_version,
                             const std::string& node_version);
/// EBADENGINE
[[nodiscard]] Result<void> check_engine(const package::Manifest& manifest, const std::string& npm_version,
                                        const std::string& node_version);
/// EBADPLATFORM
[[nodiscard]] Result<void> check_platform(const package::Manifest& manifest, const Platform& platform);

}  // namespace hoist::resolver
