#pragma once
/// Specs that name a path.

#include <filesystem>
#include <string_view>

#include "hoist/package/package_spec.hpp"

namespace hoist::package::spec_detail {

/// `.tgz`, `.tar.gz` or `.tar` in any case.
[[nodiscard]] bool has_tarball_suffix(std::string_view text) noexcept;

/// `file:…`, or what looks like a path: `./x`, `~/x`, `/x`, `c:x`.
[[nodiscard]] bool is_file_spec(std::string_view spec) noexcept;

/// Fills type, save_spec and fetch_spec from raw_spec.
[[nodiscard]] Result<void> resolve_file_spec(PackageSpec& spec, const std::filesystem::path& where);

}  // namespace hoist::package::spec_detail
