#pragma once
/// Sets of nodes that belong together: dependencies nobody else needs, peer sets, optional sets.

#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "tree.hpp"

namespace hoist::resolver {

using NodeSet = OrderedSet<Node>;
using EdgeFilter = std::function<bool(Edge&)>;

/// `start`, everything reachable over edges that pass, minus what something outside the set needs over such an edge.
[[nodiscard]] NodeSet gather_dep_set(std::initializer_list<Node*> start, const EdgeFilter& filter);
[[nodiscard]] NodeSet gather_dep_set(const NodeSet& start, const EdgeFilter& filter);

/// The peer sets a node is part of, each by the edge through which it enters the tree: an edge that is no peer edge, or
/// comes from a top.
[[nodiscard]] std::vector<std::pair<Edge*, NodeSet>> peer_entry_sets(Node* node);

/// What has to go when an optional node cannot be installed: up to the optional edges, and what only those need.
[[nodiscard]] NodeSet optional_set(Node* node);

/// The deepest place, from `start` upwards, where `name` may stand: no place inside a dependent that has it as a peer.
[[nodiscard]] Node* deepest_nesting_target(Node* start, NameId name);

/// Clears the flags of everything reached from `tree` (npm's calcDepFlags).
void calculate_dep_flags(Node* tree, bool reset_root = true);
void reset_dep_flags(Node* tree);

}  // namespace hoist::resolver
