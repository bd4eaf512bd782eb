#pragma once
/// What `ls` shows: the packages of a tree by who asks for them, each once, with what is wrong.

#include <set>
#include <string>
#include <vector>

#include "hoist/package/package_spec.hpp"
#include "hoist/resolver/inspect.hpp"

namespace hoist::cli {

struct TreeViewOptions {
  std::vector<package::PackageSpec> filters;  ///< shown are matches and what leads to them
  int depth = 0;                              ///< how many levels below the direct dependencies
  std::set<std::string> omit;                 ///< dev, optional, peer: direct dependencies left out
  bool only_links = false;
  bool global = false;
  bool workspaces = true;
  std::set<std::string> selected_workspaces;  ///< names; empty = all
  bool include_root = false;                  ///< with selected workspaces, other packages than workspaces too
};

/// One line of the listing. Items form a tree by index.
struct TreeItem {
  std::string name;                               ///< folder name
  std::string package_id;                         ///< `name@version`, `alias@npm:name@version`
  const resolver::InspectedNode* node = nullptr;  ///< nullptr when missing
  std::string required;                           ///< spec of what is missing; npm tells it for the first one only
  std::string invalid;                            ///< `"^1.0.0" from node_modules/x`
  bool optional = false, missing = false, deduped = false, extraneous = false, overridden = false;
  bool included = false, matched = false;
  int depth = 0;
  std::size_t parent = 0;
  std::vector<std::size_t> children;
  std::vector<std::string> problems;
};

struct TreeView {
  std::vector<TreeItem> items;  ///< the root first, breadth first
  std::vector<std::string> problems;
};

/// The view points into the tree.
[[nodiscard]] TreeView view_tree(const resolver::InspectedTree& tree, const TreeViewOptions& options);

/// npm's pkgid of a node: what its folder is called, and what it really is where that differs.
[[nodiscard]] std::string package_id(const resolver::InspectedNode& node);

}  // namespace hoist::cli
