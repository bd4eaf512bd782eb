#pragma once
/// A catalogue from plain trees, for tests and demonstrations.

#include <filesystem>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/registry/package_catalog.hpp"

namespace hoist::registry {

/// Packs every `<directory>/[@scope/]<name>/<version>/` and renders the documents. Beside the version folders may stand
/// `.dist-tags.json` ({tag: version}; `latest` is else the highest release), `.times.json` ({version: ISO time}; else
/// the n-th version is from 2024-01-01 plus n days) and `.deprecated.json` ({version: text}).
/// `public_url` ends with a slash. The same tree always gives the same bytes.
/// EFIXTURE when a folder and its package.json disagree on name or version; ENOENT, EJSONPARSE.
[[nodiscard]] Result<PackageCatalog> load_fixtures(const std::filesystem::path& directory, std::string_view public_url);

}  // namespace hoist::registry
