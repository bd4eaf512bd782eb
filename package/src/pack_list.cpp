#include "hoist/package/pack_list.hpp"

#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_name.hpp"
#include "pack_walker.hpp"

namespace hoist::package {
namespace {

namespace fs = std::filesystem;

std::string_view base_of(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// npm's order, made for compression: extension, name, path.
bool packs_before(const std::string& a, const std::string& b) {
  if (const int order = locale_compare(to_lower(extension_of(a)), to_lower(extension_of(b)))) return order < 0;
  if (const int order = locale_compare(to_lower(base_of(a)), to_lower(base_of(b)))) return order < 0;
  const int order = locale_compare(a, b);
  return order != 0 ? order < 0 : a < b;
}

/// The ignore files between the workspaces' root and the folder above a workspace: one a folder, .npmignore first.
Result<std::string> rules_above(const fs::path& prefix, const fs::path& folder) {
  std::string text;
  fs::path at = prefix;
  const fs::path below = folder.parent_path().lexically_relative(prefix);
  auto part = below.begin();
  for (;;) {
    for (const char* name : {".npmignore", ".gitignore"}) {
      std::error_code error;
      if (!fs::exists(at / name, error)) continue;
      HOIST_TRY(const auto content, read_file(at / name));
      text += content + '\n';
      break;
    }
    if (part == below.end() || *part == ".") return text;
    at /= *part++;
  }
}

class PackLister {
 public:
  PackLister(const fs::path& folder, const PackListOptions& options, Reporter& reporter)
      : options_(options), walk_{folder, options.has_workspaces, &reporter} {}

  Result<std::vector<std::string>> run() {
    HOIST_CHECK(add_root());
    std::vector<std::string> list;
    // A path that starts with @ means something else to tar; npm writes it another way, and sorts it as such.
    for (const auto& file : files_) list.push_back(file.starts_with('@') ? "./" + file : file);
    std::ranges::sort(list, packs_before);
    return list;
  }

 private:
  Result<void> add_root() {
    HOIST_TRY(const auto package, read_packed_manifest(walk_.root));
    PackFolder folder(walk_, walk_.root,
                      {RuleSource::kDefault, RuleSource::kGlobal, RuleSource::kPackage, RuleSource::kNpmIgnore,
                       RuleSource::kGitIgnore, RuleSource::kStrict});
    IgnoreRules rules = default_ignore_rules();
    HOIST_CHECK(add_workspace_rules(rules));
    folder.set_rules(RuleSource::kDefault, std::make_shared<const IgnoreRules>(std::move(rules)));
    if (!options_.global_ignore_file.empty()) {
      std::error_code error;
      if (fs::exists(options_.global_ignore_file, error)) {
        HOIST_TRY(const auto text, read_file(options_.global_ignore_file));
        folder.set_rules(RuleSource::kGlobal, std::make_shared<const IgnoreRules>(parse_ignore_rules(text)));
      }
    }
    folder.set_package(&package, true);
    HOIST_CHECK(folder.collect(files_));
    seen_.insert(walk_.root);
    std::vector<std::string> names = package.manifest.bundle_dependencies;
    std::erase_if(names, [&](const std::string& name) { return !is_packable_edge(package.manifest, name); });
    return add_bundled(walk_.root, names);
  }

  /// Peer and development dependencies are never bundled. What is listed twice counts as npm's last list: development,
  /// optional, ordinary, peer. A name in no list may be a workspace.
  bool is_packable_edge(const Manifest& manifest, const std::string& name) const {
    if (find(manifest.dev_dependencies, name) != nullptr) return false;
    if (find(manifest.optional_dependencies, name) != nullptr || find(manifest.dependencies, name) != nullptr)
      return true;
    return find(manifest.peer_dependencies, name) == nullptr && options_.has_workspaces;
  }

  Result<void> add_workspace_rules(IgnoreRules& rules) const {
    if (options_.prefix.empty() || options_.workspaces.empty()) return {};
    std::string text;
    if (walk_.root == options_.prefix) {
      for (const auto& workspace : options_.workspaces)
        text += workspace.lexically_relative(walk_.root).generic_string() + '\n';
    } else if (std::ranges::find(options_.workspaces, walk_.root) != options_.workspaces.end()) {
      HOIST_TRY(text, rules_above(options_.prefix, walk_.root));
    }
    for (auto& rule : parse_ignore_rules(text)) rules.push_back(std::move(rule));
    return {};
  }

  /// The folder that `name` means to a package at `from`, looked for upwards; empty when it is not installed.
  fs::path find_installed(const fs::path& from, const std::string& name) const {
    for (fs::path at = from;; at = at.parent_path()) {
      std::error_code error;
      if (fs::exists(at / "node_modules" / name / "package.json", error)) return at / "node_modules" / name;
      if (at == walk_.root || at == at.parent_path()) return {};
    }
  }

  Result<void> add_bundled(const fs::path& from, const std::vector<std::string>& names) {
    for (const auto& name : names) {
      if (!PackageName::parse(name)) continue;  // it becomes a path
      const fs::path path = find_installed(from, name);
      // What a linked package finds outside of the packed folder has no place in the archive.
      if (path.empty() || path.lexically_relative(walk_.root).begin()->string() == "..") continue;
      std::error_code error;
      const bool link = fs::is_symlink(path, error);
      const fs::path real = fs::weakly_canonical(path, error);
      HOIST_CHECK(add_package(path, link ? real : path, link));
    }
    return {};
  }

  Result<void> add_package(const fs::path& path, const fs::path& real, bool link) {
    HOIST_TRY(const auto package, read_packed_manifest(path));
    std::vector<RuleSource> sources;
    if (link) sources.push_back(RuleSource::kDefault);
    sources.push_back(RuleSource::kPackage);
    if (link) {
      sources.push_back(RuleSource::kNpmIgnore);
      sources.push_back(RuleSource::kGitIgnore);
    }
    sources.push_back(RuleSource::kStrict);
    const PackWalk walk{path, false, walk_.reporter};
    PackFolder folder(walk, path, std::move(sources));
    folder.set_rules(RuleSource::kDefault, std::make_shared<const IgnoreRules>(default_ignore_rules()));
    folder.set_package(&package, false);
    std::set<std::string> files;
    HOIST_CHECK(folder.collect(files));
    const auto prefix = path.lexically_relative(walk_.root).generic_string();
    for (const auto& file : files) files_.insert(prefix + '/' + file);
    if (!seen_.insert(real).second) return {};
    std::vector<std::string> names;
    for (const auto* map : {&package.manifest.dependencies, &package.manifest.optional_dependencies})
      for (const auto& [name, spec] : *map) names.push_back(name);
    return add_bundled(real, names);
  }

  const PackListOptions& options_;
  PackWalk walk_;
  std::set<std::string> files_;
  std::set<fs::path> seen_;
};

}  // namespace

std::string_view extension_of(std::string_view path) noexcept {
  const auto base = base_of(path);
  const auto dot = base.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || base == "..") return {};
  return base.substr(dot);
}

Result<std::vector<std::string>> pack_list(const fs::path& folder, const PackListOptions& options, Reporter& reporter) {
  return PackLister(folder, options, reporter).run();
}

}  // namespace hoist::package
