#pragma once
/// Nodes and edges of the ideal tree and of the virtual trees in which peer sets are tried.
///
/// A node stands for a package at a place, an edge for one dependency of it. Edges resolve by walking up through the
/// node_modules folders; whatever moves a node reloads the edges that could see it.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "explanation.hpp"
#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"
#include "hoist/lockfile/pins.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/package/version.hpp"
#include "ordered_map.hpp"
#include "override_set.hpp"
#include "spec_cache.hpp"

namespace hoist::resolver {

struct Node;
class Graph;

using ManifestPtr = std::shared_ptr<const package::Manifest>;

enum class EdgeType { kProd, kDev, kOptional, kPeer, kPeerOptional, kWorkspace };
[[nodiscard]] std::string_view to_string(EdgeType type) noexcept;

/// Why an edge is not satisfied.
enum class EdgeError { kNone, kMissing, kPeerLocal, kInvalid, kDetached };

/// One dependency of `from`. `to` is what the name resolves to, satisfied or not.
struct Edge {
  Edge(Node* from, std::string name, std::string spec, EdgeType type, std::optional<std::string> accept);

  Node* from;
  Node* to = nullptr;
  std::string name;
  NameId id;
  std::string raw_spec;
  EdgeType type;
  std::optional<std::string> accept;
  const OverrideSet* overrides = nullptr;
  bool peer_conflicted = false;

  /// Registers the edge with its node, replacing one of the same name, and resolves it.
  void attach();
  /// Looks the name up again. `hard` forgets the cached verdict even when the target is the same.
  void reload(bool hard = false);
  void detach();

  [[nodiscard]] bool satisfied_by(const Node& node) const;
  [[nodiscard]] EdgeError error();
  [[nodiscard]] bool valid() { return error() == EdgeError::kNone; }
  /// What is asked for: the override's value where one applies, else the manifest's.
  [[nodiscard]] std::string spec() const;
  [[nodiscard]] bool optional() const noexcept {
    return type == EdgeType::kOptional || type == EdgeType::kPeerOptional;
  }
  [[nodiscard]] bool peer() const noexcept { return type == EdgeType::kPeer || type == EdgeType::kPeerOptional; }
  [[nodiscard]] bool dev() const noexcept { return type == EdgeType::kDev; }
  /// The user asked for this dependency just now: an imported lock has no say.
  bool requested = false;

 private:
  [[nodiscard]] bool satisfied_by_override(const Node& node) const;
  /// nullopt = to be found out. Kept until a reload, as the order of checks is part of npm's result.
  std::optional<EdgeError> cached_;
};

/// The nodes of one tree: by location, and by folder name in order of arrival.
struct Inventory {
  std::unordered_map<std::string, Node*> by_location;
  OrderedSet<Node> all;
  std::unordered_map<NameId, OrderedSet<Node>> by_name;
  OrderedSet<Node> links;
  OrderedSet<Node> tops;
};

/// Which dependency kinds lead to a node; true until a walk from the root clears it.
struct DepFlags {
  bool extraneous = true, dev = true, optional = true, dev_optional = true, peer = true;
  static DepFlags none() { return {false, false, false, false, false}; }
};

struct Node {
  explicit Node(Graph& owner) : graph(&owner) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  Graph* graph;
  std::string name;  ///< the folder's name
  NameId id = 0;
  ManifestPtr package;
  std::string path;      ///< absolute; empty while not in a tree
  std::string realpath;  ///< of a link: its target's path
  std::string location;  ///< path relative to the root
  std::string resolved;  ///< empty = unknown; a link's is computed
  std::string integrity;
  Json patched, package_extensions_applied, npm_extension_applied;

  Node* parent = nullptr;
  Node* fs_parent = nullptr;
  bool is_link = false;
  Node* link_target = nullptr;
  /// The real node a virtual root (or a virtual link target) stands for.
  Node* source_reference = nullptr;
  /// What caused this virtual node to be loaded.
  Node* peer_set_source = nullptr;
  Node* virtual_root = nullptr;  ///< the last one made for this node

  OrderedMap<Node> children;
  OrderedSet<Node> fs_children;
  OrderedMap<Edge> edges_out;
  OrderedSet<Edge> edges_in;
  OrderedSet<Node> links_in;

