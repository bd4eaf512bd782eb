#pragma once
/// From parsed JSON to the model. simdjson stays behind this header and the reader.

#include <simdjson.h>

#include "hoist/base/json.hpp"
#include "hoist/lockfile/lockfile.hpp"

namespace hoist::lockfile {

/// A copy of any JSON value. The parser's depth limit bounds the recursion.
[[nodiscard]] Json to_json(simdjson::dom::element value);

/// One object of `packages`. Members of the wrong type are ignored, as npm's normalisation does.
[[nodiscard]] LockPackage hydrate_package(std::string_view location, simdjson::dom::object members);

}  // namespace hoist::lockfile
