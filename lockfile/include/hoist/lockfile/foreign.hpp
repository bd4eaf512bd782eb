#pragma once
/// Lockfiles of other clients: yarn.lock (v1 and berry), pnpm-lock.yaml (v6, v9) and bun.lock (text), read for the
/// versions they chose. Foreign bytes: parsed with limits, and a pin is only ever a name and a version to ask the
/// registry for.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/lockfile/pins.hpp"

namespace hoist::lockfile {

enum class ForeignKind { kYarnClassic, kYarnBerry, kPnpm, kBun };

[[nodiscard]] std::string_view to_string(ForeignKind kind) noexcept;

struct ForeignLock {
  ForeignKind kind = ForeignKind::kYarnClassic;
  std::string file;  ///< its name in the project's folder
  Pins pins;
};

/// EFOREIGNLOCK with what is wrong; nothing is half read.
[[nodiscard]] Result<ForeignLock> parse_yarn_lock(std::string_view text);
[[nodiscard]] Result<ForeignLock> parse_pnpm_lock(std::string_view text);
[[nodiscard]] Result<ForeignLock> parse_bun_lock(std::string_view text);

/// The lock to import in `folder`: that of the client which `package_manager` (package.json's `packageManager`, may be
/// empty) names, else yarn.lock, pnpm-lock.yaml or bun.lock, in this order. nullopt when there is none.
[[nodiscard]] Result<std::optional<ForeignLock>> read_foreign_lock(const std::filesystem::path& folder,
                                                                   std::string_view package_manager);

/// True for a yarn.lock in `folder` that is not empty and is none of berry's: npm rewrites such a file.
[[nodiscard]] bool has_classic_yarn_lock(const std::filesystem::path& folder);

}  // namespace hoist::lockfile
