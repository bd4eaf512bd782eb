/// What a node knows of itself: place, identity, dependencies, and what may replace it.
#include <algorithm>

#include "dep_sets.hpp"
#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {

bool Node::global_top() const noexcept {
  return parent != nullptr && root()->is_global_root && parent->is_project_root();
}

int Node::depth() const noexcept {
  int depth = 0;
  for (const Node* node = this; !node->is_top(); node = node->parent) ++depth;
  return depth;
}

const Node* Node::top() const noexcept {
  const Node* node = this;
  while (!node->is_top()) node = node->parent;
  return node;
}

bool Node::is_descendant_of(const Node* other) const noexcept {
  for (const Node* node = this; node != nullptr; node = node->resolve_parent())
    if (node == other) return true;
  return false;
}

bool Node::is_workspace() const {
  if (is_project_root() || root()->workspaces.empty()) return false;
  Edge* edge = root()->edges_out.get(graph->intern(package->name));
  if (edge == nullptr || edge->type != EdgeType::kWorkspace || edge->to == nullptr) return false;
  return edge->to->target() == this || edge->to == this;
}

const std::string& Node::version() const {
  return is_link && link_target != nullptr ? link_target->package->version : package->version;
}

const package::Version* Node::semver() const {
  const Node* holder = is_link && link_target != nullptr ? link_target : this;
  if (semver_of_ != holder->package.get()) {
    semver_of_ = holder->package.get();
    semver_.reset();
    if (auto parsed = package::Version::parse(holder->package->version, {.loose = true})) semver_ = *std::move(parsed);
  }
  return semver_ ? &*semver_ : nullptr;
}

std::string Node::resolved_text() const {
  if (!is_link) return resolved;
  if (path.empty() || realpath.empty()) return {};
  return "file:" + relative_path(directory_name(path), realpath);
}

Node* Node::resolve(NameId wanted) const {
  for (const Node* node = this; node != nullptr; node = node->resolve_parent())
    if (Node* child = node->children.get(wanted)) return child;
  return nullptr;
}

bool Node::satisfies(const Edge& edge) const { return name == edge.name && edge.satisfied_by(*this); }

bool Node::matches(const Node& other) const {
  if (this == &other) return true;
  if (other.name != name) return false;
  if (is_link)
    return other.is_link && link_target != nullptr && other.link_target != nullptr &&
           link_target->matches(*other.link_target);
  // Two roots are the same only in the same folder; a node without a place is a root of its own and is not meant here.
  if (is_project_root() && other.is_project_root()) return path == other.path;
  if (!integrity.empty() && !other.integrity.empty()) return integrity == other.integrity;
  const std::string theirs = other.resolved_text();
  if (!resolved.empty() && !theirs.empty()) return resolved == theirs;
  return !package_name().empty() && package_name() == other.package_name() && !version().empty() &&
         version() == other.version();
}

bool Node::can_replace(Node& current, const std::vector<NameId>& ignore_peers) {
  return current.can_be_replaced_with(*this, ignore_peers);
}

bool Node::can_be_replaced_with(Node& other, const std::vector<NameId>& ignore_peers) {
  if (other.name != name || other.package_name() != package_name()) return false;
  if (!edges_out.empty()) {
    if (other.overrides != nullptr ? !other.overrides->equals(overrides) : overrides != nullptr) return false;
  }
  // What only this node (or its own dependencies) needs goes away with it and has no say.
  const NodeSet own = gather_dep_set({this}, [this](Edge& edge) { return edge.to != this && edge.valid(); });
  return !edges_in.any([&](Edge* edge) {
    const bool replaced_with_us =
        !is_top() && edge->from->parent == parent && edge->peer() &&
        std::find(ignore_peers.begin(), ignore_peers.end(), edge->from->id) != ignore_peers.end();
    return !replaced_with_us && !own.has(edge->from) && !edge->satisfied_by(other);
  });
}

