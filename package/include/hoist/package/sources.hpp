#pragma once
/// The only doors through which resolver and installer see the network. The fetcher implements them; tests fake them.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hoist/base/integrity.hpp"
#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/package/packument.hpp"

namespace hoist::package {

/// Packuments by name. The resolver is one ordinary thread with a deterministic order (docs/adr/0002): it asks ahead
/// with prefetch, then blocks in get; what arrives first never changes a decision.
class PackumentSource {
 public:
  virtual ~PackumentSource() = default;
  /// Starts a request if none was made. Never blocks; a failure shows only in get, and only if get is called.
  virtual void prefetch(const std::string& name) = 0;
  /// Blocks until the packument is there. The same name is fetched once in the life of the source.
  /// E404, E401, EINTEGRITY, ENOTCACHED (offline), network codes; the message names package and URL.
  [[nodiscard]] virtual Result<std::shared_ptr<const Packument>> get(const std::string& name) = 0;
};

/// What a spec that is no registry spec turned out to be.
struct ResolvedPackage {
  Manifest manifest;
  std::string resolved;   ///< as package-lock.json writes it (`git+ssh://…#<commit>`, URL, `file:…` absolute path)
  std::string integrity;  ///< empty for git and directories
};

/// Manifests of git, remote, file and directory specs.
class ManifestSource {
 public:
  virtual ~ManifestSource() = default;
  [[nodiscard]] virtual Result<ResolvedPackage> get(const PackageSpec& spec) = 0;
};

/// One package found inside another's tarball.
struct BundledPackage {
  std::string location;  ///< below the bundler: `node_modules/x`, `node_modules/x/node_modules/y`
  Manifest manifest;
};

/// What a tarball bundles.
class BundleSource {
 public:
  virtual ~BundleSource() = default;
  /// The packages below node_modules of the tarball at `url`, verified against `integrity` when that is not empty.
  [[nodiscard]] virtual Result<std::vector<BundledPackage>> get(const std::string& name, const std::string& version,
                                                                const std::string& url,
                                                                const std::string& integrity) = 0;
};

/// One tarball to bring.
struct TarballRequest {
  std::string name;     ///< package name, for messages
  std::string version;  ///< may be empty
  std::string url;      ///< `resolved` of the lockfile: http(s) URL, git+…#commit, or file:
  std::optional<Integrity> integrity;
  std::uint64_t expected_size = 0;  ///< 0 = unknown; a hint for order, never trusted
};

/// The verified bytes of a gzip tarball.
struct Tarball {
  std::string bytes;
  Integrity integrity;  ///< computed: sha512, and the algorithm that was asked for if another
};

/// Tarballs. Every byte is hashed on arrival; `done` gets bytes only when the integrity (if given) holds.
class TarballSource {
 public:
  virtual ~TarballSource() = default;
  /// Starts a download. `done` runs exactly once, on a thread of the source, and must be quick (hand over and return).
  /// EINTEGRITY, E404, network codes; the message names package and URL.
  virtual void fetch(TarballRequest request, std::function<void(Result<Tarball>)> done) = 0;
};

}  // namespace hoist::package
