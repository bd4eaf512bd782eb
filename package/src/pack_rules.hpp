#pragma once
/// The rules that npm-packlist adds to those of ignore files. Private to the pack list.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/package/glob.hpp"
#include "hoist/package/manifest.hpp"

namespace hoist::package {

using IgnoreRules = std::vector<IgnoreRule>;

/// The lines of an ignore file: comments and empty ones left out, white space around them trimmed.
[[nodiscard]] IgnoreRules parse_ignore_rules(std::string_view text);

/// What no package wants, unless `files` asks for it.
[[nodiscard]] const IgnoreRules& default_ignore_rules();
/// `.git` of the folder itself, for what is no package.
[[nodiscard]] const IgnoreRules& folder_ignore_rules();

/// The package.json of a packed folder.
struct PackedManifest {
  Json document;
  Manifest manifest;
  /// `bin`, with what `directories.bin` holds.
  StringMap bin;
};
[[nodiscard]] Result<PackedManifest> read_packed_manifest(const std::filesystem::path& folder);

/// From `files`, empty optional-like: false when there is no `files`.
[[nodiscard]] bool files_rules(const PackedManifest& package, const std::filesystem::path& folder, IgnoreRules& rules);
/// What is always in and always out, whatever `files` and ignore files say.
[[nodiscard]] IgnoreRules strict_rules(const PackedManifest& package, bool project_root);

}  // namespace hoist::package
