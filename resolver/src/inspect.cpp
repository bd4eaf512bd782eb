#include "hoist/resolver/inspect.hpp"

#include <algorithm>
#include <unordered_map>

#include "dep_sets.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {
namespace {

using lockfile::LockPackage;
using Entries = std::vector<std::pair<std::string, const LockPackage*>>;

std::string_view error_text(EdgeError error) {
  switch (error) {
    case EdgeError::kMissing:
      return "MISSING";
    case EdgeError::kPeerLocal:
      return "PEER LOCAL";
    case EdgeError::kInvalid:
      return "INVALID";
    case EdgeError::kDetached:
      return "DETACHED";
    default:
      return "";
  }
}

class Loader {
 public:
  explicit Loader(const InspectRequest& request)
      : request_(request), graph_(request.legacy_peer_deps, request.install_links) {}

  Result<InspectedTree> run() {
    root_ = graph_.make_node({.path = request_.root.string(),
                              .package = std::make_shared<package::Manifest>(request_.manifest),
                              .load_overrides = true,
                              .global = request_.global,
                              .flags = DepFlags::none()});
    HOIST_CHECK(load_entries());
    add_workspaces();
    if (request_.global) want_children();
    for (Node* node : root_->inventory->all.values())
      if (node != root_) node->flags = DepFlags{};
    calculate_dep_flags(root_);
    if (graph_.failure) return std::unexpected(*graph_.failure);
    return collect();
  }

 private:
  Result<void> load_entries() {
    Entries nodes, links;
    for (const auto& [location, entry] : request_.tree.packages)
      if (!location.empty()) (entry.link ? links : nodes).emplace_back(location, &entry);
    // The order of npm's files, which decides the order of edges.
    const auto in_file_order = [](const auto& a, const auto& b) { return locale_compare(a.first, b.first) < 0; };
    std::stable_sort(nodes.begin(), nodes.end(), in_file_order);
    std::stable_sort(links.begin(), links.end(), in_file_order);
    for (const auto& [location, entry] : nodes) load_node(location, *entry);
    for (const auto& [location, entry] : links) HOIST_CHECK(load_link(location, *entry));
    return {};
  }

  void load_node(const std::string& location, const LockPackage& entry) {
    auto manifest = std::make_shared<package::Manifest>(entry.manifest);
    if (manifest->name.empty()) manifest->name = lockfile::name_of_location(location);
    Node* node = graph_.make_node({.path = resolve_path(root_->path, location),
                                   .package = std::move(manifest),
                                   .resolved = entry.resolved,
                                   .integrity = entry.integrity,
                                   .root = root_});
    node->package_extensions_applied = entry.package_extensions_applied;
    node->npm_extension_applied = entry.npm_extension_applied;
  }

  Result<void> load_link(const std::string& location, const LockPackage& entry) {
    const std::string target_path = resolve_path(root_->path, entry.resolved);
    const auto found = root_->inventory->by_location.find(relative_path(root_->path, target_path));
    if (found == root_->inventory->by_location.end() || found->second->is_link)
      return fail("EMISSINGTARGET",
                  fmt::format("Missing target in lock file: \"{}\" is referenced by \"{}\" but does not exist.",
                              printable(entry.resolved), printable(location)),
                  "remove package-lock.json and run the install again");
    graph_.make_link({.path = resolve_path(root_->path, location), .realpath = target_path,
                      .package = found->second->package},
                     found->second);
    return {};
  }

  void add_workspaces() {
    if (request_.workspaces.empty()) return;
    std::vector<std::pair<std::string, std::string>> folders;
    for (const Workspace& workspace : request_.workspaces)
      folders.emplace_back(workspace.name, workspace.path.string());
    root_->set_workspaces(std::move(folders));
  }

  void want_children() {
    auto manifest = std::make_shared<package::Manifest>(*root_->package);
    root_->children.for_each([&](Node* child) {
      manifest->dependencies.emplace_back(child->name, child->is_link ? "file:" + child->realpath : std::string("*"));
    });
    root_->set_package(std::move(manifest));
  }

  InspectedTree collect() {
    const std::vector<Node*> nodes = root_->inventory->all.values();
    for (Node* node : nodes) node_index_.emplace(node, node_index_.size());
    tree_.root = request_.root;
    tree_.nodes.resize(nodes.size());
    for (Node* node : nodes) node->edges_out.for_each([&](Edge* edge) { add_edge(edge); });
    for (Node* node : nodes) fill(tree_.nodes[node_index_.at(node)], *node);
    return std::move(tree_);
  }

  [[nodiscard]] std::optional<TreeIndex> index_of(const Node* node) const {
    const auto found = node_index_.find(node);
    return found == node_index_.end() ? std::nullopt : std::optional(found->second);
  }

