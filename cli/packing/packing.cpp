#include "cli/packing/packing.hpp"

#include <future>

#include "cli/config/options.hpp"
#include "cli/config/workspaces.hpp"
#include "cli/install/scripts.hpp"
#include "cli/packing/tarball_contents.hpp"
#include "hoist/base/file.hpp"
#include "hoist/package/pack_list.hpp"
#include "hoist/package/package_json.hpp"
#include "hoist/package/tar_reader.hpp"
#include "hoist/package/tar_writer.hpp"
#include "hoist/resolver/pick_manifest.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

Result<package::Tarball> fetch_now(Network& network, package::TarballRequest request) {
  auto promise = std::make_shared<std::promise<Result<package::Tarball>>>();
  auto future = promise->get_future();
  network.tarballs().fetch(std::move(request),
                           [promise](Result<package::Tarball> tarball) { promise->set_value(std::move(tarball)); });
  return future.get();
}

Result<package::Tarball> fetch_target(Network& network, const PackTarget& target) {
  package::TarballRequest request;
  request.name = target.name.empty() ? target.spec.raw : target.name;
  request.version = target.version;
  request.url = target.url;
  if (!target.integrity.empty()) {
    HOIST_TRY(request.integrity, Integrity::parse(target.integrity));
  }
  return fetch_now(network, std::move(request));
}

/// The version a registry spec means, with its manifest as the registry gave it.
Result<void> find_in_registry(Session& session, Network& network, PackTarget& target) {
  const auto& spec = target.spec.sub_spec ? *target.spec.sub_spec : target.spec;
  HOIST_TRY(const auto packument, network.packuments().get(spec.name));
  resolver::PickOptions options;
  options.default_tag = session.config.get_string("tag");
  options.npm_version = npm_version(session.config);
  options.node_version = node_version(session.config.inputs().node, session.config.get_string("cache"));
  options.before = release_cutoff(session.config, session.clock.now());
  HOIST_TRY(const auto* manifest, resolver::pick_manifest(*packument, spec, options));
  HOIST_TRY(const auto document, packument->document());
  target.document = document["versions"][manifest->version];
  target.url = network.registry().tarball_url(manifest->dist.tarball);
  target.integrity = manifest->dist.integrity;
  return {};
}

Result<void> read_from_tarball(Network& network, PackTarget& target) {
  target.url = target.spec.type == package::SpecType::kFile ? "file:" + target.spec.fetch_spec : target.spec.fetch_spec;
  HOIST_TRY(const auto tarball, fetch_target(network, target));
  HOIST_TRY(const auto text, package::read_tarball_package_json(tarball.bytes));
  HOIST_TRY(target.document, parse_json(text, target.spec.raw));
  target.integrity = tarball.integrity.to_string();
  return {};
}

Result<std::string> pack_folder(Session& session, const fs::path& folder, const PackOptions& options) {
  const auto& config = session.config;
  if (!config.get_bool("ignore-scripts")) {
    HOIST_CHECK(run_package_script(session, folder, "prepack", options.foreground));
    HOIST_CHECK(run_package_script(session, folder, "prepare", options.foreground));
  }
  package::PackListOptions list;
  list.prefix = config.local_prefix();
  list.workspaces = options.workspaces;
  list.global_ignore_file = config.get_string("global-ignore-file");
  HOIST_TRY(const auto read, package::PackageJson::read(folder));
  if (const Json* globs = find_member(read.document(), "workspaces")) {
    HOIST_TRY(const auto members, find_workspaces(folder, *globs));
    list.has_workspaces = !members.empty();
  }
  HOIST_TRY(const auto files, package::pack_list(folder, list, session.console));
  HOIST_TRY(const auto tar, package::write_package_tar(folder, files));
  return package::gzip_portable(tar);
}

}  // namespace

bool packs_in_foreground(const Config& config) {
  return config.is_default("foreground-scripts") || config.get_bool("foreground-scripts");
}

Result<void> run_package_script(Session& session, const fs::path& folder, const std::string& event, bool foreground,
                                package::StringMap environment) {
  HOIST_TRY(const auto package, package::PackageJson::read(folder));
  const Json* scripts = find_member(package.document(), "scripts");
  const std::string* command = scripts != nullptr ? find_string(*scripts, event) : nullptr;
  if (command == nullptr || command->empty()) return {};
  installer::ScriptRequest request;
  request.directory = folder;
  request.package_json = &package.document();
  request.event = event;
  request.command = *command;
  request.foreground = foreground;
  request.environment = std::move(environment);
  const installer::LifecycleRunner runner(script_settings(session), session.console);
  HOIST_TRY(const auto outcome, runner.run(request));
  if (!outcome.ok()) return std::unexpected(installer::script_error(outcome));
  return {};
}

Result<PackTarget> open_pack_target(Session& session, LazyNetwork& network, const std::string& argument) {
  PackTarget target;
  HOIST_TRY(target.spec, package::parse_spec(argument, session.config.inputs().cwd));
  switch (target.spec.type) {
    case package::SpecType::kDirectory: {
      HOIST_TRY(auto read, package::PackageJson::read(target.spec.fetch_spec));
      target.document = std::move(read.document());
      break;
    }
    case package::SpecType::kGit:
      return fail("ENOTSUPPORTED", fmt::format("hoist cannot pack git repositories yet: {}", target.spec.to_string()),
                  "Clone the repository and pack the folder.");
    case package::SpecType::kFile:
    case package::SpecType::kRemote:
      HOIST_CHECK(read_from_tarball(network.get(), target));
      break;
    default:
      HOIST_CHECK(find_in_registry(session, network.get(), target));
  }
  const auto* name = find_string(target.document, "name");
  const auto* version = find_string(target.document, "version");
  if (name == nullptr || version == nullptr || name->empty() || version->empty())
    return fail("", "Invalid package, must have name and version");
  target.name = *name;
  target.version = *version;
  return target;
}

Result<std::string> make_tarball(Session& session, LazyNetwork& network, const PackTarget& target,
                                 const PackOptions& options) {
  const bool is_folder = target.spec.type == package::SpecType::kDirectory;
  std::string bytes;
  if (is_folder) {
    HOIST_TRY(bytes, pack_folder(session, target.spec.fetch_spec, options));
  } else {
    HOIST_TRY(auto tarball, fetch_target(network.get(), target));
    bytes = std::move(tarball.bytes);
  }
  if (options.write) {
    const fs::path folder = fs::path(session.config.inputs().cwd) / session.config.get_string("pack-destination");
    HOIST_CHECK(atomic_write(folder / tarball_filename(target.name, target.version), bytes));
  }
  if (is_folder && !session.config.get_bool("ignore-scripts")) {
    const auto integrity = Integrity::from_digest(HashAlgorithm::kSha512, hash(HashAlgorithm::kSha512, bytes));
    HOIST_CHECK(run_package_script(session, target.spec.fetch_spec, "postpack", options.foreground,
                                   {{"npm_package_from", "file:" + target.spec.fetch_spec},
                                    {"npm_package_resolved", target.spec.fetch_spec},
                                    {"npm_package_integrity", integrity.to_string()}}));
  }
  return bytes;
}

}  // namespace hoist::cli
