#include "hoist/lockfile/foreign.hpp"

#include <array>

#include "foreign_text.hpp"
#include "hoist/base/file.hpp"
#include "hoist/package/package_name.hpp"
#include "hoist/package/version.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::size_t kMaxForeignBytes = 64U << 20U;

using Parse = Result<ForeignLock> (*)(std::string_view);

struct Candidate {
  std::string_view client, file;
  Parse parse;
};

constexpr std::array<Candidate, 3> kCandidates = {{{"yarn", "yarn.lock", parse_yarn_lock},
                                                   {"pnpm", "pnpm-lock.yaml", parse_pnpm_lock},
                                                   {"bun", "bun.lock", parse_bun_lock}}};

Result<std::optional<ForeignLock>> read_candidate(const std::filesystem::path& folder, const Candidate& candidate) {
  auto text = read_file(folder / candidate.file, kMaxForeignBytes);
  if (!text) {
    if (text.error().code == "ENOENT" || text.error().code == "ENOTDIR") return std::optional<ForeignLock>{};
    return std::unexpected(std::move(text).error());
  }
  HOIST_TRY(ForeignLock lock, candidate.parse(*text));
  return std::optional(std::move(lock));
}

}  // namespace

std::string_view to_string(ForeignKind kind) noexcept {
  switch (kind) {
    case ForeignKind::kYarnClassic:
      return "yarn v1";
    case ForeignKind::kYarnBerry:
      return "yarn berry";
    case ForeignKind::kPnpm:
      return "pnpm";
    case ForeignKind::kBun:
      return "bun";
  }
  return "";
}

std::unexpected<Error> bad_foreign(std::string_view file, std::string_view reason) {
  return fail("EFOREIGNLOCK", fmt::format("{} cannot be read: {}", file, reason));
}

std::pair<std::string_view, std::string_view> split_ident(std::string_view text) noexcept {
  const std::size_t at = text.find('@', 1);
  if (text.empty() || at == std::string_view::npos) return {{}, text};
  return {text.substr(0, at), text.substr(at + 1)};
}

Pin make_pin(std::string_view name, std::string_view version) {
  Pin pin;
  pin.name = name;
  if (package::PackageName::parse(name) && package::Version::parse(version)) pin.version = version;
  return pin;
}

std::string_view text_of(const Json& object, std::string_view key) {
  const std::string* text = object.is_object() ? find_string(object, key) : nullptr;
  return text != nullptr ? std::string_view(*text) : std::string_view{};
}

Result<std::optional<ForeignLock>> read_foreign_lock(const std::filesystem::path& folder,
                                                     std::string_view package_manager) {
  const std::string_view client = package_manager.substr(0, package_manager.find('@'));
  for (const Candidate& candidate : kCandidates) {
    if (candidate.client != client) continue;
    HOIST_TRY(auto lock, read_candidate(folder, candidate));
    if (lock) return lock;
  }
  for (const Candidate& candidate : kCandidates) {
    HOIST_TRY(auto lock, read_candidate(folder, candidate));
    if (lock) return lock;
  }
  return std::optional<ForeignLock>{};
}

}  // namespace hoist::lockfile
