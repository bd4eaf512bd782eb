#pragma once
/// A registry made of a few lines of text, and a resolution run on it.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hoist/package/packument.hpp"
#include "hoist/package/sources.hpp"
#include "hoist/resolver/resolve.hpp"
#include "support/recording_reporter.hpp"

namespace hoist::test {

/// Packuments by name, from manifests given as JSON. `latest` is the last version published unless tagged.
class FakeRegistry final : public package::PackumentSource {
 public:
  /// `name@version`, and the other members of its manifest: `publish("a@1.0.0", R"("dependencies":{"b":"1"})")`.
  FakeRegistry& publish(const std::string& id, const std::string& members = {});
  FakeRegistry& tag(const std::string& name, const std::string& tag, const std::string& version);
  /// When a version was published, as an ISO time.
  FakeRegistry& time(const std::string& name, const std::string& version, const std::string& when);

  void prefetch(const std::string& name) override { prefetched.push_back(name); }
  Result<std::shared_ptr<const package::Packument>> get(const std::string& name) override;
  [[nodiscard]] std::vector<std::string> names() const;

  std::vector<std::string> prefetched;

 private:
  std::map<std::string, Json> packuments_;
};

/// No git, no directories, no tarballs.
class NoManifests final : public package::ManifestSource {
 public:
  Result<package::ResolvedPackage> get(const package::PackageSpec& spec) override {
    return fail("ENOTSUP", "no such source: " + spec.raw);
  }
};

/// A project on a fake registry. What a test does not set is npm's default.
struct Project {
  explicit Project(package::PackumentSource& source, const std::string& package_json = R"({"name":"root"})");

  /// Adds a workspace at `packages/<name>`.
  Project& workspace(const std::string& name, const std::string& package_json);
  /// Resolves; what came out becomes the lock of the next run.
  Result<resolver::ResolveOutcome> run();
  /// The tree of a run that must succeed: `location version`, a link as `location -> target`.
  std::vector<std::string> tree();
  /// The error code of a run that must fail.
  std::string code();

  package::PackumentSource& registry;
  resolver::ResolveRequest request;
  resolver::ResolveOptions options;
  RecordingReporter reporter;
};

/// `location version` per entry below the root, in order.
std::vector<std::string> tree_of(const lockfile::Lockfile& lock);

}  // namespace hoist::test