  DepFlags flags;
  bool inert = false;
  bool loads_overrides = false;
  bool is_global_root = false;
  const OverrideSet* overrides = nullptr;
  std::optional<Error> load_error;
  /// Only on a root that is a workspace root: name → absolute path, in order.
  std::vector<std::pair<std::string, std::string>> workspaces;

  bool seen = false;  ///< the builder has placed its dependencies
  bool queued = false;

  std::unique_ptr<Inventory> inventory;  ///< on roots

  // --- where it is
  [[nodiscard]] Node* root() const noexcept { return root_ != nullptr ? root_ : const_cast<Node*>(this); }
  [[nodiscard]] bool is_root() const noexcept { return root() == this; }
  [[nodiscard]] bool is_project_root() const noexcept { return is_root(); }
  [[nodiscard]] Node* resolve_parent() const noexcept { return parent != nullptr ? parent : fs_parent; }
  [[nodiscard]] bool global_top() const noexcept;
  [[nodiscard]] bool is_top() const noexcept { return parent == nullptr || global_top(); }
  [[nodiscard]] int depth() const noexcept;
  [[nodiscard]] bool is_descendant_of(const Node* other) const noexcept;
  [[nodiscard]] bool is_workspace() const;
  [[nodiscard]] Node* target() const noexcept { return is_link ? link_target : const_cast<Node*>(this); }
  [[nodiscard]] const Node* top() const noexcept;

  // --- what it is
  [[nodiscard]] const std::string& version() const;
  [[nodiscard]] const std::string& package_name() const { return package->name; }
  /// The version parsed loosely once; nullptr when it is none.
  [[nodiscard]] const package::Version* semver() const;
  [[nodiscard]] std::string resolved_text() const;

  // --- questions
  [[nodiscard]] Node* resolve(NameId name) const;
  [[nodiscard]] bool satisfies(const Edge& edge) const;
  [[nodiscard]] bool matches(const Node& other) const;
  [[nodiscard]] bool can_replace(Node& current, const std::vector<NameId>& ignore_peers = {});
  [[nodiscard]] bool can_dedupe(bool prefer_dedupe, bool explicit_request);
  [[nodiscard]] Node* bundler() const;
  [[nodiscard]] bool in_bundle() const { return bundler() != nullptr; }
  /// Bundled by a dependency, not by the root itself.
  [[nodiscard]] bool in_dep_bundle() const;
  [[nodiscard]] bool overridden() const;
  [[nodiscard]] bool should_omit(const std::vector<std::string>& omit) const;

  // --- changes
  void set_package(ManifestPtr manifest);
  void load_deps();
  void set_workspaces(std::vector<std::pair<std::string, std::string>> folders);
  /// Puts it into `new_parent`'s node_modules, displacing what is there. nullptr takes it out of its tree.
  void set_parent(Node* new_parent);
  /// Joins the tree of `new_root` at its own path; nullptr makes it a tree of its own.
  void set_root(Node* new_root);
  void set_target(Node* new_target);
  /// Takes the place of `old`, keeping its children.
  void replace(Node* old);

  void add_edge_in(Edge* edge);
  void delete_edge_in(Edge* edge);
  bool overrides_edge_in_added(const OverrideSet* added);
  bool overrides_edge_in_removed(const OverrideSet* removed);
  /// Looks up again, here and below, each edge called `name` that may resolve to something else now.
  void reload_named_edges(NameId name);

 private:
  void reload_edges_below(NameId name, const std::string& place);
  void load_dep_type(const package::StringMap& deps, EdgeType type);
  void recalculate_override_edges();
  void delist();
  void refresh_location();
  void change_path(const std::string& new_path);
  void break_links(Node*& previous_target);
  void break_foreign_parents(const Node* new_root);
  void join(Node* new_root);
  void adopt_parent(Node* new_root);
  void adopt_tops(Node* new_root);
  void connect_links(Node* new_root);
  void reload_crossing_edges(const Node* new_root);
  void bring_family(Node* new_root);
  [[nodiscard]] bool can_be_replaced_with(Node& other, const std::vector<NameId>& ignore_peers);
  [[nodiscard]] Node* find_bundler(std::vector<const Node*>& path) const;

