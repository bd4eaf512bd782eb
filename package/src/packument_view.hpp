#pragma once
/// Reading single values of a packument with simdjson.

#include <optional>
#include <string>
#include <string_view>

#include "hoist/package/manifest.hpp"

namespace hoist::package {

/// The value of a JSON string; nullopt when the text is another value or malformed. The text must be followed by
/// kJsonPadding readable bytes, as must that of read_version_manifest.
[[nodiscard]] std::optional<std::string> json_text(std::string_view text);

/// The manifest of one version; nullopt when the text is no well-formed object.
[[nodiscard]] std::optional<Manifest> read_version_manifest(std::string_view text);

}  // namespace hoist::package
