#pragma once
/// A package.json as `query` shows it.

#include <filesystem>

#include "hoist/base/json.hpp"

namespace hoist::cli {

/// npm's normalisation of a package.json it reads (@npmcli/package-json, `normalizeSteps`): `_id` made, other keys with
/// an underscore dropped unless `keep_private_keys`, bundleDependencies a list, optional names taken out of
/// dependencies, `bin` a map, `funding` an object.
void normalize_package_document(Json& document, bool keep_private_keys = false);

/// The normalised package.json of a folder; an empty object when it cannot be read.
[[nodiscard]] Json read_package_document(const std::filesystem::path& folder);

}  // namespace hoist::cli
