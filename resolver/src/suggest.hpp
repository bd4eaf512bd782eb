#pragma once
/// The way out of an ERESOLVE: a command that works, found by trying.

#include <string>
#include <vector>

#include "hoist/resolver/resolve.hpp"

namespace hoist::resolver {

/// What would resolve: direct dependencies in another version, as arguments of `install`.
struct Suggestion {
  std::vector<std::string> changes;  ///< `name@range`, the ones that differ from what was asked for
  std::vector<std::string> command;  ///< all arguments: the changes and what else was requested
};

/// The smallest set of changes (one, else two) of the direct dependencies `involved` after which the project resolves;
/// nothing when none of a bounded number of attempts does. Every candidate is resolved in full, so what is returned
/// holds. Nearby versions come before distant ones, newer before older. Asks `sources` for packuments only.
[[nodiscard]] std::optional<Suggestion> suggest_fix(const ResolveRequest& request, const ResolveOptions& options,
                                                    Sources sources, const std::vector<std::string>& involved);

}  // namespace hoist::resolver
