#include "platform.hpp"

#include <filesystem>

#include "hoist/base/text.hpp"
#include "hoist/package/range.hpp"

namespace hoist::resolver {
namespace {

/// `any`, or no negated entry equals and some plain entry does (when there are plain ones).
bool list_allows(const std::string& value, const std::vector<std::string>& list) {
  if (list.empty() || (list.size() == 1 && list[0] == "any")) return true;
  std::size_t negated = 0;
  bool match = false;
  for (const std::string& entry : list) {
    if (entry.starts_with('!')) {
      ++negated;
      if (value == std::string_view(entry).substr(1)) return false;
    } else {
      match = match || value == entry;
    }
  }
  return match || negated == list.size();
}

bool engine_accepts(const package::Manifest& manifest, std::string_view engine, const std::string& version) {
  if (version.empty()) return true;
  const std::string* range = find_string(manifest.engines, engine);
  if (range == nullptr || range->empty()) return true;
  return package::satisfies(version, *range, {.include_prerelease = true});
}

std::string package_id(const package::Manifest& manifest) { return printable(manifest.name + "@" + manifest.version); }

}  // namespace

Platform Platform::current() {
  Platform platform;
  platform.os = "linux";
#if defined(__x86_64__)
  platform.cpu = "x64";
#elif defined(__aarch64__)
  platform.cpu = "arm64";
#elif defined(__i386__)
  platform.cpu = "ia32";
#elif defined(__arm__)
  platform.cpu = "arm";
#elif defined(__powerpc64__)
  platform.cpu = "ppc64";
#elif defined(__s390x__)
  platform.cpu = "s390x";
#elif defined(__riscv)
  platform.cpu = "riscv64";
#endif
#if defined(__GLIBC__)
  platform.libc = "glibc";
#else
  platform.libc = "musl";
#endif
  return platform;
}

bool engine_ok(const package::Manifest& manifest, const std::string& npm_version, const std::string& node_version) {
  return engine_accepts(manifest, "node", node_version) && engine_accepts(manifest, "npm", npm_version);
}

Result<void> check_engine(const package::Manifest& manifest, const std::string& npm_version,
                          const std::string& node_version) {
  if (engine_ok(manifest, npm_version, node_version)) return {};
  return fail("EBADENGINE",
              fmt::format("Unsupported engine for {}: wanted: {} (current: {{\"node\":\"{}\",\"npm\":\"{}\"}})",
                          package_id(manifest),
                          printable(manifest.engines.dump(-1, ' ', false, Json::error_handler_t::replace)),
                          node_version, npm_version));
}

Result<void> check_platform(const package::Manifest& manifest, const Platform& platform) {
  const bool libc_ok = manifest.libc.empty() || (!platform.libc.empty() && list_allows(platform.libc, manifest.libc));
  if (list_allows(platform.os, manifest.os) && list_allows(platform.cpu, manifest.cpu) && libc_ok) return {};
  return fail("EBADPLATFORM",
              fmt::format("Unsupported platform for {}: wanted os {} cpu {} libc {} (current: os {} cpu {} libc {})",
                          package_id(manifest), printable(join(manifest.os, ",")), printable(join(manifest.cpu, ",")),
                          printable(join(manifest.libc, ",")), platform.os, platform.cpu, platform.libc));
}

}  // namespace hoist::resolver