bool Node::overridden() const {
  if (overrides == nullptr || overrides->value.empty() || overrides->name != name) return false;
  return edges_in.any([&](Edge* edge) {
    return edge->overrides != nullptr && edge->overrides->name == name && edge->overrides->value == version() &&
           !edge->overrides->equals(edge->from->overrides);
  });
}

bool Node::can_dedupe(bool prefer_dedupe, bool explicit_request) {
  if (in_dep_bundle()) return false;
  if (resolve_parent() == nullptr || resolve_parent()->resolve_parent() == nullptr) return false;
  if (edges_in.empty()) return true;
  Node* other = resolve_parent()->resolve_parent()->resolve(id);
  if (other == nullptr) return false;
  if (other->matches(*this)) return true;
  if (!other->can_replace(*this)) return false;
  const package::Version *theirs = other->semver(), *ours = semver();
  const bool comparable = theirs != nullptr && ours != nullptr;
  if (prefer_dedupe || (comparable && *theirs == *ours)) return true;
  if (comparable && !overridden() && *theirs > *ours) return true;
  return explicit_request;
}

/// Only a node below a package that bundles something can be bundled; the recursion through dependents is needed only
/// then.
Node* Node::bundler() const {
  bool possible = false;
  for (const Node* node = parent; node != nullptr && !possible; node = node->parent)
    possible = !node->package->bundle_dependencies.empty();
  if (!possible) return nullptr;
  std::vector<const Node*> path_so_far;
  return find_bundler(path_so_far);
}

Node* Node::find_bundler(std::vector<const Node*>& path_so_far) const {
  if (std::find(path_so_far.begin(), path_so_far.end(), this) != path_so_far.end()) return nullptr;
  path_so_far.push_back(this);
  if (parent == nullptr) return nullptr;
  if (Node* above = parent->find_bundler(path_so_far)) return above;
  const auto& bundled = parent->package->bundle_dependencies;
  if (std::find(bundled.begin(), bundled.end(), name) != bundled.end()) return parent;
  Node* found = nullptr;
  edges_in.any([&](Edge* edge) {
    Node* theirs = edge->from->find_bundler(path_so_far);
    if (theirs == parent && theirs != nullptr) found = theirs;
    return found != nullptr;
  });
  return found;
}

bool Node::in_dep_bundle() const {
  const Node* by = bundler();
  return by != nullptr && by != root();
}

bool Node::should_omit(const std::vector<std::string>& omit) const {
  if (omit.empty()) return false;
  const Node* highest = top();
  if (!highest->is_project_root() && !highest->is_workspace()) return false;
  const auto has = [&](std::string_view kind) { return std::find(omit.begin(), omit.end(), kind) != omit.end(); };
  return (flags.peer && has("peer")) || (flags.dev && has("dev")) || (flags.optional && has("optional")) ||
         (flags.dev_optional && has("optional") && has("dev"));
}

void Node::set_package(ManifestPtr manifest) {
  for (Edge* edge : edges_out.values()) edge->detach();
  package = std::move(manifest);
  if (!is_link) {
    for (const auto& [workspace, folder] : workspaces)
      graph->make_edge(this, workspace, "file:" + folder, EdgeType::kWorkspace, std::nullopt);
    load_deps();
  }
  for (Edge* edge : edges_in.values())
    if (edge->to == this) edge->reload(true);
}

void Node::set_workspaces(std::vector<std::pair<std::string, std::string>> folders) {
  workspaces = std::move(folders);
  for (const auto& [workspace, folder] : workspaces)
    graph->make_edge(this, workspace, "file:" + folder, EdgeType::kWorkspace, std::nullopt);
  load_deps();
}

