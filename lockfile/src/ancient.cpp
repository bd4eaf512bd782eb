#include "ancient.hpp"

#include <filesystem>

#include "hoist/base/text.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/tarball_name.hpp"
#include "hoist/package/package_spec.hpp"
#include "hydrate.hpp"

namespace hoist::lockfile {
namespace {

using package::PackageSpec;
using package::SpecType;
using simdjson::dom::element;
using simdjson::dom::object;

/// Specs with relative paths are resolved against this stand-in for the project, deep enough for any sane `../`, so
/// that reading a lockfile needs no knowledge of where it lies.
const std::string& stand_in_root() {
  static const std::string root = [] {
    std::string path;
    for (int i = 0; i < 32; ++i) path += "/-";
    return path;
  }();
  return root;
}

/// `path` relative to the project; nullopt for what is absolute in truth.
std::optional<std::string> project_relative(const std::string& path) {
  const std::string relative = std::filesystem::path(path).lexically_relative(stand_in_root()).generic_string();
  const std::size_t ups = relative.find_first_not_of("./");
  if (relative.empty() || (ups != std::string::npos && ups >= 3U * 32U)) return std::nullopt;
  return relative == "." ? std::string() : relative;
}

/// One node of the old tree, the members that matter.
struct OldEntry {
  std::string version, resolved, integrity, from;
  package::StringMap requires_map;
  bool optional = false, dev = false, bundled = false;
};

OldEntry read_entry(object members) {
  OldEntry old;
  for (const auto [key, value] : members) {
    std::string_view text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    bool flag = false;
    const bool is_set = value.get(flag) == simdjson::SUCCESS && flag;
    if (key == "version" && is_text)
      old.version = text;
    else if (key == "resolved" && is_text)
      old.resolved = text;
    else if (key == "integrity" && is_text)
      old.integrity = text;
    else if (key == "from" && is_text)
      old.from = text;
    else if (key == "optional")
      old.optional = is_set;
    else if (key == "dev")
      old.dev = is_set;
    else if (key == "bundled")
      old.bundled = is_set;
    else if (key == "requires" && value.is_object())
      for (const auto [name, spec] : value.get_object().value_unsafe())
        if (spec.is_string()) old.requires_map.emplace_back(name, spec.get_string().value_unsafe());
  }
  return old;
}

Result<PackageSpec> spec_in(std::string_view name, std::string_view spec) {
  return package::resolve_spec(name, spec, stand_in_root());
}

/// What an old entry was installed from. npm 6 kept nearly anything in `version`, `from` and `resolved`; the order in
/// which they are believed is npm's (spec-from-lock). nullopt when none parses.
std::optional<PackageSpec> spec_of(std::string_view name, const OldEntry& old) {
  if (!old.version.empty())
    if (auto spec = spec_in(name, old.version); spec && (!old.integrity.empty() || spec->type == SpecType::kGit))
      return *spec;
  if (!old.from.empty())
    if (auto spec = spec_in(name, old.from)) {
      if (spec->registry() && !old.version.empty()) {
        if (auto exact = spec_in(name, old.version)) return *exact;
      } else if (old.resolved.empty()) {
        return *spec;
      }
    }
  if (!old.resolved.empty())
    if (auto spec = spec_in(name, old.resolved)) return *spec;
  if (auto spec = spec_in(name, old.version)) return *spec;
  return std::nullopt;
}

/// The URL a git entry is written with: ssh, unless https was asked for.
std::string git_resolved(const PackageSpec& spec) {
  if (!spec.hosted) return spec.save_spec.empty() ? spec.raw_spec : spec.save_spec;
  const bool https = !spec.hosted->auth.empty() || spec.hosted->default_representation == "https";
  std::string url = https ? spec.hosted->https_url() : spec.hosted->ssh_url();
  return url.starts_with("git+") ? url : "git+" + url;
}

class Migration {
 public:
  explicit Migration(Lockfile& lockfile) : lockfile_(lockfile) {}

  Result<void> walk(const std::string& location, object tree) {
    object children;
    if (tree["dependencies"].get(children) != simdjson::SUCCESS) return {};
    for (const auto [name, value] : children) {
      object members;
      if (value.get(members) != simdjson::SUCCESS) continue;
      const std::string child = child_location(location, name);
      HOIST_CHECK(check_location(child));
      HOIST_TRY(const std::string home, add(child, name, read_entry(members)));
      HOIST_CHECK(walk(home, members));
    }
    return {};
  }

  /// Old entries only say what they require; which of it is optional shows in the flags of what it found.
  void sort_out_requires() {
    for (auto& [location, wanted] : requires_) {
      LockPackage& entry = lockfile_.packages[location];
      for (auto& [name, spec] : wanted) {
        auto found = find_dependency(lockfile_, location, name);
        // npm's migration looks in the root for folders outside the project as well.
        if (found == lockfile_.packages.end() && is_outside_project(location))
          found = find_dependency(lockfile_, "", name);
        const LockPackage* dependency = found == lockfile_.packages.end() ? nullptr : &found->second;
        package::Manifest& manifest = entry.manifest;
        auto& map = dependency != nullptr && dependency->optional && !entry.optional ? manifest.optional_dependencies
                    : dependency != nullptr && dependency->dev && !entry.dev         ? manifest.dev_dependencies
                                                                                     : manifest.dependencies;
        map.emplace_back(std::move(name), std::move(spec));
      }
    }
  }

