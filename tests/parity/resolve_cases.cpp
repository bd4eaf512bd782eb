/// Resolves parity cases in one process, from packuments in a folder instead of a server: what resolution itself costs
/// and where it differs, without the rest of an install.
///   resolve_cases PACKUMENTS CASES [TEXT]     PACKUMENTS holds name.json, a slash in the name written as __
#include <chrono>
#include <cstdio>
#include <fstream>
#include <unordered_map>

#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/write.hpp"
#include "hoist/package/bundled.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/resolver/resolve.hpp"

using namespace hoist;
namespace fs = std::filesystem;

namespace {

class FolderSource final : public package::PackumentSource {
 public:
  explicit FolderSource(fs::path folder) : folder_(std::move(folder)) {}
  void prefetch(const std::string&) override {}
  Result<std::shared_ptr<const package::Packument>> get(const std::string& name) override {
    auto& slot = cache_[name];
    if (slot) return slot;
    auto text = read_file(folder_ / (replace_all(name, "/", "__") + ".json"));
    if (!text) return fail("E404", "404 Not Found - " + name);
    HOIST_TRY(slot, package::Packument::parse(*std::move(text), name));
    return slot;
  }

 private:
  fs::path folder_;
  std::unordered_map<std::string, std::shared_ptr<const package::Packument>> cache_;
};

class NoManifests final : public package::ManifestSource {
 public:
  Result<package::ResolvedPackage> get(const package::PackageSpec& spec) override {
    return fail("ENOTSUP", "not in the snapshot: " + spec.raw);
  }
};

class FolderBundles final : public package::BundleSource {
 public:
  explicit FolderBundles(fs::path folder) : folder_(std::move(folder)) {}
  Result<std::vector<package::BundledPackage>> get(const std::string&, const std::string&, const std::string& url,
                                                   const std::string&) override {
    const std::string path = url.substr(url.find('/', 8) + 1);
    HOIST_TRY(const std::string bytes, read_file(folder_ / replace_all(path, "/", "__")));
    return package::read_bundled_packages(bytes);
  }

 private:
  fs::path folder_;
};

std::string error_text(const Error& error) { return error.code + ": " + error.message; }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  FolderSource packuments(argv[1]);
  NoManifests manifests;
  FolderBundles bundles(argv[2]);
  NullReporter reporter;
  int exact = 0, total = 0;
  for (const auto& each : fs::directory_iterator(argv[3])) {
    const std::string name = each.path().filename();
    if (argc > 4 && name.find(argv[4]) == std::string::npos) continue;
    const Json spec = *parse_json(*read_file(each.path() / "case.json"), "case");
    resolver::ResolveOptions options;
    options.node_version = "20.20.2";
    options.allow_git = options.allow_remote = resolver::Allow::kAll;
    resolver::ResolveRequest request;
    request.root = "/proj/" + name;
    const auto args = spec["args"].get<std::vector<std::string>>();
    if (args[0] != "install" || args.size() > 2) continue;
    if (args.size() == 2) {
      if (args[1] == "--legacy-peer-deps")
        options.legacy_peer_deps = true;
      else if (args[1] == "--force")
        options.force = true;
      else if (args[1] == "--prefer-dedupe")
        options.prefer_dedupe = true;
      else if (args[1] == "--install-strategy=nested")
        options.install_strategy = resolver::InstallStrategy::kNested;
      else if (args[1].starts_with("--"))
        continue;
      else
        request.add.push_back(args[1]);
    }
    if (fs::exists(each.path() / "before/packages")) continue;
    auto json = package::PackageJson::read(each.path() / "before");
    request.manifest = *json->manifest();
    request.lock = *lockfile::read_lockfile(each.path() / "before/package-lock.json");
    ++total;
    const auto start = std::chrono::steady_clock::now();
    auto outcome = resolver::resolve(request, options, {packuments, manifests, &bundles}, reporter);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    const bool want_ok = spec["status"] == 0;
    if (!outcome) {
      const bool same = !want_ok && spec["code"].is_string() && spec["code"] == outcome.error().code;
      exact += same;
      std::printf("%s %s %.0f ms %s\n", same ? "exact " : "STATUS", name.c_str(), ms,
                  error_text(outcome.error()).c_str());
      continue;
    }
    if (!want_ok) {
      std::printf("STATUS %s %.0f ms resolved, npm: %s\n", name.c_str(), ms, spec["code"].dump().c_str());
      continue;
    }
    const std::string got = lockfile::write_lockfile(outcome->lock, {.style = json->style()});
    const std::string want = *read_file(each.path() / "after/package-lock.json");
    exact += got == want;
    std::printf("%s %s %.0f ms\n", got == want ? "exact " : "differ", name.c_str(), ms);
    std::ofstream("/tmp/got/" + name + ".json") << got;
  }
  std::printf("exact %d/%d\n", exact, total);
}
