#include "hoist/lockfile/edges.hpp"

#include "hoist/lockfile/location.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::lockfile {
namespace {

class EdgeList {
 public:
  EdgeList(const Lockfile& lockfile, std::string_view from) : lockfile_(lockfile), from_(from) {}

  void add(std::string_view name, std::string spec, Edge::Kind kind) {
    const auto [known, fresh] = by_name_.try_emplace(name, edges_.size());
    if (fresh) {
      const auto found = find_dependency(lockfile_, from_, name);
      edges_.push_back(
          {from_, name, std::move(spec), kind, found == lockfile_.packages.end() ? nullptr : &found->first});
    } else if (Edge& edge = edges_[known->second]; edge.kind != Edge::Kind::kWorkspace) {
      edge.spec = std::move(spec);
      edge.kind = kind;
    }
  }

  void add_all(const package::StringMap& map, Edge::Kind kind) {
    for (const auto& [name, spec] : map) add(name, spec, kind);
  }

  std::vector<Edge> take() { return std::move(edges_); }

 private:
  const Lockfile& lockfile_;
  std::string_view from_;
  std::vector<Edge> edges_;
  std::map<std::string_view, std::size_t> by_name_;
};

/// The root depends on what its workspace patterns name: links in its node_modules to folders of the project. The
/// patterns themselves need no evaluation, the lock already holds their result.
void add_workspaces(const Lockfile& lockfile, EdgeList& edges) {
  for (auto it = lockfile.packages.lower_bound("node_modules/"); it != lockfile.packages.end(); ++it) {
    const auto& [location, entry] = *it;
    if (!location.starts_with("node_modules/")) break;
    if (!entry.link || depth_of(location) != 1) continue;
    if (is_outside_project(entry.resolved) || is_in_node_modules(entry.resolved) || entry.resolved.empty()) continue;
    const package::Manifest& root = lockfile.packages.begin()->second.manifest;
    const std::string_view name = name_of_location(location);
    const auto names_it = [&](const package::StringMap& map) {
      const std::string* spec = package::find(map, name);
      return spec != nullptr && spec->starts_with("file:");
    };
    if (names_it(root.dependencies) || names_it(root.dev_dependencies) || names_it(root.optional_dependencies))
      continue;
    edges.add(name, "file:" + entry.resolved, Edge::Kind::kWorkspace);
  }
}

}  // namespace

std::vector<Edge> edges_out(const Lockfile& lockfile, std::string_view from, const LockPackage& entry) {
  EdgeList edges(lockfile, from);
  if (entry.link) return edges.take();
  const package::Manifest& manifest = entry.manifest;
  if (from.empty() && !manifest.workspaces.is_null()) add_workspaces(lockfile, edges);
  for (const auto& [name, spec] : manifest.peer_dependencies)
    edges.add(name, spec, manifest.is_optional_peer(name) ? Edge::Kind::kPeerOptional : Edge::Kind::kPeer);
  edges.add_all(manifest.dependencies, Edge::Kind::kProd);
  edges.add_all(manifest.optional_dependencies, Edge::Kind::kOptional);
  if (!is_in_node_modules(from)) edges.add_all(manifest.dev_dependencies, Edge::Kind::kDev);
  std::vector<Edge> out = edges.take();
  if (const auto rules = lockfile.overridden.find(from); rules != lockfile.overridden.end())
    for (Edge& edge : out)
      if (const std::string* spec = package::find(rules->second, edge.name)) edge.spec = *spec;
  return out;
}

LocationSet registry_locations(const Lockfile& lockfile) {
  LocationSet registry, other;
  std::map<std::string, bool, std::less<>> is_registry_spec;  // specs repeat: `^1.0.0` stands in hundreds of entries
  for (const auto& [location, entry] : lockfile.packages)
    for (const Edge& edge : edges_out(lockfile, location, entry)) {
      if (edge.to == nullptr) continue;
      auto known = is_registry_spec.find(edge.spec);
      if (known == is_registry_spec.end()) {
        const auto spec = package::resolve_spec("", edge.spec, "/");
        known = is_registry_spec.emplace(edge.spec, spec && spec->registry()).first;
      }
      (known->second ? registry : other).insert(*edge.to);
    }
  for (const std::string& location : other) registry.erase(location);
  return registry;
}

}  // namespace hoist::lockfile
