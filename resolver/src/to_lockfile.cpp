#include "to_lockfile.hpp"

#include "hoist/base/text.hpp"

namespace hoist::resolver {
namespace {

using lockfile::Lockfile;
using lockfile::LockPackage;

/// Relative `file:` paths count from the project, whatever the node's place.
std::string resolved_for_lock(const Node& node, const Node& root) {
  if (!node.resolved.starts_with("file:")) return node.resolved;
  const std::string target = node.resolved.substr(5);
  return "file:" + relative_path(root.path, resolve_path(node.path, target));
}

/// A name is written where the folder does not already say it.
bool needs_name(const Node& node) {
  const std::string& name = node.package_name();
  return !name.empty() && (node.is_root() || name != node.name || name_from_folder(node.realpath) != name);
}

void copy_flags(const DepFlags& flags, LockPackage& entry) {
  entry.extraneous = flags.extraneous;
  if (flags.extraneous) return;
  entry.peer = flags.peer;
  entry.dev = flags.dev;
  entry.optional = flags.optional;
  entry.dev_optional = flags.dev_optional && !flags.dev && !flags.optional;
}

LockPackage entry_of(const Node& node, const Node& root) {
  LockPackage entry;
  if (node.is_link) {
    entry.link = true;
    entry.resolved = relative_path(root.path, node.realpath);
    return entry;
  }
  entry.manifest = *node.package;
  if (!needs_name(node)) entry.manifest.name.clear();
  if (!node.is_top()) entry.manifest.dev_dependencies.clear();
  entry.manifest.scripts.clear();
  entry.resolved = resolved_for_lock(node, root);
  entry.integrity = node.integrity;
  entry.in_bundle = node.in_bundle();
  entry.patched = node.patched;
  entry.package_extensions_applied = node.package_extensions_applied;
  entry.npm_extension_applied = node.npm_extension_applied;
  copy_flags(node.flags, entry);
  return entry;
}

/// What overrides made of a node's dependencies.
package::StringMap overridden_specs(const Node& node) {
  package::StringMap specs;
  node.edges_out.for_each([&](const Edge* edge) {
    if (edge->overrides == nullptr) return;
    if (std::string spec = edge->spec(); spec != edge->raw_spec) specs.emplace_back(edge->name, std::move(spec));
  });
  return specs;
}

/// Left over from a workspace or directory that is gone: listed nowhere and installed nowhere.
bool is_stale_top(const Node& node) {
  const bool in_modules =
      node.location.starts_with("node_modules/") || node.location.find("/node_modules/") != std::string::npos;
  return node.flags.extraneous && !in_modules && (node.fs_parent == nullptr || node.fs_parent->is_root());
}

}  // namespace

Lockfile to_lockfile(Node& root, int lockfile_version, const std::string& extensions_hash) {
  Lockfile lock;
  lock.name = root.package_name().empty() ? root.name : root.package_name();
  lock.version = root.version();
  lock.lockfile_version = lockfile_version;
  lock.packages.emplace("", entry_of(root, root)).first->second.package_extensions_hash = extensions_hash;
  for (const Node* node : root.inventory->all.values()) {
    if (node == &root || is_stale_top(*node)) continue;
    if (node->inert && node->package->version.empty()) {
      lock.failed_optional.emplace(node->location, entry_of(*node, root));
      continue;
    }
    lock.packages.emplace(node->location, entry_of(*node, root));
    if (auto specs = overridden_specs(*node); !specs.empty()) lock.overridden.emplace(node->location, std::move(specs));
    if (!node->patched.is_null() || !node->package_extensions_applied.is_null() ||
        !node->npm_extension_applied.is_null())
      lock.lockfile_version = 4;
  }
  return lock;
}

std::set<std::string, std::less<>> inert_locations(Node& root) {
  std::set<std::string, std::less<>> out;
  for (const Node* node : root.inventory->all.values())
    if (node->inert) out.insert(node->location);
  return out;
}

}  // namespace hoist::resolver
