#include "hoist/registry/fixture_loader.hpp"

#include <iomanip>
#include <ranges>
#include <sstream>

#include "hoist/base/file.hpp"
#include "hoist/package/version.hpp"
#include "storage/packument_builder.hpp"
#include "storage/tar_writer.hpp"

namespace hoist::registry {
namespace {

namespace fs = std::filesystem;
using package::Version;

std::unexpected<Error> bad_fixture(const fs::path& where, std::string_view why) {
  return fail("EFIXTURE", fmt::format("{}: {}", where.string(), why));
}

/// The folders of `directory`, sorted by name. Hidden ones are not packages.
Result<std::vector<fs::path>> list_folders(const fs::path& directory) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error) && !it->path().filename().string().starts_with('.')) folders.push_back(it->path());
  }
  if (error) return std::unexpected(errno_error(error.value(), "reading", directory));
  std::ranges::sort(folders);
  return folders;
}

/// A side file with an object of strings; empty when there is no such file.
Result<std::map<std::string, std::string>> read_string_map(const fs::path& path) {
  std::map<std::string, std::string> map;
  if (!fs::exists(path)) return map;
  HOIST_TRY(const std::string text, read_file(path));
  HOIST_TRY(const Json json, parse_json(text, path.string()));
  if (!json.is_object()) return bad_fixture(path, "not an object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return bad_fixture(path, fmt::format("{} is not a string", key));
    map.emplace(key, value.get<std::string>());
  }
  return map;
}

/// `2024-01-01T00:00:00.000Z`, to the second.
Result<std::chrono::sys_seconds> parse_time(const std::string& text, const fs::path& where) {
  std::tm parts{};
  std::istringstream stream(text.substr(0, 19));
  stream >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
  if (stream.fail() || text.size() < 19) return bad_fixture(where, fmt::format("not a time: {}", text));
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::from_time_t(timegm(&parts)));
}

Result<std::vector<PackedFile>> read_files(const fs::path& folder) {
  std::vector<PackedFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!fs::is_regular_file(it->symlink_status())) continue;  // npm packs no links
    HOIST_TRY(std::string content, read_file(it->path()));
    files.push_back({it->path().lexically_relative(folder).generic_string(), std::move(content),
                     (it->status().permissions() & fs::perms::owner_exec) != fs::perms::none});
  }
  if (error) return std::unexpected(errno_error(error.value(), "reading", folder));
  return files;
}

const PackedFile* find_file(const std::vector<PackedFile>& files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &PackedFile::path);
  return found == files.end() ? nullptr : &*found;
}

Result<PublishedVersion> load_version(const std::string& name, const fs::path& folder) {
  HOIST_TRY(auto files, read_files(folder));
  const PackedFile* package_json = find_file(files, "package.json");
  if (package_json == nullptr) return bad_fixture(folder, "no package.json");
  PublishedVersion loaded;
  loaded.version = folder.filename().string();
  HOIST_TRY(loaded.manifest, parse_json(package_json->content, (folder / "package.json").string()));
  const std::string* own_name = find_string(loaded.manifest, "name");
  const std::string* own_version = find_string(loaded.manifest, "version");
  if (own_name == nullptr || *own_name != name) return bad_fixture(folder, "package.json has another name");
  if (own_version == nullptr || *own_version != loaded.version)
    return bad_fixture(folder, "package.json has another version");

  if (const PackedFile* readme = find_file(files, "README.md")) loaded.readme = readme->content;
  loaded.has_native_build = find_file(files, "binding.gyp") != nullptr;
  loaded.file_count = files.size();
  for (const PackedFile& file : files) loaded.unpacked_size += file.content.size();
  HOIST_TRY(std::string tarball, pack_tarball(std::move(files)));
  loaded.tarball = std::make_shared<const std::string>(std::move(tarball));
  return loaded;
}

/// Version folders in ascending semver order.
Result<std::vector<fs::path>> list_versions(const fs::path& folder) {
  HOIST_TRY(const auto folders, list_folders(folder));
  std::vector<std::pair<Version, fs::path>> ordered;
  for (const fs::path& path : folders) {
    HOIST_TRY(auto version, Version::parse(path.filename().string()));
    ordered.emplace_back(std::move(version), path);
  }
  std::ranges::sort(ordered);  // by version; then by path, for versions that differ in build metadata only
  std::vector<fs::path> sorted;
  for (auto& [version, path] : ordered) sorted.push_back(std::move(path));
  return sorted;
}

/// The highest version that is no prerelease, else the highest.
std::string default_latest(const std::vector<PublishedVersion>& versions) {
  for (const auto& candidate : std::views::reverse(versions)) {
    if (!candidate.version.contains('-')) return candidate.version;
  }
  return versions.back().version;
}

Result<PublishedPackage> load_package(const std::string& name, const fs::path& folder) {
  PublishedPackage package{.name = name, .versions = {}, .tags = {}};
  HOIST_TRY(package.tags, read_string_map(folder / ".dist-tags.json"));
  HOIST_TRY(const auto times, read_string_map(folder / ".times.json"));
  HOIST_TRY(const auto deprecations, read_string_map(folder / ".deprecated.json"));
  HOIST_TRY(const auto version_folders, list_versions(folder));
  if (version_folders.empty()) return bad_fixture(folder, "no versions");

  std::chrono::sys_seconds time = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);
  for (const fs::path& version_folder : version_folders) {
    HOIST_TRY(auto version, load_version(name, version_folder));
    version.time = time;
    time += std::chrono::days(1);
    if (const auto set = times.find(version.version); set != times.end()) {
      HOIST_TRY(version.time, parse_time(set->second, folder / ".times.json"));
    }
    if (const auto set = deprecations.find(version.version); set != deprecations.end())
      version.deprecated = set->second;
    package.versions.push_back(std::move(version));
  }
  package.tags.try_emplace("latest", default_latest(package.versions));
  for (const auto& [tag, version] : package.tags) {
    if (std::ranges::find(package.versions, version, &PublishedVersion::version) == package.versions.end()) {
      return bad_fixture(folder, fmt::format("tag {} points to {}, which is not there", tag, version));
    }
  }
  return package;
}

}  // namespace

Result<PackageCatalog> load_fixtures(const fs::path& directory, std::string_view public_url) {
  PackageCatalog catalog;
  HOIST_TRY(const auto top, list_folders(directory));
  for (const fs::path& folder : top) {
    const std::string first = folder.filename().string();
    std::vector<std::pair<std::string, fs::path>> found;
    if (first.starts_with('@')) {
      HOIST_TRY(const auto scoped, list_folders(folder));
      for (const fs::path& inner : scoped) found.emplace_back(first + "/" + inner.filename().string(), inner);
    } else {
      found.emplace_back(first, folder);
    }
    for (const auto& [name, path] : found) {
      HOIST_TRY(const auto package, load_package(name, path));
      catalog.add(name, build_entry(package, public_url));
    }
  }
  return catalog;
}

}  // namespace hoist::registry
