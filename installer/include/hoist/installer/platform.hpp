#pragma once
/// Which packages this machine can run: npm-install-checks' rules.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"

namespace hoist::installer {

/// In node's words: `linux`, `x64`, `glibc`. `libc` is empty where it means nothing or is unknown.
struct Platform {
  std::string os, cpu, libc;
  /// The machine this runs on. libc is read off /usr/bin/ldd, as npm does.
  static Platform current();
};

/// npm-install-checks' checkList: `any` alone, no negated entry that matches, and one that matches unless all are
/// negated.
[[nodiscard]] bool matches_list(std::string_view value, std::span<const std::string> list);

/// `os`, `cpu` and `libc` of a manifest. A libc demand is never met where the libc is unknown.
[[nodiscard]] bool matches_platform(const package::Manifest& manifest, const Platform& platform);

/// Versions that `engines` is compared with; an empty one is not compared.
struct Engines {
  std::string node, npm;
};

/// What `engines` demands and this machine does not have (`node >=22`); nullopt when all is well.
[[nodiscard]] std::optional<std::string> unmet_engine(const package::Manifest& manifest, const Engines& engines);

}  // namespace hoist::installer
