#pragma once
/// Why a node is where it is, as npm remembers it.
///
/// What was found out once is kept (npm: `node.explain()`), so a later report shows the dependents as they were when
/// the node was first spoken of, cut where that walk came back to a node it was explaining. npm's texts depend on it.

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace hoist::resolver {

struct Edge;
struct Node;
struct EdgeExplanation;

struct NodeExplanation {
  bool is_root = false;  ///< the project itself; nothing else is set
  std::string name, version, location;
  std::string while_resolving;  ///< `name@version` of what the virtual tree stands for; empty in the real tree
  std::vector<const EdgeExplanation*> dependents;
  std::vector<const NodeExplanation*> links_in;
};

struct EdgeExplanation {
  std::string kind;  ///< empty for a production dependency
  std::string name, spec, raw_spec;
  bool bundled = false;
  const NodeExplanation* from = nullptr;
};

/// Makes and owns explanations. One per resolution.
class Explanations {
 public:
  /// Through all its dependents, or through `edge` alone.
  const NodeExplanation* of(Node& node, Edge* edge = nullptr);
  const EdgeExplanation* of(Edge& edge);

 private:
  using Seen = std::vector<const Node*>;
  const NodeExplanation* of(Node& node, Edge* edge, const Seen& seen);
  const EdgeExplanation* of(Edge& edge, const Seen& seen);
  NodeExplanation* describe(Node& node, Edge* edge, const Seen& seen);

  std::deque<NodeExplanation> nodes_;
  std::deque<EdgeExplanation> edges_;
  std::unordered_map<const Node*, const NodeExplanation*> by_node_;
  std::unordered_map<const Edge*, const EdgeExplanation*> by_edge_;
};

}  // namespace hoist::resolver
