#include "hoist/lockfile/merge.hpp"

#include <algorithm>
#include <set>

#include "hoist/lockfile/location.hpp"
#include "hoist/lockfile/write.hpp"
#include "hoist/package/version.hpp"

namespace hoist::lockfile {
namespace {

/// What an entry is compared by: everything the file says of it but the flags, which follow from the rest.
std::string text_of(std::string_view location, const LockPackage* entry) {
  if (entry == nullptr) return {};
  Lockfile single;
  LockPackage& copy = single.packages[std::string(location)];
  copy = *entry;
  copy.dev = copy.optional = copy.dev_optional = copy.peer = copy.extraneous = false;
  return write_lockfile(single, {});
}

const LockPackage* find(const Lockfile& lock, std::string_view location) {
  const auto found = lock.packages.find(location);
  return found == lock.packages.end() ? nullptr : &found->second;
}

/// True when b is the higher version, or a has none.
bool is_lower(const LockPackage& a, const LockPackage& b) {
  const auto left = package::Version::parse(a.manifest.version, {.loose = true}),
             right = package::Version::parse(b.manifest.version, {.loose = true});
  if (!left || !right) return !left && right.has_value();
  return *left < *right;
}

class Merger {
 public:
  Merger(const Lockfile& base, const Lockfile& ours, const Lockfile& theirs)
      : base_(base), ours_(ours), theirs_(theirs) {}

  LockMerge run() {
    merge_.lock = ours_;
    merge_.lock.packages.clear();
    merge_.lock.lockfile_version = std::max(ours_.lockfile_version, theirs_.lockfile_version);
    if (ours_.version == base_.version) merge_.lock.version = theirs_.version;
    if (ours_.name == base_.name) merge_.lock.name = theirs_.name;
    std::set<std::string> locations;
    for (const Lockfile* lock : {&ours_, &theirs_})
      for (const auto& [location, entry] : lock->packages) locations.insert(location);
    for (const std::string& location : locations) merge_entry(location);
    drop_broken_links();
    return std::move(merge_);
  }

 private:
  void put(const std::string& location, const LockPackage* entry) {
    if (entry != nullptr) merge_.lock.packages.insert_or_assign(location, *entry);
  }

  void merge_entry(const std::string& location) {
    const LockPackage *base = find(base_, location), *ours = find(ours_, location), *theirs = find(theirs_, location);
    if (ours != nullptr && theirs != nullptr && !is_in_node_modules(location) && !ours->link && !theirs->link)
      return merge_top(location, base != nullptr ? *base : LockPackage{}, *ours, *theirs);
    const std::string was = text_of(location, base), left = text_of(location, ours), right = text_of(location, theirs);
    if (left == right || right == was) return put(location, ours);
    if (left == was) return put(location, theirs);
    // One side removed what the other changed: whoever still asks for it gets it back; else it is pruned.
    if (ours == nullptr || theirs == nullptr) return put(location, ours != nullptr ? ours : theirs);
    put(location, is_lower(*ours, *theirs) ? theirs : ours);
    if (ours->manifest.version != theirs->manifest.version || ours->resolved != theirs->resolved)
      merge_.decided.push_back(location);
  }

  /// The root or a folder of the project: what its package.json says, name by name.
  void merge_top(const std::string& location, const LockPackage& base, const LockPackage& ours,
                 const LockPackage& theirs) {
    LockPackage merged = text_of(location, &ours) == text_of(location, &base) ? theirs : ours;
    using Map = package::StringMap package::Manifest::*;
    constexpr std::pair<Map, std::string_view> maps[] = {
        {&package::Manifest::dependencies, "dependencies"},
        {&package::Manifest::dev_dependencies, "devDependencies"},
        {&package::Manifest::optional_dependencies, "optionalDependencies"},
        {&package::Manifest::peer_dependencies, "peerDependencies"}};
    for (const auto& [map, name] : maps)
      merged.manifest.*map = merge_map(location, name, base.manifest.*map, ours.manifest.*map, theirs.manifest.*map);
    merged.manifest.has_dev_dependencies = !merged.manifest.dev_dependencies.empty();
    if (ours.manifest.workspaces == base.manifest.workspaces) merged.manifest.workspaces = theirs.manifest.workspaces;
    if (ours.manifest.version == base.manifest.version) merged.manifest.version = theirs.manifest.version;
    if (ours.package_extensions_hash == base.package_extensions_hash)
      merged.package_extensions_hash = theirs.package_extensions_hash;
    merge_.lock.packages.insert_or_assign(location, std::move(merged));
  }

  package::StringMap merge_map(const std::string& location, std::string_view map_name, const package::StringMap& base,
                               const package::StringMap& ours, const package::StringMap& theirs) {
    package::StringMap merged;
    std::vector<std::string> names;
    for (const auto* map : {&ours, &theirs})
      for (const auto& [name, spec] : *map)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    const auto same = [](const std::string* a, const std::string* b) {
      return a == b || (a != nullptr && b != nullptr && *a == *b);
    };
    for (const std::string& name : names) {
      const std::string *was = package::find(base, name), *left = package::find(ours, name),
                        *right = package::find(theirs, name);
      const std::string* taken = same(left, was) ? right : left;
      if (!same(left, right) && !same(left, was) && !same(right, was))
        merge_.conflicts.push_back(fmt::format("{}{}.{}: {} and {}", location.empty() ? "" : location + ": ", map_name,
                                               name, left != nullptr ? *left : "(removed)",
                                               right != nullptr ? *right : "(removed)"));
      if (taken != nullptr) merged.emplace_back(name, *taken);
    }
    return merged;
  }

  /// A link whose target the other side removed leads nowhere.
  void drop_broken_links() {
    std::erase_if(merge_.lock.packages, [&](const auto& pair) {
      return pair.second.link && !merge_.lock.packages.contains(pair.second.resolved);
    });
  }

  const Lockfile &base_, &ours_, &theirs_;
  LockMerge merge_;
};

}  // namespace

LockMerge merge_lockfiles(const Lockfile& base, const Lockfile& ours, const Lockfile& theirs) {
  return Merger(base, ours, theirs).run();
}

}  // namespace hoist::lockfile
