#include "cli/install/ci_check.hpp"

#include "hoist/base/text.hpp"
#include "hoist/lockfile/location.hpp"

namespace hoist::cli {
namespace {

const std::string& extensions_hash(const lockfile::Lockfile& lock) {
  static const std::string kNone;
  const auto root = lock.packages.find("");
  return root == lock.packages.end() ? kNone : root->second.package_extensions_hash;
}

/// The rules must be those the lock was written under.
std::vector<std::string> extension_problems(const lockfile::Lockfile& locked, const lockfile::Lockfile& ideal) {
  const std::string &before = extensions_hash(locked), &now = extensions_hash(ideal);
  if (before == now) return {};
  if (before.empty()) return {"Missing: packageExtensions state from lock file"};
  if (now.empty()) return {"Invalid: lock file records packageExtensions state but package.json has none"};
  return {"Invalid: packageExtensions in package.json do not match the lock file"};
}

}  // namespace

std::vector<std::string> ci_problems(const lockfile::Lockfile& locked, const lockfile::Lockfile& ideal) {
  std::vector<std::string> problems;
  const auto add = [&](std::string text) { problems.push_back(printable(text)); };
  for (const auto& [location, wanted] : ideal.packages) {
    if (location.empty()) continue;
    const auto name = lockfile::package_name_of(location, wanted);
    const auto& version = wanted.manifest.version;
    const auto at = locked.packages.find(location);
    if (at == locked.packages.end()) {
      add(fmt::format("Missing: {}@{} from lock file", name, version));
      continue;
    }
    // What a folder of the project is says its package.json, not the lock.
    if (!lockfile::is_in_node_modules(location)) continue;
    if (at->second.manifest.version != version)
      add(fmt::format("Invalid: lock file's {}@{} does not satisfy {}@{}",
                      lockfile::package_name_of(location, at->second), at->second.manifest.version, name, version));
    else if (at->second.patched != wanted.patched)
      add(fmt::format("Invalid: the patch for {}@{} is not the one that the lock file records", name, version));
  }
  for (auto& problem : extension_problems(locked, ideal)) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace hoist::cli
