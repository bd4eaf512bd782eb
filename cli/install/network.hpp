#pragma once
/// The fetcher, wired from the configuration. Building one costs nothing; threads, connections and folders come with
/// the first request.

#include <filesystem>
#include <memory>
#include <string>

#include "cli/config/config.hpp"
#include "hoist/base/clock.hpp"
#include "hoist/base/thread_pool.hpp"
#include "hoist/fetcher/packument_source.hpp"
#include "hoist/fetcher/registry_client.hpp"
#include "hoist/fetcher/tarball_source.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/package/sources.hpp"

namespace hoist::cli {

/// Manifests of folders, local tarballs and tarball URLs. Git is refused with ENOTSUPPORTED.
class DirectManifestSource final : public package::ManifestSource {
 public:
  explicit DirectManifestSource(package::TarballSource& tarballs) : tarballs_(tarballs) {}
  [[nodiscard]] Result<package::ResolvedPackage> get(const package::PackageSpec& spec) override;

 private:
  package::TarballSource& tarballs_;
};

/// Looks into tarballs for what they bundle.
class TarballBundleSource final : public package::BundleSource {
 public:
  explicit TarballBundleSource(package::TarballSource& tarballs) : tarballs_(tarballs) {}
  [[nodiscard]] Result<std::vector<package::BundledPackage>> get(const std::string& name, const std::string& version,
                                                                 const std::string& url,
                                                                 const std::string& integrity) override;

 private:
  package::TarballSource& tarballs_;
};

class Network {
 public:
  /// `root` is where relative `file:` URLs start. All references outlive the network.
  Network(const Config& config, const std::filesystem::path& root, std::string_view node_version,
          std::string_view command, Reporter& reporter, const Clock& clock);

  [[nodiscard]] fetcher::RegistryClient& registry() noexcept { return registry_; }
  [[nodiscard]] package::PackumentSource& packuments() noexcept { return packuments_; }
  [[nodiscard]] package::TarballSource& tarballs() noexcept { return tarballs_; }
  [[nodiscard]] package::ManifestSource& manifests() noexcept { return manifests_; }
  [[nodiscard]] package::BundleSource& bundles() noexcept { return bundles_; }

 private:
  // In order of construction: each uses those before it.
  ThreadPool pool_;
  fetcher::HttpClient http_;
  fetcher::RegistryClient registry_;
  fetcher::RegistryPackumentSource packuments_;
  fetcher::RegistryTarballSource tarballs_;
  DirectManifestSource manifests_;
  TarballBundleSource bundles_;
};

/// Where a locked package is fetched from: `resolved`, moved to the configured registry if the settings say so; made
/// from name and version where the lockfile leaves it out.
[[nodiscard]] std::string tarball_url_of(std::string_view location, const lockfile::LockPackage& entry,
                                         const fetcher::RegistryClient& registry, const std::filesystem::path& root);

}  // namespace hoist::cli
