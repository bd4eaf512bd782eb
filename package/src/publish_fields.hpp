#pragma once
/// The fields of a manifest in the shape registries expect. Private to publish_manifest.cpp.

#include <string>
#include <vector>

#include "hoist/base/json.hpp"

namespace hoist::package {

/// Descriptive fields: description, files, man, bugs, keywords, homepage, people (normalize-package-data).
void normalize_descriptive_fields(Json& document);
/// `repository` as an object with a URL git understands.
void normalize_repository(Json& document, std::vector<std::string>& changes);
/// Dependency maps that were written as text or lists, and git addresses in them.
void normalize_dependency_fields(Json& document, std::vector<std::string>& changes);

/// JavaScript's truth.
[[nodiscard]] bool is_truthy_json(const Json* value);

}  // namespace hoist::package
