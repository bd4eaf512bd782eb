#pragma once
/// What npm tells about a tarball it made: the same figures as text and as JSON.

#include <string>
#include <string_view>

#include "cli/output/console.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// `{id, name, version, size, unpackedSize, shasum, integrity, filename, files, entryCount, bundled}`.
[[nodiscard]] Result<Json> tarball_contents(const std::string& name, const std::string& version,
                                            std::string_view tarball);

/// The notices about a tarball, or with `json` its place in the JSON document, below `key`.
void log_tarball(Console& console, const Json& contents, bool json, const std::string& key);

/// `@scope/name` and version as the name of a file.
[[nodiscard]] std::string tarball_filename(std::string_view name, std::string_view version);

/// `1.2 kB`; without `space`, `1.2kB`.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes, bool space = true);

}  // namespace hoist::cli