/// The order is npm's: a later kind replaces an earlier one of the same name, so optional beats required and a
/// development dependency beats both.
void Node::load_deps() {
  if (is_link) return;
  if (!graph->legacy_peer_deps) {
    package::StringMap required, optional;
    for (const auto& entry : package->peer_dependencies)
      (package->is_optional_peer(entry.first) ? optional : required).push_back(entry);
    load_dep_type(required, EdgeType::kPeer);
    load_dep_type(optional, EdgeType::kPeerOptional);
  }
  load_dep_type(package->dependencies, EdgeType::kProd);
  load_dep_type(package->optional_dependencies, EdgeType::kOptional);
  const bool own_top = is_top() && !global_top() && !path.empty();
  const bool source_top =
      source_reference == nullptr ||
      (source_reference->is_top() && !source_reference->global_top() && !source_reference->path.empty());
  if (own_top && source_top) load_dep_type(package->dev_dependencies, EdgeType::kDev);
}

void Node::load_dep_type(const package::StringMap& deps, EdgeType type) {
  for (const auto& [dep, spec] : deps) {
    const Edge* current = edges_out.get(graph->intern(dep));
    if (current != nullptr && current->type == EdgeType::kWorkspace) continue;
    std::optional<std::string> accept;
    if (const std::string* also = find_string(package->accept_dependencies, dep)) accept = *also;
    graph->make_edge(this, dep, spec, type, std::move(accept));
  }
}

void Node::add_edge_in(Edge* edge) {
  if (overrides == nullptr || !overrides->equals(edge->overrides)) overrides_edge_in_added(edge->overrides);
  edges_in.add(edge);
}

void Node::delete_edge_in(Edge* edge) {
  edges_in.erase(edge);
  if (edge->overrides != nullptr) overrides_edge_in_removed(edge->overrides);
}

bool Node::overrides_edge_in_added(const OverrideSet* added) {
  if (added == nullptr) return false;
  if (overrides == nullptr) {
    overrides = added;
    recalculate_override_edges();
    return true;
  }
  if (overrides->equals(added)) return false;
  bool conflict = false;
  const OverrideSet* merged = OverrideSet::most_specific(overrides, added, graph->specs, conflict);
  if (merged == nullptr || overrides->equals(merged)) return false;
  overrides = merged;
  recalculate_override_edges();
  return true;
}

bool Node::overrides_edge_in_removed(const OverrideSet* removed) {
  if (overrides == nullptr || !overrides->equals(removed)) return false;
  const OverrideSet* merged = nullptr;
  edges_in.for_each([&](Edge* edge) {
    bool conflict = false;
    if (merged != nullptr && edge->overrides != nullptr) {
      merged = OverrideSet::most_specific(edge->overrides, merged, graph->specs, conflict);
    } else {
      merged = edge->overrides;
    }
  });
  if (overrides->equals(merged)) return false;
  overrides = merged;
  if (overrides != nullptr) recalculate_override_edges();
  return true;
}

namespace {

/// Whether a rule names something the target needs, at any depth.
bool override_matches_subtree(const OverrideSet& rules, Node* target, SpecCache& specs) {
  OrderedSet<Node> seen;
  std::vector<Node*> stack{target};
  while (!stack.empty()) {
    Node* node = stack.back()->target();
    stack.pop_back();
    if (node == nullptr || !seen.add(node)) continue;
    const bool hit = node->edges_out.any([&](Edge* edge) {
      if (edge->to != nullptr) stack.push_back(edge->to);
      return rules.edge_rule(*edge, specs)->name == edge->name;
    });
    if (hit) return true;
  }
  return false;
}

}  // namespace

void Node::recalculate_override_edges() {
  if (is_link) {
    if (link_target != nullptr && overrides != nullptr &&
        override_matches_subtree(*overrides, link_target, graph->specs))
      link_target->overrides_edge_in_added(overrides);
    return;
  }
  edges_out.for_each([](Edge* edge) {
    edge->reload(true);
    if (edge->to != nullptr) edge->to->overrides_edge_in_added(edge->overrides);
  });
}

}  // namespace hoist::resolver
