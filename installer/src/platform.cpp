#include "hoist/installer/platform.hpp"

#include "hoist/base/file.hpp"
#include "hoist/package/range.hpp"

namespace hoist::installer {
namespace {

std::string_view node_cpu() noexcept {
#if defined(__x86_64__)
  return "x64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__arm__)
  return "arm";
#elif defined(__i386__)
  return "ia32";
#elif defined(__powerpc64__)
  return "ppc64";
#elif defined(__s390x__)
  return "s390x";
#elif defined(__riscv)
  return "riscv64";
#elif defined(__loongarch64)
  return "loong64";
#else
  return "unknown";
#endif
}

std::string detect_libc() {
  constexpr std::size_t limit = 4U << 20U;
  if (const auto ldd = read_file("/usr/bin/ldd", limit)) {
    if (ldd->find("musl") != std::string::npos) return "musl";
    if (ldd->find("GNU C Library") != std::string::npos) return "glibc";
    return {};
  }
#if defined(__GLIBC__)
  return "glibc";
#else
  return "musl";
#endif
}

const std::string* engine(const package::Manifest& manifest, std::string_view name) {
  return manifest.engines.is_object() ? find_string(manifest.engines, name) : nullptr;
}

}  // namespace

Platform Platform::current() {
#if defined(__APPLE__)
  return {"darwin", std::string(node_cpu()), ""};
#else
  return {"linux", std::string(node_cpu()), detect_libc()};
#endif
}

bool matches_list(std::string_view value, std::span<const std::string> list) {
  if (list.size() == 1 && list.front() == "any") return true;
  std::size_t negated = 0;
  bool match = false;
  for (const std::string_view entry : list) {
    if (entry.starts_with('!')) {
      ++negated;
      if (entry.substr(1) == value) return false;
    } else {
      match = match || entry == value;
    }
  }
  return match || negated == list.size();
}

bool matches_platform(const package::Manifest& manifest, const Platform& platform) {
  const auto fits = [](const std::string& value, const std::vector<std::string>& list) {
    return list.empty() || matches_list(value, list);
  };
  if (!manifest.libc.empty() && platform.libc.empty()) return false;
  return fits(platform.os, manifest.os) && fits(platform.cpu, manifest.cpu) && fits(platform.libc, manifest.libc);
}

std::optional<std::string> unmet_engine(const package::Manifest& manifest, const Engines& engines) {
  const package::SemverOptions options{.include_prerelease = true};
  for (const auto& [name, version] :
       {std::pair<std::string_view, const std::string&>{"node", engines.node}, {"npm", engines.npm}}) {
    const std::string* wanted = engine(manifest, name);
    if (wanted == nullptr || wanted->empty() || version.empty()) continue;
    if (!package::satisfies(version, *wanted, options)) return fmt::format("{} {}", name, *wanted);
  }
  return std::nullopt;
}

}  // namespace hoist::installer
