#include "cli/install/saving.hpp"

#include <unistd.h>

#include "hoist/base/file.hpp"
#include "hoist/lockfile/write.hpp"
#include "hoist/lockfile/write_yarn.hpp"

namespace hoist::cli {
namespace {

/// `bundleDependencies` under the name the file already uses.
void set_bundle(package::PackageJson& document, const package::Manifest& before,
                const std::vector<std::string>& bundle) {
  if (before.bundle_dependencies == bundle) return;
  Json& root = document.document();
  const std::string key = root.contains("bundledDependencies") ? "bundledDependencies" : "bundleDependencies";
  if (bundle.empty())
    root.erase(key);
  else
    root[key] = bundle;
}

void set_peer_meta(package::PackageJson& document, const Json& meta) {
  Json& root = document.document();
  if (meta.is_object() && !meta.empty())
    root["peerDependenciesMeta"] = meta;
  else if (root.contains("peerDependenciesMeta") && meta.is_object())
    root.erase("peerDependenciesMeta");
}

void apply_change(package::PackageJson& document, const package::Manifest& before,
                  const resolver::ManifestChange& change) {
  document.update_dependencies(
      {change.dependencies, change.optional_dependencies, change.dev_dependencies, change.peer_dependencies});
  if (change.peer_dependencies_meta != before.peer_dependencies_meta)
    set_peer_meta(document, change.peer_dependencies_meta);
  set_bundle(document, before, change.bundle_dependencies);
}

/// npm writes yarn.lock when the packages that cannot be installed here have left the tree.
lockfile::Lockfile without_inert(const resolver::ResolveOutcome& outcome) {
  lockfile::Lockfile lock = outcome.lock;
  for (const auto& location : outcome.inert) {
    lock.packages.erase(location);
    const std::string below = location + "/";
    std::erase_if(lock.packages, [&](const auto& pair) { return pair.first.starts_with(below); });
  }
  return lock;
}

}  // namespace

Result<void> PendingSave::add(const std::filesystem::path& path, std::string text) {
  auto old = read_file(path);
  if (!old && old.error().code != "ENOENT") return std::unexpected(std::move(old).error());
  if (old && *old == text) return {};
  files_.push_back({path, std::move(text), old ? std::optional(*std::move(old)) : std::nullopt});
  return {};
}

Result<PendingSave> PendingSave::prepare(const Project& project, const resolver::ResolveOutcome& outcome,
                                         const SaveOptions& options) {
  PendingSave save;
  if (options.lock) {
    const lockfile::WriteOptions write{.style = project.package_json.style(),
                                       .omit_registry_resolved = options.omit_registry_resolved,
                                       .legacy_peer_deps = options.legacy_peer_deps,
                                       .format = options.format_lock};
    HOIST_CHECK(save.add(project.lock_file(), lockfile::write_lockfile(outcome.lock, write)));
  }
  if (options.yarn_lock && project.has_classic_yarn_lock) {
    const std::string text = lockfile::write_yarn_lock(without_inert(outcome), project.root);
    if (!text.empty()) HOIST_CHECK(save.add(project.root / "yarn.lock", text));
  }
  if (!options.package_json) return save;
  for (const auto& change : outcome.manifests) {
    const auto folder = change.location.empty() ? project.root : project.root / change.location;
    package::PackageJson document = project.package_json;
    if (!change.location.empty()) {
      HOIST_TRY(document, package::PackageJson::read(folder));
    }
    HOIST_TRY(const auto before, document.manifest());
    const std::string unchanged = document.to_string();
    apply_change(document, before, change);
    if (std::string text = document.to_string(); text != unchanged)
      HOIST_CHECK(save.add(folder / "package.json", std::move(text)));
  }
  return save;
}

Result<void> PendingSave::write() const {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    auto written = atomic_write(files_[i].path, files_[i].text);
    if (written) continue;
    for (std::size_t k = 0; k < i; ++k) {
      if (files_[k].old)
        (void)atomic_write(files_[k].path, *files_[k].old);
      else
        (void)unlink(files_[k].path.c_str());
    }
    return std::unexpected(std::move(written).error().with_context("saving " + files_[i].path.filename().string()));
  }
  return {};
}

}  // namespace hoist::cli
