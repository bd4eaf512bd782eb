/// What the lockfile reader accepts can be written, and reads again as the same; no location leaves the project.

#include <cstdlib>

#include "hoist/lockfile/diff.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/merge.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/validate.hpp"
#include "hoist/lockfile/write.hpp"
#include "hoist/lockfile/write_yarn.hpp"

namespace {

using namespace hoist::lockfile;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lock = parse_lockfile(text, "package-lock.json");
  if (!lock) {
    require(!lock.error().code.empty());
    return 0;
  }
  for (const auto& [location, entry] : lock->packages) require(check_location(location).has_value());
  Lockfile plain = *lock;
  plain.lockfile_version = std::max(written_version(plain), 3);
  const std::string written = write_lockfile(plain, {});
  const auto again = parse_lockfile(written, "package-lock.json");
  require(again.has_value());
  require(write_lockfile(*again, {}) == written);
  require(diff_lockfiles(*again, *again).empty());
  const auto merged = merge_lockfiles(*again, *again, *again);
  require(merged.conflicts.empty() && merged.decided.empty());
  (void)is_settled(*again, false);
  (void)write_yarn_lock(*again, "/project");
  return 0;
}
