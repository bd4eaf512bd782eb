#include "cli/listing/tree_view.hpp"

#include "hoist/base/collation.hpp"
#include "hoist/lockfile/location.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

using lockfile::Lockfile;
using lockfile::LockPackage;

enum class EdgeType { kProd, kDev, kOptional, kPeer, kPeerOptional, kWorkspace };

struct Edge {
  EdgeType type;
  std::string name, spec;
};

bool is_optional(EdgeType type) { return type == EdgeType::kOptional || type == EdgeType::kPeerOptional; }

std::string_view omit_name(EdgeType type) {
  switch (type) {
    case EdgeType::kDev:
      return "dev";
    case EdgeType::kOptional:
      return "optional";
    case EdgeType::kPeer:
    case EdgeType::kPeerOptional:
      return "peer";
    default:
      return {};
  }
}

/// What stands at a folder: the location of the package itself, behind a link.
std::string real_location(std::string_view location, const LockPackage& entry) {
  return entry.link ? entry.resolved : std::string(location);
}

class Viewer {
 public:
  Viewer(const Lockfile& tree, const TreeViewOptions& options) : tree_(tree), options_(options) {}

  TreeView run() {
    mark_reachable();
    add_root();
    for (std::size_t i = 0; i < view_.items.size(); ++i) {
      collect_problems(view_.items[i]);
      expand(i);
    }
    include_ancestors();
    for (const auto& item : view_.items)
      if (item.matched || item.included)
        for (const auto& problem : item.problems)
          if (std::ranges::find(view_.problems, problem) == view_.problems.end()) view_.problems.push_back(problem);
    return std::move(view_);
  }

 private:
  [[nodiscard]] std::vector<Edge> edges_of(std::string_view location) const {
    std::vector<Edge> edges;
    const auto at = tree_.packages.find(location);
    if (at == tree_.packages.end()) return edges;
    const auto& manifest = at->second.manifest;
    std::set<std::string_view> seen;
    const auto add = [&](const package::StringMap& map, EdgeType type) {
      for (const auto& [name, spec] : map)
        if (seen.insert(name).second) edges.push_back({type, name, spec});
    };
    if (location.empty() && options_.workspaces)
      for (const auto& [name, folder] : workspace_links())
        if (seen.insert(name).second)
          edges.push_back({EdgeType::kWorkspace, std::string(name), "file:" + std::string(folder)});
    for (const auto& [name, spec] : manifest.peer_dependencies)
      if (seen.insert(name).second)
        edges.push_back({manifest.is_optional_peer(name) ? EdgeType::kPeerOptional : EdgeType::kPeer, name, spec});
    add(manifest.dependencies, EdgeType::kProd);
    add(manifest.optional_dependencies, EdgeType::kOptional);
    if (!lockfile::is_in_node_modules(location)) add(manifest.dev_dependencies, EdgeType::kDev);
    return edges;
  }

