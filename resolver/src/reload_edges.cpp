/// Looking edges up again after a node came or went.
#include <algorithm>

#include "tree.hpp"

namespace hoist::resolver {
namespace {

/// Below this many nodes a walk is cheaper than the index.
constexpr std::size_t kSmallTree = 64;

/// What leads from `top` down to `node`: at each step the place among children, or behind them among fs children.
/// Sorting by it gives the order of a walk. nullopt when `node` is not below `top`.
std::optional<std::vector<std::size_t>> way_down(const Node* top, Node* node) {
  constexpr std::size_t kBehindChildren = std::size_t{1} << 32;
  std::vector<std::size_t> way;
  for (Node* at = node; at != top; at = at->resolve_parent()) {
    const Node* above = at->resolve_parent();
    if (above == nullptr) return std::nullopt;
    auto place = above->children.position(at->id, at);
    if (!place) {
      place = above->fs_children.position(at);
      if (!place) return std::nullopt;
      *place += kBehindChildren;
    }
    way.push_back(*place);
  }
  std::reverse(way.begin(), way.end());
  return way;
}

/// Whether an edge leads to the child of that name of the node at `location`, or no longer to what it finds.
bool may_have_changed(const Edge& edge, const std::string& location) {
  constexpr std::string_view kFolder = "/node_modules/";
  const bool own_child = edge.to != nullptr &&
                         edge.to->location.size() == location.size() + kFolder.size() + edge.name.size() &&
                         edge.to->location == location + std::string(kFolder) + edge.name;
  return own_child || edge.from->resolve(edge.id) != edge.to;
}

}  // namespace

void Node::reload_edges_below(NameId wanted, const std::string& place) {
  if (Edge* edge = edges_out.get(wanted); edge != nullptr && may_have_changed(*edge, place)) edge->reload(true);
  children.for_each([&](Node* child) { child->reload_edges_below(wanted, place); });
  fs_children.for_each([&](Node* child) { child->reload_edges_below(wanted, place); });
}

void Node::reload_named_edges(NameId wanted) {
  const auto edges = graph->edges_by_name.find(wanted);
  if (edges == graph->edges_by_name.end() || edges->second.empty()) return;
  const Node* top = root();
  if (!top->inventory || top->inventory->all.size() < kSmallTree) return reload_edges_below(wanted, location);
  // The order in which edges arrive at a node is part of npm's result, so the index is brought into a walk's order.
  std::vector<std::pair<std::vector<std::size_t>, Edge*>> affected;
  edges->second.for_each([&](Edge* edge) {
    if (edge->from->root() != top || !may_have_changed(*edge, location)) return;
    if (auto way = way_down(this, edge->from)) affected.emplace_back(*std::move(way), edge);
  });
  std::sort(affected.begin(), affected.end());
  for (const auto& [way, edge] : affected)
    if (may_have_changed(*edge, location)) edge->reload(true);
}

}  // namespace hoist::resolver
