#pragma once
/// Name and version as a tarball's URL spells them.

#include <optional>
#include <string>
#include <string_view>

namespace hoist::lockfile {

struct NameVersion {
  std::string name;
  std::string version;
  bool operator==(const NameVersion&) const = default;
};

/// npm 12 (arborist's version-from-tgz): a registry URL (`…/@scope/name/-/name-1.2.3.tgz`, `%2f` understood) tells name
/// and version; any other `.tgz` is measured against `name`. nullopt when the file name does not fit.
/// This is the only identity of a package that its own publisher does not choose, hence what allowScripts matches.
[[nodiscard]] std::optional<NameVersion> name_version_of_tarball(std::string_view name, std::string_view url);

}  // namespace hoist::lockfile
