#pragma once
/// The little that the store needs of a package.json, read with simdjson: a full parse of 1,300 manifests would cost
/// more than linking the packages.

#include <string>
#include <string_view>
#include <vector>

namespace hoist::installer {

struct PackageFacts {
  std::string name, version;
  std::vector<std::string> bin_targets;  ///< normalised as npm does, relative to the package
  bool has_install_script = false;
  bool gypfile_disabled = false;
};

/// Whatever is wrong with the document yields empty facts: npm installs such packages too.
[[nodiscard]] PackageFacts read_package_facts(std::string_view package_json);

/// npm-normalize-package-bin's rule for a target: joined to "/" so that no `..` leaves the package; empty when nothing
/// is left.
[[nodiscard]] std::string normalize_bin_target(std::string_view target);
/// The same for a name: its last segment, empty when nothing usable is left.
[[nodiscard]] std::string normalize_bin_name(std::string_view name);

}  // namespace hoist::installer
