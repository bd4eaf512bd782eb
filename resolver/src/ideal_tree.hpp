#pragma once
/// Builds the ideal tree: what Arborist's buildIdealTree does, in the same order of decisions.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "dep_sets.hpp"
#include "hoist/resolver/resolve.hpp"
#include "package_extensions.hpp"
#include "place_dep.hpp"
#include "tree.hpp"

namespace hoist::resolver {

/// Nodes whose dependencies wait to be placed: shallow ones first, then by path.
class DepsQueue {
 public:
  void push(Node* node);
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty() && added_.empty(); }
  Node* pop();

 private:
  std::vector<Node*> waiting_;  ///< sorted, next one last
  std::vector<Node*> added_;
  std::size_t moves_seen_ = 0;
};

/// A request to add a package, once its name is known.
struct ResolvedAdd {
  Node* tree;
  std::string name;
  std::string raw_spec;
};

class IdealTree {
 public:
  IdealTree(const ResolveRequest& request, const ResolveOptions& options, Sources sources, Reporter& reporter);

  /// Runs every step; afterwards root() is the ideal tree.
  Result<void> build();
  /// Puts the versions chosen for requested packages into the manifests, as `--save` does.
  void save_requested_specs();

  [[nodiscard]] Node* root() const noexcept { return root_; }
  [[nodiscard]] const std::vector<Node*>& updated_manifests() const noexcept { return updated_; }
  /// Gives up (ERESOLVE) after looking at the dependencies of so many nodes.
  void limit_steps(std::size_t steps) noexcept { max_steps_ = steps; }
  [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
  /// After an ERESOLVE: the direct dependencies that its report names.
  [[nodiscard]] const std::vector<std::string>& in_conflict() const noexcept { return graph_.in_conflict; }
  /// For a request with pins, after build().
  [[nodiscard]] ImportReport import_report() const;
  [[nodiscard]] const std::string& extensions_hash() const noexcept { return extensions_.hash(); }
  [[nodiscard]] int original_lockfile_version() const noexcept { return original_version_; }

 private:
  struct Fetched {
    ManifestPtr manifest;
    std::string resolved;
    std::string integrity;
  };

  // --- init: ideal_tree_init.cpp
  Result<void> init();
  Result<void> load_lock(const lockfile::Lockfile& lock);
  Result<void> load_links(const std::vector<std::pair<std::string, const lockfile::LockPackage*>>& links);
  void place_workspace_folders();
  void queue_problems();
  Result<void> inflate_old_lock();
  [[nodiscard]] std::string consistent_resolved(const std::string& resolved, const std::string& from);

  // --- the root's rules: ideal_tree_rules.cpp
  Result<void> load_extensions();
  void warn_about_workspace_extensions() const;
  Result<void> patch_node(Node* node, const std::string& key, const std::string& path);
  Result<void> attach_patches();

  // --- requests: ideal_tree_requests.cpp
  Result<void> check_names();
  Result<void> apply_requests();
  Result<void> apply_requests_to(Node* tree);
  Result<void> add_requests(Node* tree);
  Result<void> assert_root_overrides();
  void queue_named_updates();
  void refresh_spec(const ResolvedAdd& add);
  [[nodiscard]] std::string spec_to_save(const ResolvedAdd& add, const Edge& edge);
  void save_updated_direct();

  // --- the walk: ideal_tree_build.cpp
  Result<void> build_deps();
  Result<void> build_step(Node* node);
  Result<void> crack_open(Node* node);
  Result<Node*> find_or_load(Edge* edge, Node* node, Node* peer_source);
  void after_placing(PlaceDep& place);
  [[nodiscard]] std::vector<Edge*> problem_edges(Node* node);
  [[nodiscard]] bool is_problem(Edge* edge);
  [[nodiscard]] Node* find_hoistable(Node* from, Edge& edge);
  bool resolve_links();
  void prefetch(const std::vector<Edge*>& edges);
  void prefetch_dependencies(const package::Manifest& manifest);

  // --- loading: ideal_tree_load.cpp
  Result<Node*> node_from_edge(Edge* edge, Node* parent, Edge* second_edge, NodeSet& required);
  Result<Node*> node_from_spec(const std::string& name, const std::string& spec, const std::string& where, Node* parent,
                               Edge* edge);
  Result<Node*> link_or_nothing(const std::string& name, const package::PackageSpec& spec, Node* parent, Edge* edge);
  Result<Node*> load_peer_set(Node* node, NodeSet& required);
  Result<bool> load_peer(Node* node, Edge* edge, NodeSet& required);
  Result<bool> load_missing_peer(Node* node, Edge* edge, Edge* parent_edge, bool conflict_ok, NodeSet& required);
  [[nodiscard]] Node* virtual_root(Node* node, bool reuse);
  Result<Fetched> fetch_manifest(const package::PackageSpec& spec, Edge* edge);
  Result<Json> extend(ManifestPtr& manifest);
  std::optional<Fetched> fetch_pinned(const package::PackageSpec& spec, Edge* edge);
  Result<Fetched> fetch_registry(const package::PackageSpec& spec);
  Result<void> check_allowed(const package::PackageSpec& spec, const Edge* edge);
  Node* failure_node(const std::string& name, Node* parent, Error error, Edge* edge);
  [[nodiscard]] package::Manifest read_directory(const std::string& path);
  [[nodiscard]] Error peer_conflict(Edge* edge);
  [[nodiscard]] bool age_excluded(const package::PackageSpec& spec) const;

  // --- the end: ideal_tree_finish.cpp
  void fix_dep_flags();
  void prune_extraneous();
  Result<void> prune_failed_optional();
  Result<void> check_engines_and_platforms();

  const ResolveRequest& request_;
  const ResolveOptions& options_;
  Sources sources_;
  Reporter& reporter_;
  Graph graph_;
  Node* root_ = nullptr;
  DepsQueue queue_;
  std::vector<std::string> update_names_;
  std::vector<ResolvedAdd> resolved_add_;
  OrderedSet<Edge> explicit_requests_;
  NodeSet load_failures_;
  NodeSet link_nodes_;
  std::vector<Node*> updated_;
  std::unordered_map<std::string, Fetched> manifests_;
  std::unordered_map<std::string, const package::Manifest*> locked_;
  std::unordered_map<Node*, std::vector<std::string>> removed_names_;
  PlaceContext place_context_;
  bool requested_mutation_ = false;
  bool mutated_ = false;
  bool loaded_from_disk_ = false;
  bool flags_suspect_ = false;
  int original_version_ = 0;
  int peer_depth_ = 0;
  std::unordered_map<std::string, int> visits_;  ///< by location
  std::size_t steps_ = 0;
  std::size_t max_steps_ = 500'000;
  PackageExtensions extensions_;
  std::string locked_extensions_hash_;
  /// By the manifest of the packument, whose lifetime manifests_ guards.
  std::unordered_map<const package::Manifest*, PackageExtensions::Extended> extended_;
};

}  // namespace hoist::resolver
