/// Whatever a lock of bun says, a pin is a legal package name with a version.

#include "foreign_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  return hoist::test::check_foreign(
      hoist::lockfile::parse_bun_lock(std::string_view(reinterpret_cast<const char*>(data), size)));
}
