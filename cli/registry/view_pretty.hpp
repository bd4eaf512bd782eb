#pragma once
/// `view` without fields: the page about one version.

#include <string>

#include "cli/commands/command.hpp"
#include "hoist/base/json.hpp"

namespace hoist::cli {

/// `manifest` is a version merged over its packument.
[[nodiscard]] std::string pretty_view(const Session& session, const Json& packument, const Json& manifest);

}  // namespace hoist::cli
