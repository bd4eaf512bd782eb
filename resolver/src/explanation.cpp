#include "explanation.hpp"

#include <algorithm>

#include "tree.hpp"

namespace hoist::resolver {
namespace {

/// Chains of dependents are as long as a registry's authors make them; no report shows more than its beginning.
constexpr std::size_t kMaxChain = 1000;

std::string or_undefined(const std::string& text) { return text.empty() ? "undefined" : text; }

}  // namespace

const NodeExplanation* Explanations::of(Node& node, Edge* edge) { return of(node, edge, {}); }
const EdgeExplanation* Explanations::of(Edge& edge) { return of(edge, {}); }

const NodeExplanation* Explanations::of(Node& node, Edge* edge, const Seen& seen) {
  if (const auto found = by_node_.find(&node); found != by_node_.end()) return found->second;
  const NodeExplanation* made = node.source_reference != nullptr && !node.is_project_root()
                                    ? of(*node.source_reference, edge, seen)
                                    : describe(node, edge, seen);
  by_node_[&node] = made;
  return made;
}

NodeExplanation* Explanations::describe(Node& node, Edge* edge, const Seen& seen) {
  if (node.source_reference != nullptr) return describe(*node.source_reference, edge, seen);
  NodeExplanation& why = nodes_.emplace_back();
  if (node.is_project_root()) {
    why.is_root = true;
    return &why;
  }
  why.name = or_undefined(node.is_top() ? node.package_name() : node.name);
  why.version = or_undefined(node.package->version);
  if (node.root()->source_reference != nullptr)
    why.while_resolving = or_undefined(node.root()->package->name) + "@" + or_undefined(node.root()->package->version);
  if (std::find(seen.begin(), seen.end(), &node) != seen.end() || seen.size() > kMaxChain) return &why;

  why.location = node.location;
  Seen path = seen;
  path.push_back(&node);
  if (edge != nullptr) {
    why.dependents.push_back(of(*edge, path));
  } else {
    for (Edge* in : node.edges_in.values())
      if (in->valid() || in->from->is_project_root()) why.dependents.push_back(of(*in, path));
  }
  for (Node* link : node.links_in.values()) why.links_in.push_back(describe(*link, edge, path));
  return &why;
}

const EdgeExplanation* Explanations::of(Edge& edge, const Seen& seen) {
  if (const auto found = by_edge_.find(&edge); found != by_edge_.end()) return found->second;
  EdgeExplanation& why = edges_.emplace_back();
  if (edge.type != EdgeType::kProd) why.kind = to_string(edge.type);
  why.name = edge.name;
  why.spec = edge.spec();
  why.raw_spec = edge.raw_spec;
  if (edge.from != nullptr) {
    if (edge.type == EdgeType::kWorkspace && why.spec.starts_with("file:"))
      why.spec = relative_path(edge.from->root()->realpath, why.spec.substr(5));
    const auto& bundled = edge.from->package->bundle_dependencies;
    why.bundled = std::find(bundled.begin(), bundled.end(), edge.name) != bundled.end();
    why.from = of(*edge.from, nullptr, seen);
  }
  by_edge_[&edge] = &why;
  return &why;
}

}  // namespace hoist::resolver
