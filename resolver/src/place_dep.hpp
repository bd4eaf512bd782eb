#pragma once
/// Puts a dependency and its peers into the tree, as high as they may stand.

#include <memory>
#include <vector>

#include "can_place.hpp"
#include "dep_sets.hpp"
#include "explain.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/resolver/options.hpp"

namespace hoist::resolver {

/// What placing needs to know besides the nodes.
struct PlaceContext {
  const ResolveOptions& options;
  const std::vector<std::string>& update_names;
  Reporter& reporter;
};

/// One placement and, as children, those of the peers it brought. The tree is changed by run().
class PlaceDep {
 public:
  PlaceDep(const PlaceContext& context, Node* dep, Edge* edge, bool explicit_request, PlaceDep* parent = nullptr);

  /// ERESOLVE when a conflict may not be overridden.
  Result<void> run();

  Node* dep;
  Edge* edge;
  PlaceDep* parent;
  Node* placed = nullptr;  ///< nullptr when what was there is kept
  CanPlace* can_place = nullptr;
  /// Nodes whose dependencies have to be looked at again.
  NodeSet need_evaluation;
  std::vector<std::unique_ptr<PlaceDep>> children;

 private:
  [[nodiscard]] bool nothing_to_do();
  void find_target();
  [[nodiscard]] Node* start_node();
  [[nodiscard]] PlaceDep* first() { return parent != nullptr ? parent->first() : this; }
  Result<void> place_at(Node* target);
  void log_placement();
  bool link_to_ancestor(Node* target);
  void make_placed();
  void replace_old(Node* old);
  void collect_displaced_peers(Node* old, Node* target, std::vector<Node*>& out);
  void prune_for_replacement(const std::vector<Node*>& old_deps);
  void prune_duplicates_below(Node* target);
  void prune_dedupable(Node* node, bool descend = true);
  Result<void> place_peers(Node* virtual_root);
  [[nodiscard]] bool is_mine();
  void warn_conflict(Edge* conflicting, Node* with);
  [[nodiscard]] ConflictReport report(Edge* conflicting, Node* with);
  [[nodiscard]] Error conflict_error();

  const PlaceContext& context_;
  bool explicit_request_;
  bool inherits_update_names_;
  Node* current_;
  CanPlace* can_place_self_ = nullptr;
  std::vector<std::unique_ptr<CanPlace>> checks_;
};

}  // namespace hoist::resolver
