#include "hoist/installer/actual_tree.hpp"

#include <algorithm>

#include "hoist/base/file.hpp"
#include "hoist/installer/plan.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/package/package_json.hpp"
#include "install_state.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

using lockfile::LockPackage;

constexpr std::size_t kMaxPackageJson = 32U << 20U;
constexpr int kMaxDepth = 256;

/// What a folder's package.json says; an empty manifest when it says nothing.
package::Manifest read_manifest(const fs::path& folder) {
  const auto text = read_file(folder / "package.json", kMaxPackageJson);
  if (!text) return {};
  const auto document = parse_json(*text, "package.json");
  if (!document) return {};
  auto manifest = package::manifest_from_json(*document);
  return manifest ? *std::move(manifest) : package::Manifest{};
}

class Walker {
 public:
  Walker(fs::path root, const ActualTreeOptions& options, lockfile::Lockfile& out)
      : root_(std::move(root)), options_(options), out_(out) {}

  void walk_folder(const std::string& location, int depth = 0) {
    for (const std::string& name : entries_of(root_ / location)) {
      if (!name.starts_with('@')) {
        add(location + '/' + name, depth);
        continue;
      }
      for (const std::string& scoped : entries_of(root_ / location / name))
        add(location + '/' + name + '/' + scoped, depth);
    }
  }

 private:
  static std::vector<std::string> entries_of(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    if (fs::is_symlink(folder, error)) return names;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      std::string name = at->path().filename().string();
      if (!name.starts_with('.')) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  void add(const std::string& location, int depth) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(root_ / location, error);
    if (error || !parse_location(location) || out_.packages.contains(location) || depth > kMaxDepth) return;
    if (fs::is_symlink(status)) {
      add_link(location, depth);
    } else if (fs::is_directory(status)) {
      add_package(location);
      if (!options_.top_level_only) walk_folder(location + "/node_modules", depth + 1);
    }
  }

  void add_package(const std::string& location) {
    LockPackage entry;
    entry.manifest = read_manifest(root_ / location);
    if (entry.manifest.name == lockfile::name_of_location(location)) entry.manifest.name.clear();
    if (options_.lock != nullptr) lend_source(location, entry);
    out_.packages.emplace(location, std::move(entry));
  }

  /// npm: the lockfile's word on where a package came from is taken when the version is the one it names.
  void lend_source(const std::string& location, LockPackage& entry) const {
    const auto known = options_.lock->packages.find(location);
    if (known == options_.lock->packages.end() || known->second.link) return;
    if (known->second.manifest.version != entry.manifest.version) return;
    if (package_name_of(location, known->second) != package_name_of(location, entry)) return;
    entry.resolved = known->second.resolved;
    entry.integrity = known->second.integrity;
  }

  void add_link(const std::string& location, int depth) {
    std::error_code error;
    LockPackage link;
    link.link = true;
    const fs::path target = fs::canonical(root_ / location, error);
    if (error) {
      const fs::path text = fs::read_symlink(root_ / location, error);
      link.resolved = (fs::path(location).parent_path() / text).lexically_normal().string();
      out_.packages.emplace(location, std::move(link));
      return;
    }
    link.resolved = target.lexically_relative(root_).string();
    const std::string resolved = link.resolved;
    out_.packages.emplace(location, std::move(link));
    if (resolved == "." || out_.packages.contains(resolved) || !fs::is_directory(target, error)) return;
    add_package(resolved);
    if (!options_.top_level_only) walk_folder(resolved + "/node_modules", depth + 1);
  }

  const fs::path root_;
  const ActualTreeOptions& options_;
  lockfile::Lockfile& out_;
};

/// The hidden lockfile, when there is one that can be believed.
std::optional<lockfile::Lockfile> read_hidden(const fs::path& root) {
  auto hidden = lockfile::read_lockfile(root / "node_modules" / kHiddenLockfile);
  if (!hidden || !*hidden || !is_hidden_lockfile_current(root, **hidden)) return std::nullopt;
  return std::move(**hidden);
}

}  // namespace

Result<ActualTree> read_actual_tree(const fs::path& root, const ActualTreeOptions& options) {
  std::error_code error;
  const fs::path real = fs::canonical(root, error);
  if (error) return std::unexpected(errno_error(error.value(), "cannot open", root));
  ActualTree actual;
  actual.uncertain = read_marker(real / "node_modules");
  if (options.use_hidden_lockfile && actual.uncertain.empty() && !options.top_level_only) {
    if (auto hidden = read_hidden(real)) {
      actual.tree = *std::move(hidden);
      actual.from_hidden_lockfile = true;
    }
  }
  if (!actual.from_hidden_lockfile) Walker(real, options, actual.tree).walk_folder("node_modules");
  actual.tree.packages.erase("");
  if (fs::exists(real / "package.json", error)) {
    LockPackage entry;
    entry.manifest = read_manifest(real);
    actual.tree.name = entry.manifest.name;
    actual.tree.version = entry.manifest.version;
    actual.tree.packages.emplace("", std::move(entry));
  }
  return actual;
}

}  // namespace hoist::installer
