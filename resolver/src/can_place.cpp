#include "can_place.hpp"

#include <algorithm>

#include "dep_sets.hpp"

namespace hoist::resolver {

CanPlace::CanPlace(Options options)
    : dep(options.dep),
      target(options.target),
      edge(options.edge),
      current(options.target->children.get(options.edge->id)),
      // Peers try harder to be singletons.
      prefer_dedupe_(options.prefer_dedupe || options.edge->peer()),
      explicit_request_(options.explicit_request),
      edge_overridden_(!options.dep->satisfies(*options.edge)),
      parent_(options.parent),
      peer_path_(std::move(options.peer_path)),
      target_edge_(options.target->edges_out.get(options.edge->id)) {
  result = check();
  self = self_found_.value_or(result);
}

const CanPlace* CanPlace::first() const { return parent_ != nullptr ? parent_->first() : this; }

Node* CanPlace::deepest_target() const {
  return deepest_nesting_target(parent_ != nullptr ? parent_->deepest_target() : edge->from, edge->id);
}

Placement CanPlace::check() {
  // What failed to load fails the install or is pruned later; where it stands makes no difference.
  if (dep->load_error) return current != nullptr ? Placement::kReplace : Placement::kOk;
  if (target_edge_ != nullptr && target_edge_->peer() && !target->is_top()) return Placement::kConflict;
  if (current == nullptr && target_edge_ != nullptr && target_edge_ != edge && !dep->satisfies(*target_edge_))
    return Placement::kConflict;
  return current != nullptr ? check_with_current() : check_without_current();
}

Placement CanPlace::check_without_current() {
  // Dependents below may reach up past the target to another node of this name; it must not come to stand in their way.
  Node* above = target != first()->edge->from ? target->resolve(edge->id) : nullptr;
  if (above != nullptr) {
    const bool shadows = above->edges_in.any(
        [&](Edge* in) { return in->from->is_descendant_of(target) && in->valid() && !dep->satisfies(*in); });
    if (shadows) return Placement::kConflict;
  }
  return with_peers(Placement::kOk);
}

Placement CanPlace::check_with_current() {
  if (dep->matches(*current) && (current->satisfies(*edge) || edge_overridden_))
    return explicit_request_ ? Placement::kReplace : Placement::kKeep;

  const package::Version *have = current->semver(), *wanted = dep->semver();
  const bool newer = have != nullptr && wanted != nullptr && *wanted >= *have;
  if (newer && dep->can_replace(*current))
    if (const Placement placed = with_peers(Placement::kReplace); placed != Placement::kConflict) return placed;
  if (current->satisfies(*edge) && (!explicit_request_ || prefer_dedupe_)) return Placement::kKeep;
  if (prefer_dedupe_ && !newer && dep->can_replace(*current))
    if (const Placement placed = with_peers(Placement::kReplace); placed != Placement::kConflict) return placed;

  // A place further down would do, so leave the current one alone.
  if (target != deepest_target()) return Placement::kConflict;
  if (!edge->peer() && target == edge->from) return with_peers(Placement::kReplace);
  if (parent_ == nullptr && !edge->peer()) return Placement::kConflict;
  return current_sets_give_way() ? with_peers(Placement::kReplace) : Placement::kConflict;
}

/// Whether every peer set that `current` belongs to can be replaced by ours or nested deeper.
bool CanPlace::current_sets_give_way() {
  bool can_replace = true;
  for (auto& [entry, peers] : peer_entry_sets(current)) {
    if (entry == edge || entry == first()->edge || may_clobber(entry)) continue;
    bool can_nest = true;
    peers.any([&](Node* peer) {
      Node* deepest = deepest_nesting_target(entry->from, peer->id);
      can_nest = deepest != target && !target->is_descendant_of(deepest);
      return !can_nest;
    });
    can_replace = can_replace && can_nest;
  }
  return can_replace;
}

/// Whether our peer set can take over from the one that enters through `entry`.
bool CanPlace::may_clobber(Edge* entry) {
  Node* entry_node = entry->to;
  if (dep->parent == nullptr) return false;
  if (Node* replacement = dep->parent->children.get(entry_node->id)) {
    std::vector<NameId> ours;
    dep->parent->children.for_each([&](Node* node) { ours.push_back(node->id); });
    return replacement->can_replace(*entry_node, ours);
  }
  NodeSet walk;
  walk.add(entry_node);
  bool clobbers = true;
  walk.for_each([&](Node* peer) {
    if (!clobbers) return;
    peer->edges_out.any([&](Edge* out) {
      if (!out->peer() || !out->valid()) return false;
      Node* replacement = dep->parent->children.get(out->id);
      if (replacement == nullptr) {
        if (out->to != nullptr) walk.add(out->to);
        return false;
      }
      clobbers = replacement->satisfies(*out);
      return !clobbers;
    });
  });
  return clobbers;
}

Placement CanPlace::with_peers(Placement state) {
  self_found_ = state;
  if (peers_found_) return *peers_found_;
  std::vector<Node*> path = peer_path_;
  path.push_back(dep);
  bool conflict = false;
  dep->edges_out.for_each([&](Edge* peer_edge) {
    if (!peer_edge->peer() || peer_edge->to == nullptr ||
        std::find(path.begin(), path.end(), peer_edge->to) != path.end())
      return;
    Node* peer = peer_edge->to;
    // The target itself may have the peer as a peer; then it belongs further up.
    children.push_back(std::make_unique<CanPlace>(Options{.dep = peer,
                                                          .target = deepest_nesting_target(target, peer->id),
                                                          .edge = peer_edge,
                                                          .prefer_dedupe = true,
                                                          .parent = this,
                                                          .peer_path = path}));
    conflict = conflict || children.back()->result == Placement::kConflict;
  });
  peers_found_ = conflict ? Placement::kConflict : state;
  return *peers_found_;
}

std::vector<CanPlace*> CanPlace::conflict_children() {
  std::vector<CanPlace*> all, out;
  for (const auto& child : children) all.push_back(child.get());
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto& grandchild : all[i]->children) all.push_back(grandchild.get());
  for (CanPlace* each : all)
    if (each->result == Placement::kConflict) out.push_back(each);
  return out;
}

}  // namespace hoist::resolver
