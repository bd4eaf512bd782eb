#include "hoist/lockfile/write.hpp"

#include <deque>

#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/location.hpp"
#include "legacy_tree.hpp"
#include "nice_json.hpp"

namespace hoist::lockfile {
namespace {

constexpr int kHiddenVersion = 3;
constexpr int kExtensionVersion = 4;

/// JavaScript's truthiness, and no empty object or array.
bool worth_writing(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
    case Json::value_t::discarded:
      return false;
    case Json::value_t::boolean:
      return value.get<bool>();
    case Json::value_t::string:
      return !value.get_ref<const std::string&>().empty();
    case Json::value_t::number_integer:
      return value.get<std::int64_t>() != 0;
    case Json::value_t::number_unsigned:
      return value.get<std::uint64_t>() != 0;
    case Json::value_t::number_float:
      return value.get<double>() != 0;
    default:
      return !value.empty();
  }
}

bool has_extension_state(const LockPackage& entry) {
  return !entry.package_extensions_hash.empty() || !entry.npm_extension_hash.empty() ||
         !entry.package_extensions_applied.is_null() || !entry.npm_extension_applied.is_null();
}

/// Builds entries and keeps what they point to alive until the text is made.
class EntryBuilder {
 public:
  EntryBuilder(const Lockfile& lockfile, const WriteOptions& options) {
    if (options.omit_registry_resolved) registry_only_ = registry_locations(lockfile);
  }

  const NiceObject* build(std::string_view location, const LockPackage& entry) {
    NiceObject& object = objects_.emplace_back();
    if (entry.link) {
      object.add("resolved", std::string_view(entry.resolved));
      object.add("link", true);
      return &object;
    }
    object.members.reserve(12);
    add_identity(object, location, entry);
    add_manifest(object, location, entry.manifest);
    add_json(object, "patched", entry.patched);
    add_json(object, "packageExtensionsApplied", entry.package_extensions_applied);
    add_json(object, "npmExtensionApplied", entry.npm_extension_applied);
    add_text(object, "packageExtensionsHash", entry.package_extensions_hash);
    add_text(object, "npmExtensionHash", entry.npm_extension_hash);
    add_flags(object, entry);
    return &object;
  }

 private:
  static void add_text(NiceObject& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object.add(key, std::string_view(text));
  }
  static void add_map(NiceObject& object, std::string_view key, const package::StringMap& map) {
    if (!map.empty()) object.add(key, &map);
  }
  static void add_list(NiceObject& object, std::string_view key, const std::vector<std::string>& list) {
    if (!list.empty()) object.add(key, &list);
  }
  static void add_json(NiceObject& object, std::string_view key, const Json& value) {
    if (worth_writing(value)) object.add(key, &value);
  }
  static void add_mark(NiceObject& object, std::string_view key, bool set) {
    if (set) object.add(key, true);
  }

  void add_identity(NiceObject& object, std::string_view location, const LockPackage& entry) {
    const std::string& name = entry.manifest.name;
    if (!name.empty() && (location.empty() || name != name_of_location(location)))
      object.add("name", std::string_view(name));
    add_text(object, "version", entry.manifest.version);
    if (!registry_only_.contains(location)) add_text(object, "resolved", entry.resolved);
    add_text(object, "integrity", entry.integrity);
    add_mark(object, "inBundle", entry.in_bundle);
  }

  void add_manifest(NiceObject& object, std::string_view location, const package::Manifest& manifest) {
    add_map(object, "dependencies", manifest.dependencies);
    add_map(object, "peerDependencies", manifest.peer_dependencies);
    add_json(object, "peerDependenciesMeta", manifest.peer_dependencies_meta);
    add_map(object, "optionalDependencies", manifest.optional_dependencies);
    add_list(object, "bundleDependencies", manifest.bundle_dependencies);
    add_json(object, "acceptDependencies", manifest.accept_dependencies);
    add_funding(object, manifest.funding);
    add_json(object, "engines", manifest.engines);
    add_list(object, "os", manifest.os);
    add_list(object, "cpu", manifest.cpu);
    add_list(object, "libc", manifest.libc);
    add_license(object, manifest.license);
    add_mark(object, "hasInstallScript", manifest.has_install_script);
    add_map(object, "bin", manifest.bin);
    if (manifest.deprecated) add_text(object, "deprecated", *manifest.deprecated);
    add_json(object, "workspaces", manifest.workspaces);
    // The one map that npm copies even when it is empty.
    const bool dev = manifest.has_dev_dependencies || !manifest.dev_dependencies.empty();
    if (dev && !is_in_node_modules(location)) object.add("devDependencies", &manifest.dev_dependencies);
  }

  static void add_license(NiceObject& object, const Json& license) {
    const Json* type = find_member(license, "type");
    add_json(object, "license", type != nullptr && worth_writing(*type) ? *type : license);
  }

  void add_funding(NiceObject& object, const Json& funding) {
    if (!funding.is_string() || funding.get_ref<const std::string&>().empty())
      return add_json(object, "funding", funding);
    NiceObject& wrapped = objects_.emplace_back();
    wrapped.add("url", std::string_view(funding.get_ref<const std::string&>()));
    object.add("funding", &wrapped);
  }

  static void add_flags(NiceObject& object, const LockPackage& entry) {
    if (entry.extraneous) return object.add("extraneous", true);
    add_mark(object, "peer", entry.peer);
    add_mark(object, "dev", entry.dev);
    add_mark(object, "optional", entry.optional);
    add_mark(object, "devOptional", entry.dev_optional && !entry.dev && !entry.optional);
  }

  LocationSet registry_only_;
  std::deque<NiceObject> objects_;  // a deque: pointers to elements stay valid while it grows
};

}  // namespace

int written_version(const Lockfile& lockfile) {
  const auto forces = [](const auto& pair) {
    return !pair.second.patched.is_null() || has_extension_state(pair.second);
  };
  if (lockfile.lockfile_version < kExtensionVersion &&
      std::any_of(lockfile.packages.begin(), lockfile.packages.end(), forces))
    return kExtensionVersion;
  return lockfile.lockfile_version;
}

std::string write_lockfile(const Lockfile& lockfile, const WriteOptions& options) {
  const int real_version = written_version(lockfile);
  const int version = options.hidden ? kHiddenVersion : real_version;
  NiceObject top;
  if (real_version < kExtensionVersion) {
    if (!lockfile.name.empty()) top.add("name", std::string_view(lockfile.name));
    if (!lockfile.version.empty()) top.add("version", std::string_view(lockfile.version));
  }
  if (lockfile.extra.is_object() && !options.hidden)
    for (const auto& [key, value] : lockfile.extra.items()) top.add(key, &value);
  top.add("lockfileVersion", version);
  top.add("requires", true);

  EntryBuilder builder(lockfile, options);
  NiceObject packages;
  if (version >= 2) {
    packages.members.reserve(lockfile.packages.size());
    for (const auto& [location, entry] : lockfile.packages)
      if (!options.hidden || !location.empty()) packages.add(location, builder.build(location, entry));
    top.add("packages", &packages);
  }
  LegacyTree legacy;
  if (version < 3)
    if (const NiceObject* dependencies = legacy.build(lockfile, options); dependencies != nullptr)
      top.add("dependencies", dependencies);
  return nice_json(top, options.style, options.format);
}

}  // namespace hoist::lockfile
