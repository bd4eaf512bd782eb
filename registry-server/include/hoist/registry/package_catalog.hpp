#pragma once
/// The packages that the server offers, ready to be sent. Immutable once built; read from any thread.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace hoist::registry {

/// One body that can be sent, with what the headers say about it.
struct Representation {
  std::shared_ptr<const std::string> bytes;
  std::string etag;  ///< strong and quoted; differs between any two different bodies
};

/// A JSON document in the encodings that are served.
struct Document {
  Representation identity;
  Representation gzip;
};

/// One package. `Document`s are made when the catalogue is built: both packument forms are hot paths.
struct PackageEntry {
  Document full;
  Document abbreviated;
  Document dist_tags;
  std::map<std::string, Document, std::less<>> manifests;       ///< by version
  std::map<std::string, std::string, std::less<>> tags;         ///< tag to version
  std::map<std::string, Representation, std::less<>> tarballs;  ///< by file name
  std::chrono::sys_seconds modified{};
};

/// Packages by name.
class PackageCatalog {
 public:
  void add(std::string name, PackageEntry entry) { packages_.insert_or_assign(std::move(name), std::move(entry)); }
  /// nullptr when there is none. Valid as long as the catalogue.
  [[nodiscard]] const PackageEntry* find(std::string_view name) const {
    const auto found = packages_.find(name);
    return found == packages_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return packages_.size(); }

 private:
  std::map<std::string, PackageEntry, std::less<>> packages_;
};

}  // namespace hoist::registry
