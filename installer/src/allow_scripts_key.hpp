#pragma once
/// What the matching and the checking of allowScripts keys share.

#include <string_view>

#include "hoist/package/package_spec.hpp"

namespace hoist::installer {

/// `name`, `name@` and `name@*`: every version.
[[nodiscard]] bool is_name_only_key(const package::PackageSpec& key);

/// `1.0.0 || 2.0.0`: exact versions only, so that no version is allowed that nobody has seen.
[[nodiscard]] bool is_exact_version_list(std::string_view range);

}  // namespace hoist::installer
