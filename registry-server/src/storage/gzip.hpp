#pragma once

#include <string>
#include <string_view>

namespace hoist::registry {

/// gzip of `bytes`, the same for the same input: no name, no time.
[[nodiscard]] std::string gzip(std::string_view bytes);

}  // namespace hoist::registry
