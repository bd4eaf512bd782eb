/// The walk: node by node, shallow first, every unmet dependency is loaded and placed.
#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "ideal_tree.hpp"

namespace hoist::resolver {
namespace {

/// Shallow first, then by path; `a` after `b` comes first in a vector that is popped from its end.
bool comes_before(const Node* a, const Node* b) {
  const int da = a->depth(), db = b->depth();
  if (da != db) return da < db;
  return locale_compare(a->path, b->path) < 0;
}

bool is_bundled_by(const Node& node, const std::string& name) {
  if (node.is_project_root() || node.is_workspace()) return false;
  const auto& bundled = node.package->bundle_dependencies;
  return std::find(bundled.begin(), bundled.end(), name) != bundled.end();
}

}  // namespace

void DepsQueue::push(Node* node) {
  if (node->queued) return;
  node->queued = true;
  added_.push_back(node);
}

Node* DepsQueue::pop() {
  if (!added_.empty()) {
    const std::size_t moves = added_.front()->graph->moves;
    const auto last_first = [](const Node* a, const Node* b) { return comes_before(b, a); };
    // A sort is needed only for what came since; unless nodes moved meanwhile, then for all.
    if (moves != moves_seen_) std::stable_sort(waiting_.begin(), waiting_.end(), last_first);
    moves_seen_ = moves;
    std::stable_sort(added_.begin(), added_.end(), last_first);
    const auto middle = static_cast<std::ptrdiff_t>(waiting_.size());
    waiting_.insert(waiting_.end(), added_.begin(), added_.end());
    std::inplace_merge(waiting_.begin(), waiting_.begin() + middle, waiting_.end(), last_first);
    added_.clear();
  }
  Node* next = waiting_.back();
  waiting_.pop_back();
  next->queued = false;
  return next;
}

namespace {

/// A node is looked at again when a later placement unsettles it: a handful of times in real projects.
constexpr int kMaxVisits = 300;

}  // namespace

Result<void> IdealTree::build_deps() {
  HOIST_CHECK(assert_root_overrides());
  queue_.push(root_);
  do {
    while (!queue_.empty()) {
      Node* node = queue_.pop();
      if (node->seen || node->root() != root_) continue;
      node->seen = true;
      // Placements that displace each other in turn have no end; npm 12 runs until it is stopped.
      if (steps_++ == max_steps_ || ++visits_[node->location] > kMaxVisits)
        return fail("ERESOLVE",
                    fmt::format("the tree does not settle: placing the dependencies of {} displaces what others need",
                                printable(node->location.empty() ? "the root project" : node->location)));
      HOIST_CHECK(build_step(node));
      if (graph_.failure) return std::unexpected(*graph_.failure);
    }
  } while (resolve_links());
  return {};
}

/// Where a package bundles others, they are part of the tree before its dependencies are looked at.
Result<void> IdealTree::crack_open(Node* node) {
  if (sources_.bundles == nullptr || node == root_ || node->resolved.empty() || node->inert || node->is_link ||
      node->package->bundle_dependencies.empty())
    return {};
  HOIST_TRY(const auto bundled,
            sources_.bundles->get(node->package->name, node->version(), node->resolved, node->integrity));
  for (const package::BundledPackage& each : bundled)
    graph_.make_node({.path = node->path + "/" + each.location,
                      .package = std::make_shared<package::Manifest>(each.manifest),
                      .root = root_});
  return {};
}

Result<void> IdealTree::build_step(Node* node) {
  HOIST_CHECK(crack_open(node));
  Node* peer_source = node->peer_set_source != nullptr ? node->peer_set_source : node;
  const std::vector<Edge*> problems = problem_edges(node);
  prefetch(problems);
  std::vector<std::pair<Edge*, Node*>> tasks;
  for (Edge* edge : problems) {
    if (edge->peer_conflicted) continue;
    HOIST_TRY(Node* const dep, find_or_load(edge, node, peer_source));
    tasks.emplace_back(edge, dep);
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const auto& a, const auto& b) { return locale_compare(a.first->name, b.first->name) < 0; });
  for (const auto& [edge, dep] : tasks) {
    PlaceDep place(place_context_, dep, edge, explicit_requests_.has(edge));
    HOIST_CHECK(place.run());
    after_placing(place);
  }
  node->edges_out.for_each([&](Edge* edge) {
    if (edge->to != nullptr && edge->to->is_link && edge->to->link_target != nullptr) link_nodes_.add(edge->to);
  });
  return {};
}

