#pragma once
/// The files that the installer keeps in a project's node_modules.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::installer {

inline constexpr const char* kHiddenLockfile = ".package-lock.json";
inline constexpr const char* kIncompleteMarker = ".hoist-incomplete";
inline constexpr const char* kStagingPrefix = ".hoist-staging-";

/// Says that an install is working on these locations; there until it has finished.
[[nodiscard]] Result<void> write_marker(const std::filesystem::path& node_modules,
                                        const std::vector<std::string>& locations);
/// What a killed install left: its locations, "*" when the marker cannot be read; empty without a marker.
[[nodiscard]] std::set<std::string, std::less<>> read_marker(const std::filesystem::path& node_modules);

}  // namespace hoist::installer
