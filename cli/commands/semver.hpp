#pragma once
/// The `semver` program: sorts, filters, coerces and increments versions.

#include <span>
#include <string>

namespace hoist::cli {

/// Runs with the arguments behind the program name; appends to `out` and `err` what goes to the two streams and returns
/// the exit code: 0, or 1 when no version is valid and accepted by all ranges. Options, results and codes are those of
/// node-semver's program; the help is not.
[[nodiscard]] int run_semver(std::span<const std::string> args, std::string& out, std::string& err);

}  // namespace hoist::cli
