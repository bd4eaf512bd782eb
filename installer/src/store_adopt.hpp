#pragma once
/// An index record made from a package's directory, for when the index has none.

#include <string>

#include "hoist/base/result.hpp"

namespace hoist::installer {

/// Reads every file: sizes, modes and checksums are what they are now. Anything but files and directories is an error
/// (ESTOREDAMAGED): the store never makes any.
[[nodiscard]] Result<std::string> describe_directory(int directory);

}  // namespace hoist::installer
