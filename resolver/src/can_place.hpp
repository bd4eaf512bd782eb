#pragma once
/// May this dependency stand in that folder? Reads the tree, never changes it.

#include <memory>
#include <vector>

#include "tree.hpp"

namespace hoist::resolver {

enum class Placement {
  kOk,       ///< nothing of that name there
  kReplace,  ///< better than what is there
  kKeep,     ///< what is there will do
  kConflict,
};

/// One check and, below it, the checks of the peers that would have to come along.
class CanPlace {
 public:
  struct Options {
    Node* dep;     ///< in a virtual tree with its peer set
    Node* target;  ///< whose node_modules
    Edge* edge;
    bool prefer_dedupe = false;
    bool explicit_request = false;
    CanPlace* parent = nullptr;  ///< the check of the node that brings this peer
    std::vector<Node*> peer_path;
  };
  explicit CanPlace(Options options);

  Node* dep;
  Node* target;
  Edge* edge;
  Node* current;  ///< what stands there now
  /// With peers; and of the node itself, which may be fine where a peer is not.
  Placement result = Placement::kConflict;
  Placement self = Placement::kConflict;
  std::vector<std::unique_ptr<CanPlace>> children;

  /// Peers (of any depth) that conflict.
  [[nodiscard]] std::vector<CanPlace*> conflict_children();
  [[nodiscard]] Node* deepest_target() const;

 private:
  [[nodiscard]] Placement check();
  [[nodiscard]] Placement check_with_current();
  [[nodiscard]] Placement check_without_current();
  [[nodiscard]] bool current_sets_give_way();
  [[nodiscard]] bool may_clobber(Edge* entry);
  [[nodiscard]] Placement with_peers(Placement state);
  [[nodiscard]] const CanPlace* first() const;

  bool prefer_dedupe_;
  bool explicit_request_;
  bool edge_overridden_;  ///< the peer set already settled for something the edge does not ask for
  CanPlace* parent_;
  std::vector<Node*> peer_path_;
  Edge* target_edge_;
  std::optional<Placement> self_found_;
  std::optional<Placement> peers_found_;
};

}  // namespace hoist::resolver
