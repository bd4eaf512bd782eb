#include "hoist/installer/lifecycle.hpp"

#include <algorithm>
#include <array>

#include "hoist/base/collation.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/package/package_json.hpp"

namespace hoist::installer {
namespace {

constexpr std::array<std::string_view, 1> kBefore = {"preinstall"};
constexpr std::array<std::string_view, 6> kAfter = {"install",    "postinstall", "prepublish",
                                                    "preprepare", "prepare",     "postprepare"};

bool before(const ScriptJob& a, const ScriptJob& b) {
  const int depth_a = lockfile::depth_of(a.package->location), depth_b = lockfile::depth_of(b.package->location);
  return depth_a != depth_b ? depth_a < depth_b : locale_compare(a.package->location, b.package->location) < 0;
}

}  // namespace

std::span<const std::string_view> root_events_before() noexcept { return kBefore; }
std::span<const std::string_view> root_events_after() noexcept { return kAfter; }

Result<void> run_root_events(const LifecycleRunner& runner, const std::filesystem::path& directory,
                             std::span<const std::string_view> events) {
  auto read = package::PackageJson::read(directory);
  if (!read) {
    if (read.error().code == "ENOENT") return {};
    return std::unexpected(std::move(read).error());
  }
  HOIST_TRY(const package::Manifest manifest, read->manifest());
  for (const std::string_view event : events) {
    const auto command = find_script(manifest, event, has_binding_gyp(directory));
    if (!command) continue;
    ScriptRequest request;
    request.directory = directory;
    request.package_json = &read->document();
    request.event = event;
    request.command = *command;
    request.foreground = true;
    HOIST_TRY(const ScriptOutcome outcome, runner.run(request));
    if (!outcome.ok()) return std::unexpected(script_error(outcome));
  }
  return {};
}

std::vector<std::vector<ScriptJob>> order_scripts(std::span<const ScriptPackage> packages) {
  constexpr std::array<std::string_view, 3> kPackageEvents = {"preinstall", "install", "postinstall"};
  constexpr std::array<std::string_view, 4> kLinkEvents = {"preinstall", "prepare", "install", "postinstall"};
  std::vector<std::vector<ScriptJob>> batches;
  const auto add = [&](bool links, std::string_view event) {
    std::vector<ScriptJob> batch;
    for (const ScriptPackage& package : packages)
      if (package.link == links && package::find(package.scripts, event) != nullptr) batch.push_back({&package, event});
    std::sort(batch.begin(), batch.end(), before);
    if (!batch.empty()) batches.push_back(std::move(batch));
  };
  for (const std::string_view event : kPackageEvents) add(false, event);
  for (const std::string_view event : kLinkEvents) add(true, event);
  return batches;
}

}  // namespace hoist::installer
