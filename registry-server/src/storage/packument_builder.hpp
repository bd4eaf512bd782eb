#pragma once
/// From published versions to the documents that clients read.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/registry/package_catalog.hpp"

namespace hoist::registry {

/// One published version.
struct PublishedVersion {
  std::string version;
  Json manifest;  ///< package.json as published
  std::string readme;
  std::shared_ptr<const std::string> tarball;
  std::size_t file_count = 0;
  std::size_t unpacked_size = 0;
  bool has_native_build = false;  ///< a binding.gyp at the root: an install script nobody wrote down
  std::string deprecated;         ///< empty = not
  std::chrono::sys_seconds time{};
};

/// One package before it is rendered.
struct PublishedPackage {
  std::string name;
  std::vector<PublishedVersion> versions;   ///< ascending, at least one
  std::map<std::string, std::string> tags;  ///< with `latest`
};

/// Renders every document of a package. `public_url` (with a final slash) is where clients reach this server; tarball
/// addresses are made from it and never from what a request says.
[[nodiscard]] PackageEntry build_entry(const PublishedPackage& package, std::string_view public_url);

}  // namespace hoist::registry
