#include "fake_registry.hpp"

#include "hoist/package/package_json.hpp"
#include "support/catch.hpp"

namespace hoist::test {

FakeRegistry& FakeRegistry::publish(const std::string& id, const std::string& members) {
  const std::size_t at = id.rfind('@');
  const std::string name = id.substr(0, at), version = id.substr(at + 1);
  Json manifest = *parse_json("{" + members + "}", id);
  manifest["name"] = name;
  manifest["version"] = version;
  manifest["dist"]["tarball"] = "http://registry.test/" + name + "/-/" + version + ".tgz";
  Json& packument = packuments_[name];
  packument["name"] = name;
  packument["versions"][version] = std::move(manifest);
  packument["dist-tags"]["latest"] = version;
  return *this;
}

FakeRegistry& FakeRegistry::tag(const std::string& name, const std::string& tag, const std::string& version) {
  packuments_[name]["dist-tags"][tag] = version;
  return *this;
}

FakeRegistry& FakeRegistry::time(const std::string& name, const std::string& version, const std::string& when) {
  packuments_[name]["time"][version] = when;
  return *this;
}

Result<std::shared_ptr<const package::Packument>> FakeRegistry::get(const std::string& name) {
  const auto found = packuments_.find(name);
  if (found == packuments_.end()) return fail("E404", "404 Not Found - " + name);
  return package::Packument::parse(found->second.dump(), name);
}

std::vector<std::string> FakeRegistry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, packument] : packuments_) out.push_back(name);
  return out;
}

namespace {

package::Manifest manifest_of(const std::string& package_json) {
  auto document = package::PackageJson::parse(package_json, "package.json");
  REQUIRE(document);
  auto manifest = document->manifest();
  REQUIRE(manifest);
  return *std::move(manifest);
}

}  // namespace

Project::Project(package::PackumentSource& source, const std::string& package_json) : registry(source) {
  request.root = "/project";
  request.manifest = manifest_of(package_json);
  options.node_version = "22.0.0";
  options.os = "linux";
  options.cpu = "x64";
  options.libc = "glibc";
}

Project& Project::workspace(const std::string& name, const std::string& package_json) {
  request.workspaces.push_back({name, request.root / "packages" / name, manifest_of(package_json)});
  return *this;
}

Result<resolver::ResolveOutcome> Project::run() {
  NoManifests none;
  auto outcome = resolver::resolve(request, options, {registry, none}, reporter);
  if (!outcome) return outcome;
  request.lock = outcome->lock;
  request.lock->loaded_from_disk = true;
  request.lock->original_version = outcome->lock.lockfile_version;
  return outcome;
}

std::vector<std::string> Project::tree() {
  auto outcome = run();
  if (!outcome) FAIL(outcome.error().code << ": " << outcome.error().message);
  return tree_of(outcome->lock);
}

std::string Project::code() {
  auto outcome = run();
  return outcome ? "none" : outcome.error().code;
}

std::vector<std::string> tree_of(const lockfile::Lockfile& lock) {
  std::vector<std::string> out;
  for (const auto& [location, entry] : lock.packages)
    if (!location.empty())
      out.push_back(location + (entry.link ? " -> " + entry.resolved : " " + entry.manifest.version));
  return out;
}

}  // namespace hoist::test
