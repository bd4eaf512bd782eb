#pragma once
/// Runs a selector over a tree as arborist's querySelectorAll does.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/listing/selector.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/reporter.hpp"
#include "hoist/resolver/inspect.hpp"

namespace hoist::cli {

/// What a query needs beyond the tree. Each is called only when a selector asks for it.
struct QuerySources {
  /// The package.json of a node, as npm normalises it; lives as long as the query.
  std::function<const Json&(resolver::TreeIndex)> document;
  /// All versions of a package, lowest first; `before` already applied.
  std::function<std::vector<std::string>(const std::string& name)> versions;
  /// Advisories by package name, for names with lists of versions.
  std::function<Result<Json>(const Json& packages)> advisories;
};

/// A node that matched. What is missing has no node, only the edge that asks for it.
struct QueryMatch {
  std::optional<resolver::TreeIndex> node;
  std::optional<resolver::TreeIndex> missing_edge;
  Json context = Json::object();  ///< npm's queryContext
};

/// Sorted by location. `start` is the node the query is asked of (`:scope`); the whole tree is searched.
/// EQUERYNODEPTYPE, EQUERYNOPSEUDO, EQUERYNOSELECTOR, EQUERYINVALIDSEMVER, EQUERYINVALIDOPERATOR.
[[nodiscard]] Result<std::vector<QueryMatch>> run_query(const resolver::InspectedTree& tree,
                                                        const SelectorList& selectors, const QuerySources& sources,
                                                        resolver::TreeIndex start, Reporter& reporter);

}  // namespace hoist::cli
