#include "cli/listing/tree_view.hpp"

#include <algorithm>
#include <unordered_map>

#include "hoist/base/collation.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

using resolver::InspectedEdge;
using resolver::InspectedNode;
using resolver::InspectedTree;
using resolver::TreeIndex;

bool is_omitted(const InspectedEdge& edge, const std::set<std::string>& omit) {
  return (edge.type == "dev" && omit.contains("dev")) || (edge.optional() && omit.contains("optional")) ||
         (edge.peer() && omit.contains("peer"));
}

std::string quoted(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

class Viewer {
 public:
  Viewer(const InspectedTree& tree, const TreeViewOptions& options) : tree_(tree), options_(options) {}

  TreeView run() {
    TreeItem root;
    root.node = &tree_.nodes.front();
    root.name = root.node->package_name.empty() ? root.node->name : root.node->package_name;
    root.package_id = package_id(*root.node);
    root.included = options_.filters.empty();
    seen_.insert(0);
    view_.items.push_back(std::move(root));
    for (std::size_t i = 0; i < view_.items.size(); ++i) {
      collect_problems(view_.items[i]);
      expand(i);
    }
    include_ancestors();
    return std::move(view_);
  }

 private:
  [[nodiscard]] TreeIndex index_of(const InspectedNode& node) const {
    return static_cast<TreeIndex>(&node - tree_.nodes.data());
  }

  [[nodiscard]] bool is_selected(const InspectedEdge& edge) const {
    const bool from_root = edge.from == 0;
    const InspectedNode* to = edge.to ? &tree_.nodes[*edge.to] : nullptr;
    const bool workspace = to != nullptr && to->workspace;
    if (!options_.workspaces && from_root && workspace) return false;
    if (options_.selected_workspaces.empty()) return true;
    if (options_.include_root && to != nullptr && !workspace) return true;
    return !from_root || (workspace && options_.selected_workspaces.contains(to->package_name));
  }

  [[nodiscard]] bool wants(const InspectedEdge& edge, bool direct) const {
    if (!is_selected(edge)) return false;
    if (!direct) return true;
    return !is_omitted(edge, options_.omit) && (!options_.only_links || (edge.to && tree_.nodes[*edge.to].link));
  }

  void expand(std::size_t index) {
    const TreeItem& item = view_.items[index];
    if (item.missing || item.deduped) return;
    const InspectedNode& node = *item.node;
    const int depth = node.workspace ? 0 : item.depth;
    if (depth > options_.depth) return;
    std::vector<TreeItem> children;
    std::set<TreeIndex> listed;
    for (const TreeIndex at : tree_.nodes[node.target].edges_out) {
      const InspectedEdge& edge = tree_.edges[at];
      if (!wants(edge, depth == 0)) continue;
      if (edge.to) listed.insert(*edge.to);
      children.push_back(make_child(edge));
    }
    for (const TreeIndex child : node.children)
      if (!listed.contains(child) && tree_.nodes[child].extraneous) children.push_back(item_of(tree_.nodes[child]));
    std::stable_sort(children.begin(), children.end(),
                     [](const auto& a, const auto& b) { return locale_compare(a.package_id, b.package_id) < 0; });
    for (auto& child : children) add_child(index, depth + 1, std::move(child));
  }

  void add_child(std::size_t parent, int depth, TreeItem child) {
    child.parent = parent;
    child.depth = depth;
    child.matched = matches(child);
    if (child.missing) {
      // npm makes its note of what is required for the first missing package and loses it for the others.
      if (!first_missing_) child.required.clear();
      first_missing_ = false;
    } else {
      child.deduped = !seen_.insert(index_of(*child.node)).second;
      if (child.deduped) {
        child.extraneous = child.overridden = false;
        child.invalid = invalid_[index_of(*child.node)];
      }
    }
    view_.items[parent].children.push_back(view_.items.size());
    view_.items.push_back(std::move(child));
  }

  static TreeItem item_of(const InspectedNode& node) {
    TreeItem item;
    item.name = node.name;
    item.node = &node;
    item.package_id = package_id(node);
    item.extraneous = node.extraneous;
    item.overridden = node.overridden;
    return item;
  }

  TreeItem make_child(const InspectedEdge& edge) {
    if (!edge.to) {
      TreeItem item;
      item.name = edge.name;
      item.package_id = edge.name + '@' + edge.spec;
      item.required = edge.spec.empty() ? "*" : edge.spec;
      item.missing = true;
      item.optional = edge.optional();
      if (!item.optional)
        item.problems.push_back(
            fmt::format("missing: {}, required by {}", item.package_id, package_id(tree_.nodes[edge.from])));
      return item;
    }
    if (edge.error == "INVALID") {
      const std::string& from = tree_.nodes[edge.from].location;
      std::string& known = invalid_[*edge.to];
      known += (known.empty() ? "" : ", ") + fmt::format("{} from {}", quoted(edge.spec.empty() ? "*" : edge.spec),
                                                         from.empty() ? "the root project" : from);
    }
    TreeItem item = item_of(tree_.nodes[*edge.to]);
    item.optional = edge.optional();
    return item;
  }

  [[nodiscard]] bool matches(const TreeItem& item) const {
    if (options_.filters.empty()) return true;
    if (item.missing) return false;
    return std::ranges::any_of(options_.filters, [&](const package::PackageSpec& spec) {
      if (!spec.name.empty() && spec.name != item.name) return false;
      const bool alias = spec.type == package::SpecType::kAlias && spec.sub_spec != nullptr;
      const auto& wanted = alias ? *spec.sub_spec : spec;
      if (alias && wanted.name != item.node->package_name) return false;
      if (wanted.type != package::SpecType::kVersion && wanted.type != package::SpecType::kRange) return true;
      return package::satisfies(item.node->version, wanted.raw_spec, {.loose = true});
    });
  }

  void collect_problems(TreeItem& item) {
    if (!item.missing) {
      if (!item.deduped) item.invalid = invalid_[index_of(*item.node)];
      if (!item.invalid.empty())
        item.problems.push_back(fmt::format("invalid: {} {}", item.package_id, item.node->path));
      if (item.extraneous && !options_.global)
        item.problems.push_back(fmt::format("extraneous: {} {}", item.package_id, item.node->path));
    }
    if (!item.matched && !item.included) return;
    for (const auto& problem : item.problems)
      if (std::ranges::find(view_.problems, problem) == view_.problems.end()) view_.problems.push_back(problem);
  }

  void include_ancestors() {
    auto& items = view_.items;
    for (std::size_t i = items.size(); i-- > 1;) {
      if (items[i].matched) items[i].included = true;
      if (items[i].included) items[items[i].parent].included = true;
    }
  }

  const InspectedTree& tree_;
  const TreeViewOptions& options_;
  TreeView view_;
  std::set<TreeIndex> seen_;
  /// What was found wrong with a node so far, whoever asked.
  std::unordered_map<TreeIndex, std::string> invalid_;
  bool first_missing_ = true;
};

}  // namespace

std::string package_id(const InspectedNode& node) {
  const auto& name = node.package_name;
  if (node.is_root()) return (name.empty() ? node.name : name) + '@' + node.version;
  const bool alias = !name.empty() && name != node.name;
  return fmt::format("{}@{}{}", node.name, alias ? fmt::format("npm:{}@", name) : "", node.version);
}

TreeView view_tree(const InspectedTree& tree, const TreeViewOptions& options) { return Viewer(tree, options).run(); }

}  // namespace hoist::cli