  /// v1 marks what is bundled, not who bundles it: the package it lies in, if that one depends on it.
  void assign_bundles() {
    for (const auto& [location, entry] : lockfile_.packages) {
      const auto parent = parent_of(location);
      if (!entry.in_bundle || !parent) continue;
      const auto owner = lockfile_.packages.find(*parent);
      if (owner == lockfile_.packages.end() || owner->second.in_bundle) continue;
      package::Manifest& manifest = owner->second.manifest;
      const std::string_view name = name_of_location(location);
      if (package::find(manifest.dependencies, name) != nullptr ||
          package::find(manifest.optional_dependencies, name) != nullptr)
        manifest.bundle_dependencies.emplace_back(name);
    }
  }

 private:
  /// Returns where the children of the entry live: its location, or its target's for a link.
  Result<std::string> add(const std::string& location, std::string_view name, OldEntry old) {
    const std::optional<PackageSpec> spec = spec_of(name, old);
    LockPackage entry;
    entry.optional = old.optional;
    entry.dev = old.dev;
    entry.integrity = old.integrity;
    entry.in_bundle = old.bundled;
    if (spec && spec->type == SpecType::kDirectory) return add_link(location, *spec, std::move(old));
    if (spec && spec->type == SpecType::kGit && old.integrity.empty() && !old.version.empty()) {
      entry.resolved = git_resolved(*spec);
      entry.in_bundle = false;
    } else {
      locate(entry, name, old, spec);
    }
    requires_.emplace_back(location, std::move(old.requires_map));
    lockfile_.packages.insert_or_assign(location, std::move(entry));
    return location;
  }

  Result<std::string> add_link(const std::string& location, const PackageSpec& spec, OldEntry old) {
    const auto target = project_relative(spec.fetch_spec);
    if (!target)
      return fail("ELOCKFILE", fmt::format("The lockfile links \"{}\" to an absolute path", printable(location)),
                  "Install again without the old lockfile.");
    LockPackage link;
    link.link = true;
    link.resolved = *target;
    lockfile_.packages.insert_or_assign(location, std::move(link));
    if (!lockfile_.packages.contains(*target)) {
      LockPackage entry;
      entry.optional = old.optional;
      entry.dev = old.dev;
      requires_.emplace_back(*target, std::move(old.requires_map));
      lockfile_.packages.emplace(*target, std::move(entry));
    }
    return *target;
  }

  /// Version, name and URL of a registry, file or remote entry.
  void locate(LockPackage& entry, std::string_view name, const OldEntry& old, const std::optional<PackageSpec>& spec) {
    if (!spec) return;
    const bool registry = spec->registry();
    if (registry) {
      entry.resolved = old.resolved;
      if (spec->type == SpecType::kAlias && spec->sub_spec) {
        entry.manifest.name = spec->sub_spec->name;
        entry.manifest.version = spec->sub_spec->fetch_spec;
      } else if (spec->type == SpecType::kVersion) {
        entry.manifest.version = spec->fetch_spec;
      } else if (old.integrity.empty()) {
        entry.manifest.version = old.version;
      }
      return;
    }
    if (spec->type == SpecType::kFile) {
      const auto path = project_relative(spec->fetch_spec);
      entry.resolved = "file:" + (path ? *path : spec->fetch_spec);
    } else {
      entry.resolved = spec->fetch_spec;
    }
    auto found = name_version_of_tarball(spec->name, spec->fetch_spec);
    if (!found) found = name_version_of_tarball(spec->name, entry.resolved);
    if (!found) return;
    entry.manifest.version = found->version;
    if (found->name != name) entry.manifest.name = found->name;
  }

  Lockfile& lockfile_;
  std::vector<std::pair<std::string, package::StringMap>> requires_;
};

}  // namespace

Result<void> read_legacy_tree(object document, std::string_view what, const package::Manifest* root,
                              Lockfile& lockfile) {
  if (document["dependencies"].error() != simdjson::SUCCESS && root == nullptr) return {};
  LockPackage& top = lockfile.packages[""];
  if (root != nullptr) {
    top.manifest = *root;
  } else {
    top.manifest.name = lockfile.name;
    top.manifest.version = lockfile.version;
  }
  Migration migration(lockfile);
  if (auto walked = migration.walk("", document); !walked)
    return fail_from(std::move(walked).error(), fmt::format("reading {}", what));
  migration.sort_out_requires();
  migration.assign_bundles();
  return {};
}

}  // namespace hoist::lockfile