Result<Node*> IdealTree::find_or_load(Edge* edge, Node* node, Node* peer_source) {
  // Only a peer is looked for in the virtual tree of what brought its dependent: other dependencies may nest.
  Node* source = edge->peer() ? peer_source : node;
  Node* virtual_tree = virtual_root(source, true);
  Edge* virtual_edge = virtual_tree->edges_out.get(edge->id);
  Node* dep = virtual_edge != nullptr && virtual_edge->valid() ? virtual_edge->to : nullptr;
  if (dep != nullptr && !dep->satisfies(*edge)) dep = nullptr;
  const bool asked_for = std::find(update_names_.begin(), update_names_.end(), edge->name) != update_names_.end() ||
                         explicit_requests_.has(edge);
  if (dep == nullptr && edge->type == EdgeType::kPeerOptional && !asked_for)
    dep = find_hoistable(edge->from->resolve_parent() != nullptr ? edge->from->resolve_parent() : edge->from, *edge);
  if (dep != nullptr) return dep;
  NodeSet required;
  required.add(edge->from);
  return node_from_edge(edge, edge->peer() ? virtual_tree : nullptr, nullptr, required);
}

/// Breadth first below `from`: a node that would satisfy an optional peer without a fetch.
Node* IdealTree::find_hoistable(Node* from, Edge& edge) {
  std::vector<Node*> queue = from->children.values();
  for (std::size_t i = 0; i < queue.size(); ++i) {
    Node* node = queue[i];
    if (node->name == edge.name && !node->in_dep_bundle() && node->satisfies(edge)) return node;
    node->children.for_each([&](Node* child) { queue.push_back(child); });
  }
  return nullptr;
}

/// Queues what a placement made incomplete, and the placed nodes themselves; the peers it brought likewise.
void IdealTree::after_placing(PlaceDep& place) {
  if (Node* placed = place.placed) {
    if (placed->load_error) load_failures_.add(placed);
    mutated_ = true;
    const Placement self = place.can_place->self;
    if (self == Placement::kConflict) return;
    placed->edges_in.for_each([&](Edge* in) {
      if (in == place.edge || in->peer_conflicted || in->valid()) return;
      const bool may_revisit = self == Placement::kReplace || options_.save || requested_mutation_;
      if (in->from->seen && !may_revisit) return;
      in->from->seen = false;
      queue_.push(in->from);
    });
    queue_.push(placed);
    place.need_evaluation.for_each([&](Node* node) {
      node->seen = false;
      queue_.push(node);
    });
    prefetch(problem_edges(placed));
  }
  for (const auto& child : place.children) after_placing(*child);
}

std::vector<Edge*> IdealTree::problem_edges(Node* node) {
  std::vector<Edge*> problems;
  node->edges_out.for_each([&](Edge* edge) {
    if (!is_bundled_by(*node, edge->name) && is_problem(edge)) problems.push_back(edge);
  });
  return problems;
}

bool IdealTree::is_problem(Edge* edge) {
  if (edge->to != nullptr && load_failures_.has(edge->to)) return false;
  if (edge->to == nullptr) return edge->type != EdgeType::kPeerOptional || explicit_requests_.has(edge);
  if (!edge->valid()) return edge->type != EdgeType::kPeerOptional || options_.save || requested_mutation_;
  if (edge->to->is_workspace()) return false;
  return std::find(update_names_.begin(), update_names_.end(), edge->name) != update_names_.end() ||
         explicit_requests_.has(edge);
}

/// Links whose targets lie in the project have dependencies of their own to be placed. True when some were queued.
bool IdealTree::resolve_links() {
  const std::vector<Node*> links = link_nodes_.values();
  for (Node* link : links) {
    link_nodes_.erase(link);
    if (link->root() != root_ || link->link_target == nullptr) continue;
    Node* target = link->link_target;
    if (!target->is_descendant_of(root_) || target->resolve_parent() == nullptr || target->seen) continue;
    if (link->overrides != nullptr) target->overrides_edge_in_added(link->overrides);
    queue_.push(target);
  }
  return !queue_.empty();
}

void IdealTree::prefetch(const std::vector<Edge*>& edges) {
  for (Edge* edge : edges) {
    const CachedSpec& spec = graph_.specs.resolve(edge->name, edge->spec(), edge->from->path);
    if (!spec.parsed || !spec.parsed->registry()) continue;
    sources_.packuments.prefetch(spec.parsed->sub_spec ? spec.parsed->sub_spec->name : edge->name);
  }
}

/// A chosen version's dependencies will be asked for soon: the requests may as well be on their way.
void IdealTree::prefetch_dependencies(const package::Manifest& manifest) {
  for (const package::StringMap* map :
       {&manifest.dependencies, &manifest.optional_dependencies, &manifest.peer_dependencies}) {
    if (map == &manifest.peer_dependencies && options_.legacy_peer_deps) continue;
    for (const auto& [name, text] : *map) {
      if (map == &manifest.peer_dependencies && manifest.is_optional_peer(name)) continue;
      const CachedSpec& spec = graph_.specs.resolve(name, text, "/");
      if (spec.parsed && spec.parsed->registry())
        sources_.packuments.prefetch(spec.parsed->sub_spec ? spec.parsed->sub_spec->name : name);
    }
  }
}

}  // namespace hoist::resolver