  void add_edge(Edge* edge) {
    const auto& bundle = edge->from->package->bundle_dependencies;
    edge_index_.emplace(edge, tree_.edges.size());
    tree_.edges.push_back({edge->name, std::string(to_string(edge->type)), edge->spec(), edge->raw_spec,
                           std::string(error_text(edge->error())), node_index_.at(edge->from), index_of(edge->to),
                           std::ranges::find(bundle, edge->name) != bundle.end()});
  }

  void fill(InspectedNode& out, const Node& node) {
    out.name = node.name;
    out.package_name = node.target()->package_name();
    out.version = node.version();
    out.location = node.location;
    out.path = node.path;
    out.realpath = node.realpath;
    out.resolved = node.resolved_text();
    out.manifest = node.target()->package;
    out.package_extensions_applied = node.package_extensions_applied;
    out.npm_extension_applied = node.npm_extension_applied;
    const DepFlags& flags = node.flags;
    out.extraneous = flags.extraneous;
    out.dev = flags.dev;
    out.optional = flags.optional;
    out.dev_optional = flags.dev_optional;
    out.peer = flags.peer;
    out.in_bundle = node.in_bundle();
    out.overridden = node.overridden();
    out.link = node.is_link;
    out.workspace = node.is_workspace();
    out.top = node.is_top();
    out.target = index_of(node.target()).value_or(node_index_.at(&node));
    out.parent = index_of(node.parent);
    out.resolve_parent = index_of(node.resolve_parent());
    node.children.for_each([&](Node* child) { out.children.push_back(node_index_.at(child)); });
    node.edges_out.for_each([&](Edge* edge) { out.edges_out.push_back(edge_index_.at(edge)); });
    node.edges_in.for_each([&](Edge* edge) { out.edges_in.push_back(edge_index_.at(edge)); });
    node.links_in.for_each([&](Node* link) {
      if (const auto index = index_of(link)) out.links_in.push_back(*index);
    });
  }

  const InspectRequest& request_;
  Graph graph_;
  Node* root_ = nullptr;
  std::unordered_map<const Node*, TreeIndex> node_index_;
  std::unordered_map<const Edge*, TreeIndex> edge_index_;
  InspectedTree tree_;
};

}  // namespace

std::optional<TreeIndex> InspectedTree::find(std::string_view location) const {
  const auto at = std::ranges::find(nodes, location, &InspectedNode::location);
  return at == nodes.end() ? std::nullopt : std::optional(static_cast<TreeIndex>(at - nodes.begin()));
}

Result<InspectedTree> inspect(const InspectRequest& request) { return Loader(request).run(); }

std::vector<bool> workspace_dependency_set(const InspectedTree& tree, const std::vector<std::string>& workspaces,
                                           bool include_root) {
  std::vector<bool> in_set(tree.nodes.size());
  std::vector<TreeIndex> queue, extraneous;
  const auto add = [&](TreeIndex node) {
    if (in_set[node]) return;
    in_set[node] = true;
    queue.push_back(node);
  };
  for (const TreeIndex at : tree.nodes.front().edges_out) {
    const InspectedEdge& edge = tree.edges[at];
    if (!edge.to) continue;
    if (edge.type != "workspace" ? include_root : std::ranges::find(workspaces, edge.name) != workspaces.end())
      add(edge.type == "workspace" ? tree.nodes[*edge.to].target : *edge.to);
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const InspectedNode& node = tree.nodes[queue[i]];
    for (const TreeIndex at : node.edges_out)
      if (const auto to = tree.edges[at].to) {
        add(*to);
        add(tree.nodes[*to].target);
      }
    for (const TreeIndex child : node.children)
      if (tree.nodes[child].extraneous) extraneous.push_back(child);
  }
  for (const TreeIndex each : extraneous) in_set[each] = true;
  return in_set;
}

std::vector<bool> root_dependency_set(const InspectedTree& tree) {
  std::vector<bool> in_set(tree.nodes.size()), seen(tree.nodes.size());
  std::vector<TreeIndex> stack{0};
  seen[0] = true;
  while (!stack.empty()) {
    const InspectedNode& node = tree.nodes[stack.back()];
    stack.pop_back();
    std::vector<TreeIndex> next;
    for (const TreeIndex at : node.edges_out) {
      const auto to = tree.edges[at].to;
      if (!to) continue;
      if (!seen[*to]) next.push_back(*to);
      if (tree.nodes[*to].workspace) continue;
      const bool wanted = std::ranges::any_of(tree.nodes[*to].edges_in, [&](TreeIndex in) {
        const TreeIndex from = tree.edges[in].from;
        return tree.nodes[from].is_root() || in_set[from];
      });
      if (wanted) in_set[*to] = true;
    }
    for (auto each = next.rbegin(); each != next.rend(); ++each) {
      if (!seen[*each]) stack.push_back(*each);
      seen[*each] = true;
    }
  }
  return in_set;
}

}  // namespace hoist::resolver
