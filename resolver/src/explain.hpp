#pragma once
/// Why a node is where it is, and why two wishes cannot both be met.

#include <string>

#include "tree.hpp"

namespace hoist::resolver {

/// The parts of a conflict that npm's report names.
struct ConflictReport {
  Edge* edge = nullptr;          ///< what could not be resolved
  Node* dep = nullptr;           ///< what it would have been
  Node* current = nullptr;       ///< what stands there
  Edge* peer_edge = nullptr;     ///< the peer dependency in conflict
  Node* peer_current = nullptr;  ///< and what it meets
};

/// ERESOLVE with npm's text: while resolving, found, could not resolve, conflicting peer dependency.
[[nodiscard]] Error explain_conflict(const ConflictReport& report);

/// One warning's text for a peer dependency that is overridden.
[[nodiscard]] std::string explain_overridden_peer(Edge& edge, Node& with);

}  // namespace hoist::resolver
