#pragma once
/// yarn's own format, version 1, read as npm reads it.

#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::lockfile {

struct YarnEntry {
  std::vector<std::string> specs;  ///< `name@spec`, as they stand in the header
  std::string version, resolved, integrity;
};

/// What could be read of a yarn.lock.
struct YarnClassic {
  std::vector<YarnEntry> entries;
  int bad_line = 0;  ///< where reading stopped; 0 = at the end
};

/// npm 12 (arborist's yarn-lock): line by line; at the first line that fits no pattern reading stops, and what came
/// before counts.
[[nodiscard]] YarnClassic parse_yarn_classic(std::string_view text);

}  // namespace hoist::lockfile
