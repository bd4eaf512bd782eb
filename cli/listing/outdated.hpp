#pragma once
/// Packages of a tree for which the registry has newer versions, as npm lists them.

#include <optional>
#include <string>
#include <vector>

#include "cli/output/palette.hpp"
#include "hoist/base/json.hpp"
#include "hoist/package/sources.hpp"
#include "hoist/resolver/inspect.hpp"
#include "hoist/resolver/options.hpp"

namespace hoist::cli {

/// A dependency to be judged: an edge, or in a global folder a package nobody depends on.
struct OutdatedCandidate {
  std::optional<resolver::TreeIndex> edge;
  std::optional<resolver::TreeIndex> node;  ///< what is installed for it
  std::string name, spec;
  bool operator==(const OutdatedCandidate& other) const noexcept { return edge == other.edge && node == other.node; }
};

struct OutdatedPackage {
  std::string name;  ///< `alias:real@range` for an alias
  std::string type;  ///< the field of package.json
  std::string wanted, latest;
  std::optional<std::string> current, path, location;  ///< nothing when missing
  std::string dependent, depended_by_location;
  std::string workspace_dependent;  ///< name@version of the workspace that depends on it, else empty
  std::optional<std::string> homepage;
};

struct OutdatedOptions {
  std::vector<std::string> names;  ///< nothing = direct dependencies of the root and its workspaces
  bool all = false;                ///< dependencies of dependencies as well
  bool global = false;
  bool homepage = false;
  std::vector<bool> filter;  ///< nodes whose dependencies count; empty = all
};

/// What has to be looked up, each once, in npm's order.
[[nodiscard]] std::vector<OutdatedCandidate> outdated_candidates(const resolver::InspectedTree& tree,
                                                                 const OutdatedOptions& options);

/// Sorted by name and dependent. Versions that do not exist and packages that the registry refuses to show are left
/// out, as in npm; every other failure of the source is the answer.
[[nodiscard]] Result<std::vector<OutdatedPackage>> find_outdated(const resolver::InspectedTree& tree,
                                                                 const std::vector<OutdatedCandidate>& candidates,
                                                                 const OutdatedOptions& options,
                                                                 const resolver::ResolveOptions& resolve,
                                                                 package::PackumentSource& packuments);

[[nodiscard]] std::string outdated_table(const std::vector<OutdatedPackage>& list, bool long_form,
                                         const Palette& colors);
[[nodiscard]] std::string outdated_lines(const std::vector<OutdatedPackage>& list, bool long_form);
[[nodiscard]] Json outdated_json(const std::vector<OutdatedPackage>& list, bool long_form);

}  // namespace hoist::cli
