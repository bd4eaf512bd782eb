#include "cli/install/patches.hpp"

#include "hoist/base/file.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> hash_patch(const fs::path& root, const std::string& path) {
  const auto relative = (root / path).lexically_normal().lexically_relative(root);
  if (fs::path(path).is_absolute() || relative.empty() || relative == "." || *relative.begin() == "..")
    return fail("EPATCHUNSAFE", "patch path escapes the project: " + printable(path));
  const auto text = read_file(root / relative);
  if (!text) return fail("EPATCHNOTFOUND", "patch file not found: " + printable(path));
  return Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, *text)).to_string();
}

}  // namespace

std::map<std::string, Result<std::string>, std::less<>> read_patches(const Project& project) {
  std::map<std::string, Result<std::string>, std::less<>> patches;
  if (!project.manifest.patched_dependencies.is_object()) return patches;
  for (const auto& [key, path] : project.manifest.patched_dependencies.items())
    if (path.is_string()) patches.emplace(path.get<std::string>(), hash_patch(project.root, path.get<std::string>()));
  return patches;
}

Result<void> refuse_patches(const installer::InstallPlan& plan) {
  for (const auto& placement : plan.packages)
    if (!placement.entry->patched.is_null())
      return fail("ENOTSUPPORTED",
                  fmt::format("{} has a patch (patchedDependencies), which hoist cannot apply yet",
                              printable(placement.location)),
                  "Install this project with npm until then.");
  return {};
}

}  // namespace hoist::cli
