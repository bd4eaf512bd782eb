#pragma once
/// `3 days ago`.

#include <chrono>
#include <string>

namespace hoist::cli {

/// tiny-relative-date's English words for a time seen from `now`.
[[nodiscard]] std::string relative_date(std::chrono::system_clock::time_point when,
                                        std::chrono::system_clock::time_point now);

}  // namespace hoist::cli
