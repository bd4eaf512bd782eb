#pragma once
/// Selectors that look into a package.json.

#include "cli/listing/selector.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

/// JavaScript's `Boolean(value)`; an absent member counts as undefined.
[[nodiscard]] bool is_truthy(const Json* value);

[[nodiscard]] bool matches_attribute(const AttributeMatcher& matcher, const Json& object);
/// `:attr(…)`.
[[nodiscard]] bool matches_path(const SimpleSelector& selector, const Json& package);
/// `:semver(…)` with a valid argument; EQUERYINVALIDOPERATOR for a function that does not exist.
[[nodiscard]] Result<bool> matches_semver(const SimpleSelector& selector, const Json& package);

}  // namespace hoist::cli
