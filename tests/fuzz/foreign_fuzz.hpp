#pragma once
/// The invariants of a foreign lock that could be read.

#include <cstdlib>

#include "hoist/lockfile/foreign.hpp"
#include "hoist/package/package_name.hpp"
#include "hoist/package/version.hpp"

namespace hoist::test {

inline int check_foreign(const Result<lockfile::ForeignLock>& lock) {
  if (!lock) {
    if (lock.error().code != "EFOREIGNLOCK" && lock.error().code != "EJSONPARSE") std::abort();
    return 0;
  }
  for (const std::string& id : lock->pins.versions()) {
    const std::size_t at = id.find('@', 1);
    if (at == std::string::npos || !package::PackageName::parse(id.substr(0, at)) ||
        !package::Version::parse(id.substr(at + 1)))
      std::abort();
  }
  return 0;
}

}  // namespace hoist::test
