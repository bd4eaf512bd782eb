#pragma once
/// The manifest a registry gets with a publish: package.json as npm prepares it (@npmcli/package-json, `fix` and
/// `prepare`).

#include <filesystem>
#include <string>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/base/result.hpp"

namespace hoist::package {

struct PublishManifest {
  Json document;
  std::vector<std::string> changes;  ///< what had to be corrected; the user should correct it himself
};

/// Reads and prepares the package.json of a folder: README, AUTHORS, types, git commit and the like are added, fields
/// brought into the shape registries expect. ENOENT, EJSONPARSE; an error without code for an invalid name or version.
[[nodiscard]] Result<PublishManifest> read_publish_manifest(const std::filesystem::path& folder, Reporter& reporter);

/// The commit that the git repository around the folder is at; empty when there is none.
[[nodiscard]] std::string find_git_head(const std::filesystem::path& folder);

}  // namespace hoist::package
