#include "cli/install/network.hpp"

#include <future>

#include "cli/config/options.hpp"
#include "hoist/package/bundled.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/package/package_name.hpp"
#include "hoist/package/tar_reader.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

fetcher::PackumentSourceOptions packument_options(const Config& config, const Clock& clock) {
  fetcher::PackumentSourceOptions options;
  // The full document: lockfiles hold fields (license) that the abbreviated one lacks, and limits on age need times.
  options.kind = fetcher::PackumentKind::kFull;
  options.cache_mode = cache_mode(config);
  options.cache_directory = fs::path(config.get_string("cache")) / "_hoist" / "metadata-v1";
  options.sound_after = release_cutoff(config, clock.now());
  return options;
}

fetcher::TarballSourceOptions tarball_options(const Config& config, const fs::path& root) {
  fetcher::TarballSourceOptions options;
  options.root = root;
  options.offline = config.get_bool("offline");
  return options;
}

Result<package::Tarball> fetch_now(package::TarballSource& tarballs, package::TarballRequest request) {
  auto promise = std::make_shared<std::promise<Result<package::Tarball>>>();
  auto future = promise->get_future();
  tarballs.fetch(std::move(request),
                 [promise](Result<package::Tarball> tarball) { promise->set_value(std::move(tarball)); });
  return future.get();
}

Result<package::ResolvedPackage> read_folder(const std::string& path) {
  HOIST_TRY(const auto document, package::PackageJson::read(path));
  HOIST_TRY(auto manifest, document.manifest());
  return package::ResolvedPackage{std::move(manifest), "file:" + path, {}};
}

}  // namespace

Result<package::ResolvedPackage> DirectManifestSource::get(const package::PackageSpec& spec) {
  if (spec.type == package::SpecType::kDirectory) return read_folder(spec.fetch_spec);
  if (spec.type == package::SpecType::kGit)
    return fail("ENOTSUPPORTED", fmt::format("hoist cannot install from git repositories yet: {}", spec.to_string()),
                "Depend on a published version, or on a tarball URL.");
  package::TarballRequest request;
  request.name = spec.name.empty() ? spec.raw : spec.name;
  request.url = spec.type == package::SpecType::kFile ? "file:" + spec.fetch_spec : spec.fetch_spec;
  const std::string resolved = request.url;
  HOIST_TRY(const auto tarball, fetch_now(tarballs_, std::move(request)));
  HOIST_TRY(const auto text, package::read_tarball_package_json(tarball.bytes));
  HOIST_TRY(const auto document, parse_json(text, spec.to_string()));
  HOIST_TRY(auto manifest, package::manifest_from_json(document, {.require_identity = true}));
  return package::ResolvedPackage{std::move(manifest), resolved, tarball.integrity.to_string()};
}

Result<std::vector<package::BundledPackage>> TarballBundleSource::get(const std::string& name,
                                                                      const std::string& version,
                                                                      const std::string& url,
                                                                      const std::string& integrity) {
  package::TarballRequest request{name, version, url, {}, 0};
  if (!integrity.empty()) {
    HOIST_TRY(request.integrity, Integrity::parse(integrity));
  }
  HOIST_TRY(const auto tarball, fetch_now(tarballs_, std::move(request)));
  return package::read_bundled_packages(tarball.bytes);
}

Network::Network(const Config& config, const fs::path& root, std::string_view node_version, std::string_view command,
                 Reporter& reporter, const Clock& clock)
    : http_(http_options(config), reporter),
      registry_(http_, registry_options(config, node_version, command), reporter),
      packuments_(registry_, pool_, packument_options(config, clock), clock),
      tarballs_(registry_, pool_, tarball_options(config, root)),
      manifests_(tarballs_),
      bundles_(tarballs_) {}

std::string tarball_url_of(std::string_view location, const lockfile::LockPackage& entry,
                           const fetcher::RegistryClient& registry, const fs::path& root) {
  if (entry.resolved.starts_with("file:"))
    return "file:" + (root / entry.resolved.substr(5)).lexically_normal().string();
  if (!entry.resolved.empty()) return registry.tarball_url(entry.resolved);
  const std::string name(lockfile::package_name_of(location, entry));
  const auto parsed = package::PackageName::parse(name);
  const std::string bare = parsed ? std::string(parsed->bare()) : name;
  return fmt::format("{}{}/-/{}-{}.tgz", registry.registry_for(name), name, bare, entry.manifest.version);
}

}  // namespace hoist::cli