  Node* root_ = nullptr;
  mutable std::optional<package::Version> semver_;
  mutable const package::Manifest* semver_of_ = nullptr;
};

/// Owns every node, edge, override rule, name and parsed spec of one resolution.
class Graph {
 public:
  explicit Graph(bool legacy_peer_deps, bool install_links)
      : legacy_peer_deps(legacy_peer_deps), install_links(install_links) {}

  struct NodeOptions {
    std::string name;
    std::string path;
    std::string realpath;
    ManifestPtr package;
    std::string resolved;
    std::string integrity;
    Node* parent = nullptr;
    Node* root = nullptr;
    Node* source_reference = nullptr;
    const OverrideSet* overrides = nullptr;
    bool load_overrides = false;
    bool global = false;
    DepFlags flags;
    std::optional<Error> load_error;
  };
  Node* make_node(NodeOptions options);
  /// A link to `target`; without one a target node is made at `options.realpath` in the same tree.
  Node* make_link(NodeOptions options, Node* target);
  Edge* make_edge(Node* from, std::string name, std::string spec, EdgeType type, std::optional<std::string> accept);
  /// nullptr when there are no rules; a rule that cannot be read becomes `failure`.
  const OverrideSet* make_override_root(const Json& overrides);

  [[nodiscard]] NameId intern(std::string_view name);
  [[nodiscard]] const std::string& name_of(NameId id) const { return names_[id]; }

  const bool legacy_peer_deps;
  const bool install_links;
  SpecCache specs;
  Explanations explanations;
  /// Direct dependencies that the conflict which ended the resolution names.
  std::vector<std::string> in_conflict;
  /// The first thing that cannot be expressed as a verdict (an override that refers to nothing); the builder stops on
  /// it.
  std::optional<Error> failure;
  /// Grows whenever a node that waits in the queue changes its place; the queue re-sorts when it has.
  std::size_t moves = 0;
  /// Every attached edge, by name.
  std::unordered_map<NameId, OrderedSet<Edge>> edges_by_name;
  /// The root's lock entries by location, for named git refs.
  const std::unordered_map<std::string, const package::Manifest*>* locked = nullptr;
  /// What another client's lock chose, while that is imported.
  const lockfile::Pins* pins = nullptr;
  /// Why pins (`name@version`) cannot be had; others are taken in their place.
  std::map<std::string, std::string, std::less<>> lost_pins;
  /// Pins that a spec they were chosen for does not accept, and that spec: resolutions of another client.
  std::map<std::string, std::string, std::less<>> rejected_pins;

 private:
  void construct(Node* node, NodeOptions& options);
  std::deque<Node> nodes_;
  std::deque<Edge> edges_;
  std::vector<std::unique_ptr<OverrideSet>> override_sets_;
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, NameId> ids_;
};

/// Path of `to` relative to `from`, with forward slashes, as node's path.relative on POSIX.
[[nodiscard]] std::string relative_path(const std::string& from, const std::string& to);
/// An absolute or relative path joined and normalised, as node's path.resolve.
[[nodiscard]] std::string resolve_path(const std::string& base, const std::string& path);
[[nodiscard]] std::string directory_name(const std::string& path);
/// The package a folder path names: last segment, with its scope.
[[nodiscard]] std::string name_from_folder(const std::string& path);

/// npm's depValid: whether `child` is what `requested` (or `accept`) asks for on behalf of `requestor`.
[[nodiscard]] bool dep_valid(const Node& child, const std::string& requested, const std::optional<std::string>& accept,
                             const Node& requestor);
/// What an imported lock chose for `edge`, as far as its spec accepts it and it can be had; the best first. Empty when
/// nothing is imported.
[[nodiscard]] std::vector<const lockfile::Pin*> pins_for(const Edge& edge);
/// False when a strict imported lock chose another version for `edge` than `node` is.
[[nodiscard]] bool respects_pins(const Edge& edge, const Node& node);
/// The directory from which a relative spec of `edge` counts.
[[nodiscard]] std::string from_path(const Node& node, const Edge* edge);

}  // namespace hoist::resolver