  /// Links of the root's node_modules to folders that its own dependencies do not name.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> workspace_links() const {
    std::vector<std::pair<std::string_view, std::string_view>> links;
    const auto root = tree_.packages.find("");
    if (root == tree_.packages.end() || root->second.manifest.workspaces.is_null()) return links;
    for (const auto& [location, entry] : tree_.packages)
      if (entry.link && lockfile::parent_of(location) == std::string_view() && !entry.resolved.starts_with(".."))
        if (!is_dependency(root->second.manifest, lockfile::name_of_location(location)))
          links.emplace_back(lockfile::name_of_location(location), entry.resolved);
    return links;
  }

  static bool is_dependency(const package::Manifest& manifest, std::string_view name) {
    const auto* spec = package::find(manifest.dependencies, name);
    if (spec == nullptr) spec = package::find(manifest.dev_dependencies, name);
    if (spec == nullptr) spec = package::find(manifest.optional_dependencies, name);
    return spec != nullptr && (spec->starts_with("file:") || spec->starts_with('.') || spec->starts_with('/'));
  }

  void mark_reachable() {
    std::deque<std::string> queue{""};
    reachable_.insert("");
    while (!queue.empty()) {
      const std::string from = std::move(queue.front());
      queue.pop_front();
      for (const auto& edge : edges_of(from)) {
        if (edge.type == EdgeType::kPeerOptional) continue;
        const auto to = lockfile::find_dependency(tree_, from, edge.name);
        if (to == tree_.packages.end() || !reachable_.insert(to->first).second) continue;
        auto real = real_location(to->first, to->second);
        if (real == to->first || reachable_.insert(real).second) queue.push_back(std::move(real));
      }
    }
  }

  [[nodiscard]] const LockPackage& target_of(const LockPackage& entry) const {
    const auto* target = lockfile::link_target(tree_, entry);
    return target != nullptr ? *target : entry;
  }

  [[nodiscard]] std::string package_id(std::string_view location, const LockPackage& entry) const {
    const auto& target = target_of(entry);
    if (location.empty()) return target.manifest.name + '@' + target.manifest.version;
    const std::string name(lockfile::name_of_location(location));
    const std::string_view real = lockfile::package_name_of(location, target.manifest.name.empty() ? entry : target);
    const bool alias = !entry.link && real != name;
    return fmt::format("{}@{}{}", name, alias ? fmt::format("npm:{}@", real) : "", target.manifest.version);
  }

  /// Whether the package fits the spec; sources other than the registry are taken at their word.
  [[nodiscard]] bool fits(std::string_view name, std::string_view spec, std::string_view location,
                          const LockPackage& entry) const {
    const auto parsed = package::resolve_spec(name, spec, options_.root);
    if (!parsed) return true;
    const auto& wanted = parsed->type == package::SpecType::kAlias && parsed->sub_spec ? *parsed->sub_spec : *parsed;
    const auto& target = target_of(entry);
    if (parsed->type == package::SpecType::kAlias && lockfile::package_name_of(location, target) != wanted.name)
      return false;
    if (wanted.type != package::SpecType::kVersion && wanted.type != package::SpecType::kRange) return true;
    return package::satisfies(target.manifest.version, wanted.fetch_spec.empty() ? wanted.raw_spec : wanted.fetch_spec,
                              {.loose = true});
  }

  [[nodiscard]] bool is_overridden(std::string_view name) const {
    const auto root = tree_.packages.find("");
    return root != tree_.packages.end() && root->second.manifest.overrides.is_object() &&
           std::ranges::any_of(root->second.manifest.overrides.items(), [&](const auto& rule) {
             const std::string& key = rule.key();
             return key == name || (key.size() > name.size() && key.starts_with(name) && key[name.size()] == '@');
           });
  }

  void add_root() {
    TreeItem root;
    const auto at = tree_.packages.find("");
    static const LockPackage kNone;
    root.entry = root.target = at == tree_.packages.end() ? &kNone : &at->second;
    root.package_id = package_id("", *root.entry);
    root.name = root.entry->manifest.name.empty() ? options_.root.filename().string() : root.entry->manifest.name;
    root.included = options_.filters.empty();
    seen_.insert("");
    view_.items.push_back(std::move(root));
  }

  [[nodiscard]] bool wants(const Edge& edge, const LockPackage* to, bool from_root, bool direct) const {
    if (direct && options_.omit.contains(std::string(omit_name(edge.type)))) return false;
    if (direct && options_.only_links && (to == nullptr || !to->link)) return false;
    if (!from_root || options_.selected_workspaces.empty()) return true;
    if (edge.type == EdgeType::kWorkspace) return options_.selected_workspaces.contains(edge.name);
    return options_.include_root;
  }

  void expand(std::size_t index) {
    const TreeItem& item = view_.items[index];
    const int depth = item.workspace ? 0 : item.depth;
    if (item.missing || item.deduped || depth > options_.depth) return;
    const std::string from = real_location(item.location, *item.entry);
    const bool is_root = index == 0;
    std::vector<TreeItem> children;
    std::set<std::string_view> seen;
    for (const auto& edge : edges_of(from)) {
      const auto to = lockfile::find_dependency(tree_, from, edge.name);
      const LockPackage* entry = to == tree_.packages.end() ? nullptr : &to->second;
      if (!wants(edge, entry, is_root, depth == 0)) continue;
      children.push_back(make_child(edge, from, entry == nullptr ? std::string() : to->first, entry, item));
      if (entry != nullptr) seen.insert(to->first);
    }
    for (const auto& [location, entry] : tree_.packages) {
      if (seen.contains(location) || reachable_.contains(location) ||
          lockfile::parent_of(location) != std::string_view(from))
        continue;
      if (is_root && !options_.selected_workspaces.empty() && !options_.include_root) continue;
      TreeItem child;
      fill(child, location, entry);
      children.push_back(std::move(child));
    }
    std::ranges::sort(children,
                      [](const auto& a, const auto& b) { return locale_compare(a.package_id, b.package_id) < 0; });
    for (auto& child : children) {
      child.parent = index;
      child.depth = depth + 1;
      child.matched = matches(child);
      if (!child.missing) child.deduped = !seen_.insert(child.location).second;
      view_.items[index].children.push_back(view_.items.size());
      view_.items.push_back(std::move(child));
    }
  }

  void fill(TreeItem& child, std::string_view location, const LockPackage& entry) const {
    child.location = location;
    child.name = lockfile::name_of_location(location);
    child.entry = &entry;
    child.target = &target_of(entry);
    child.package_id = package_id(location, entry);
    child.extraneous = !reachable_.contains(location);
  }

  [[nodiscard]] TreeItem make_child(const Edge& edge, std::string_view from, const std::string& location,
                                    const LockPackage* entry, const TreeItem& parent) const {
    TreeItem child;
    child.required = edge.spec.empty() ? "*" : edge.spec;
    child.optional = is_optional(edge.type);
    if (entry == nullptr) {
      child.name = edge.name;
      child.package_id = edge.name + '@' + edge.spec;
      child.missing = true;
      if (!child.optional)
        child.problems.push_back(fmt::format("missing: {}, required by {}", child.package_id, parent.package_id));
      return child;
    }
    fill(child, location, *entry);
    child.workspace = edge.type == EdgeType::kWorkspace;
    child.overridden = is_overridden(edge.name);
    if (!child.overridden && edge.type != EdgeType::kWorkspace && !fits(edge.name, edge.spec, location, *entry))
      child.invalid =
          fmt::format("{} from {}", Json(child.required).dump(-1, ' ', false, Json::error_handler_t::replace),
                      from.empty() ? std::string("the root project") : std::string(from));
    return child;
  }

  [[nodiscard]] bool matches(const TreeItem& item) const {
    if (options_.filters.empty()) return true;
    if (item.missing) return false;
    return std::ranges::any_of(options_.filters, [&](const package::PackageSpec& spec) {
      if (!spec.name.empty() && spec.name != item.name) return false;
      return fits(item.name, spec.raw_spec, item.location, *item.entry);
    });
  }

  void collect_problems(TreeItem& item) const {
    if (item.missing) return;
    const auto path = (options_.root / item.location).string();
    if (!item.invalid.empty()) item.problems.push_back(fmt::format("invalid: {} {}", item.package_id, path));
    if (item.extraneous && !options_.global)
      item.problems.push_back(fmt::format("extraneous: {} {}", item.package_id, path));
  }

  void include_ancestors() {
    auto& items = view_.items;
    for (std::size_t i = items.size(); i-- > 1;) {
      if (items[i].matched) items[i].included = true;
      if (items[i].included) items[items[i].parent].included = true;
    }
  }

  const Lockfile& tree_;
  const TreeViewOptions& options_;
  TreeView view_;
  std::set<std::string, std::less<>> reachable_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

TreeView view_tree(const Lockfile& tree, const TreeViewOptions& options) { return Viewer(tree, options).run(); }

}  // namespace hoist::cli
