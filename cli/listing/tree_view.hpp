#pragma once
/// What `ls` shows: the packages of a tree by who asks for them, each once, with what is wrong.

#include <deque>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "hoist/base/result.hpp"
#include "hoist/lockfile/lockfile.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::cli {

struct TreeViewOptions {
  std::filesystem::path root;
  std::vector<package::PackageSpec> filters;  ///< shown are matches and what leads to them
  int depth = 0;                              ///< how many levels below the direct dependencies
  std::set<std::string> omit;                 ///< dev, optional, peer: direct dependencies left out
  bool only_links = false;
  bool global = false;
  bool workspaces = true;
  std::set<std::string> selected_workspaces;  ///< names; empty = all
  bool include_root = false;                  ///< with selected workspaces, the root's own dependencies too
};

/// One line of the listing. Items form a tree by index.
struct TreeItem {
  std::string name;                               ///< folder name
  std::string package_id;                         ///< `name@version`, `alias@npm:name@version`
  std::string location;                           ///< empty for the root and for what is missing
  const lockfile::LockPackage* entry = nullptr;   ///< nullptr when missing
  const lockfile::LockPackage* target = nullptr;  ///< of a link; else the entry
  std::string required;                           ///< spec of the edge that led here
  std::string invalid;                            ///< `"^1.0.0" from node_modules/x`
  bool optional = false, missing = false, deduped = false, extraneous = false, workspace = false, overridden = false;
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

[[nodiscard]] TreeView view_tree(const lockfile::Lockfile& tree, const TreeViewOptions& options);

}  // namespace hoist::cli
