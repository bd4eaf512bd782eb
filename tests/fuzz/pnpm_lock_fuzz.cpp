/// Whatever a lock of pnpm says, a pin is a legal package name with a version.

#include "foreign_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  return hoist::test::check_foreign(
      hoist::lockfile::parse_pnpm_lock(std::string_view(reinterpret_cast<const char*>(data), size)));
}
