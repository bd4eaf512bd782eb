#pragma once
/// A placed tree with its dependency edges, read only: what `explain`, `outdated`, `query` and the like ask about.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/resolver/resolve.hpp"

namespace hoist::resolver {

/// Index into InspectedTree::nodes or ::edges.
using TreeIndex = std::size_t;

/// One dependency of a package.
struct InspectedEdge {
  std::string name;
  std::string type;      ///< prod, dev, optional, peer, peerOptional, workspace
  std::string spec;      ///< what is asked for, an override applied
  std::string raw_spec;  ///< what the manifest says
  std::string error;     ///< empty, MISSING, INVALID or PEER LOCAL
  TreeIndex from = 0;
  std::optional<TreeIndex> to;
  bool bundled = false;

  [[nodiscard]] bool valid() const noexcept { return error.empty(); }
  [[nodiscard]] bool optional() const noexcept { return type == "optional" || type == "peerOptional"; }
  [[nodiscard]] bool peer() const noexcept { return type == "peer" || type == "peerOptional"; }
};

/// One package or link at a place.
struct InspectedNode {
  std::string name;          ///< the folder's
  std::string package_name;  ///< package.json's, may be empty
  std::string version;
  std::string location;  ///< relative to the root; empty for the root
  std::string path, realpath, resolved;
  std::shared_ptr<const package::Manifest> manifest;
  Json package_extensions_applied, npm_extension_applied;  ///< null when none
  bool extraneous = false, dev = false, optional = false, dev_optional = false, peer = false;
  bool in_bundle = false, overridden = false, link = false, workspace = false, top = false;
  TreeIndex target = 0;  ///< of a link; else itself
  std::optional<TreeIndex> parent, resolve_parent;
  std::vector<TreeIndex> children, edges_out, edges_in, links_in;

  [[nodiscard]] bool is_root() const noexcept { return location.empty(); }
};

/// Nodes in the order npm's inventory has them, the root first; edges in the order in which npm attaches them.
struct InspectedTree {
  std::filesystem::path root;
  std::vector<InspectedNode> nodes;
  std::vector<InspectedEdge> edges;

  [[nodiscard]] std::optional<TreeIndex> find(std::string_view location) const;
};

struct InspectRequest {
  std::filesystem::path root;  ///< absolute, without symbolic links
  package::Manifest manifest;  ///< the root's as it is now
  std::vector<Workspace> workspaces;
  const lockfile::Lockfile& tree;  ///< a lockfile, or what is in node_modules
  bool global = false;             ///< the root depends on whatever is in its node_modules
  bool legacy_peer_deps = false;
  bool install_links = false;
};

/// EMISSINGTARGET for a link to nowhere; EOVERRIDE-like failures of rules that cannot be read.
[[nodiscard]] Result<InspectedTree> inspect(const InspectRequest& request);

/// npm's workspaceDependencySet: the members named, everything they need, and what is extraneous below them.
[[nodiscard]] std::vector<bool> workspace_dependency_set(const InspectedTree& tree,
                                                         const std::vector<std::string>& workspaces,
                                                         bool include_root);
/// npm's excludeWorkspacesDependencySet: what the root itself needs.
[[nodiscard]] std::vector<bool> root_dependency_set(const InspectedTree& tree);

}  // namespace hoist::resolver
