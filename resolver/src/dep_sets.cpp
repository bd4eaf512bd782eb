#include "dep_sets.hpp"

#include <unordered_set>

namespace hoist::resolver {

NodeSet gather_dep_set(std::initializer_list<Node*> start, const EdgeFilter& filter) {
  NodeSet set;
  for (Node* node : start) set.add(node);
  return gather_dep_set(set, filter);
}

NodeSet gather_dep_set(const NodeSet& start, const EdgeFilter& filter) {
  NodeSet deps;
  start.for_each([&](Node* node) { deps.add(node); });
  deps.for_each([&](Node* node) {
    node->edges_out.for_each([&](Edge* edge) {
      if (edge->to != nullptr && filter(*edge)) deps.add(edge->to);
    });
  });
  bool changed = true;
  while (changed && !deps.empty()) {
    changed = false;
    deps.for_each([&](Node* dep) {
      const bool needed = dep->edges_in.any([&](Edge* edge) { return !deps.has(edge->from) && filter(*edge); });
      if (needed) {
        changed = true;
        deps.erase(dep);
      }
    });
  }
  return deps;
}

namespace {

/// `start` and everything it reaches over satisfied peer edges.
NodeSet peers_of(Node* start) {
  NodeSet set;
  set.add(start);
  set.for_each([&](Node* peer) {
    peer->edges_out.for_each([&](Edge* edge) {
      if (edge->valid() && edge->peer() && edge->to != nullptr) set.add(edge->to);
    });
  });
  return set;
}

}  // namespace

std::vector<std::pair<Edge*, NodeSet>> peer_entry_sets(Node* node) {
  NodeSet together;
  together.add(node);
  together.for_each([&](Node* peer) {
    peer->edges_out.for_each([&](Edge* edge) {
      if (edge->valid() && edge->peer() && edge->to != nullptr) together.add(edge->to);
    });
    peer->edges_in.for_each([&](Edge* edge) {
      if (edge->valid() && edge->peer()) together.add(edge->from);
    });
  });
  std::vector<std::pair<Edge*, NodeSet>> entries;
  together.for_each([&](Node* peer) {
    peer->edges_in.for_each([&](Edge* edge) {
      if (!edge->valid() || (edge->peer() && !edge->from->is_top())) return;
      NodeSet brought = peers_of(peer);
      if (brought.has(node)) entries.emplace_back(edge, std::move(brought));
    });
  });
  return entries;
}

NodeSet optional_set(Node* node) {
  NodeSet set;
  set.add(node);
  set.for_each([&](Node* member) {
    member->edges_in.for_each([&](Edge* edge) {
      if (!edge->optional()) set.add(edge->from);
    });
  });
  return gather_dep_set(set,
                        [&](Edge& edge) { return !set.has(edge.to) && !(edge.from != nullptr && edge.from->inert); });
}

Node* deepest_nesting_target(Node* start, NameId name) {
  for (Node* target = start; target != nullptr; target = target->resolve_parent()) {
    if (target->is_project_root() || target->resolve_parent() == nullptr || target->global_top()) return target;
    const Edge* edge = target->edges_out.get(name);
    if (edge == nullptr || !edge->peer()) return target;
  }
  return nullptr;
}

void reset_dep_flags(Node* tree) {
  if (tree->root()->inventory)
    for (Node* node : tree->root()->inventory->all.values()) node->flags = DepFlags{};
}

namespace {

/// Clears in `to` each flag that `from` (and the edge) does not carry. True when something changed.
bool clear_flags(DepFlags& to, bool extraneous, bool dev, bool optional, bool dev_optional, bool peer) {
  const DepFlags before = to;
  to.extraneous = to.extraneous && extraneous;
  to.dev = to.dev && dev;
  to.optional = to.optional && optional;
  to.dev_optional = to.dev_optional && dev_optional;
  to.peer = to.peer && peer;
  return before.extraneous != to.extraneous || before.dev != to.dev || before.optional != to.optional ||
         before.dev_optional != to.dev_optional || before.peer != to.peer;
}

void spread_over_edges(Node* node, std::vector<Node*>& queue) {
  const DepFlags& own = node->flags;
  node->edges_out.for_each([&](Edge* edge) {
    if (edge->to == nullptr) return;
    const bool optional_peer = edge->peer() && edge->optional();
    const bool keeps_dev_optional = own.dev_optional || own.dev || own.optional || edge->dev() || edge->optional();
    if (clear_flags(edge->to->flags, own.extraneous || optional_peer, own.dev || edge->dev(),
                    own.optional || edge->optional(), keeps_dev_optional, own.peer || edge->peer()))
      queue.push_back(edge->to);
  });
}

}  // namespace

void calculate_dep_flags(Node* tree, bool reset_root) {
  if (reset_root) tree->flags = DepFlags::none();
  std::unordered_set<Node*> seen;
  std::vector<Node*> queue{tree};
  while (!queue.empty()) {
    Node* node = queue.back();
    queue.pop_back();
    seen.insert(node);
    if (!node->flags.extraneous)
      for (Node* above = node->resolve_parent(); above != nullptr && above->flags.extraneous;
           above = above->resolve_parent())
        above->flags.extraneous = false;
    if (!node->is_link) {
      spread_over_edges(node, queue);
      continue;
    }
    Node* target = node->link_target;
    if (target == nullptr) continue;
    const DepFlags& own = node->flags;
    const bool changed = clear_flags(target->flags, own.extraneous, own.dev, own.optional, own.dev_optional, own.peer);
    if (changed || !seen.contains(target)) queue.push_back(target);
  }
  seen.erase(tree);
  for (Node* node : seen)
    if (node->flags.dev_optional && (node->flags.dev || node->flags.optional)) node->flags.dev_optional = false;
}

}  // namespace hoist::resolver
