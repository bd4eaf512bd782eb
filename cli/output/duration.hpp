#pragma once
#include <chrono>
#include <string>

namespace hoist::cli {

/// `850ms`, `2s`, `3m`, `1h`, `2d`: the ms package's short form, rounded.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace hoist::cli
