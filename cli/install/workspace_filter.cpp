#include "cli/install/workspace_filter.hpp"

#include <algorithm>

namespace hoist::cli {
namespace {

using resolver::InspectedNode;
using resolver::InspectedTree;
using resolver::TreeIndex;
using Locations = std::set<std::string, std::less<>>;

class Walk {
 public:
  Walk(const InspectedTree& wanted, const InspectedTree& actual) : wanted_(wanted), actual_(actual) {}

  void start(const InspectedTree& tree, const WorkspaceFilter& filter) {
    for (const TreeIndex at : tree.nodes.front().edges_out) {
      const auto& edge = tree.edges[at];
      if (!edge.to) continue;
      const bool chosen = edge.type == "workspace"
                              ? std::ranges::find(filter.workspaces, edge.name) != filter.workspaces.end()
                              : filter.root_dependencies;
      if (chosen) add(tree, *edge.to);
    }
  }

  Locations run() {
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      const std::string location = queue_[i];
      for (const InspectedTree* tree : {&wanted_, &actual_}) {
        const auto index = tree->find(location);
        if (!index) continue;
        const InspectedNode& node = tree->nodes[*index];
        add(*tree, node.target);
        for (const TreeIndex edge : node.edges_out)
          if (const auto to = tree->edges[edge].to) add(*tree, *to);
        if (tree != &actual_) continue;
        for (const TreeIndex child : node.children)
          if (tree->nodes[child].extraneous) extraneous_.insert(tree->nodes[child].location);
      }
    }
    found_.merge(extraneous_);
    return std::move(found_);
  }

 private:
  void add(const InspectedTree& tree, TreeIndex index) {
    const std::string& location = tree.nodes[index].location;
    if (found_.insert(location).second) queue_.push_back(location);
  }

  const InspectedTree& wanted_;
  const InspectedTree& actual_;
  std::vector<std::string> queue_;
  Locations found_, extraneous_;
};

}  // namespace

Result<Locations> filtered_locations(const Project& project, const lockfile::Lockfile& wanted,
                                     const lockfile::Lockfile& actual, const WorkspaceFilter& filter,
                                     bool legacy_peer_deps) {
  const auto look = [&](const lockfile::Lockfile& tree) {
    return resolver::inspect({.root = project.root,
                              .manifest = project.manifest,
                              .workspaces = project.workspaces,
                              .tree = tree,
                              .legacy_peer_deps = legacy_peer_deps});
  };
  HOIST_TRY(const auto wanted_tree, look(wanted));
  HOIST_TRY(const auto actual_tree, look(actual));
  Walk walk(wanted_tree, actual_tree);
  walk.start(wanted_tree, filter);
  walk.start(actual_tree, filter);
  return walk.run();
}

}  // namespace hoist::cli
