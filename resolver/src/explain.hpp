#pragma once
/// The report on wishes that cannot all be met.

#include <string>

#include "explanation.hpp"
#include "hoist/base/result.hpp"

namespace hoist::resolver {

/// The parts of a conflict that npm's report names; what it lacks is nullptr.
struct ConflictReport {
  const EdgeExplanation* edge = nullptr;          ///< what could not be resolved
  const NodeExplanation* dep = nullptr;           ///< what it would have been
  const NodeExplanation* current = nullptr;       ///< what stands there
  const NodeExplanation* peer = nullptr;          ///< the peer that is in the way of another
  const NodeExplanation* peer_current = nullptr;  ///< and what it meets
  bool strict_peer_deps = false;
};

/// ERESOLVE: `message` says what failed, the hint is npm's report (while resolving, found, could not resolve,
/// conflicting peer dependency) and its advice.
[[nodiscard]] Error explain_conflict(std::string message, const ConflictReport& report);

/// Direct dependencies of the project that the report names, those of the unresolved edge first.
[[nodiscard]] std::vector<std::string> direct_dependencies_in(const ConflictReport& report);

/// The warning for a peer dependency that is overridden: npm's short report.
[[nodiscard]] std::string explain_overridden_peer(const ConflictReport& report);

}  // namespace hoist::resolver
