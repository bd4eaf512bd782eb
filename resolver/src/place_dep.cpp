#include "place_dep.hpp"

#include <algorithm>

#include "explain.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"

namespace hoist::resolver {

PlaceDep::PlaceDep(const PlaceContext& context, Node* dep_node, Edge* dep_edge, bool explicit_request,
                   PlaceDep* parent_place)
    : dep(dep_node),
      edge(dep_edge),
      parent(parent_place),
      context_(context),
      explicit_request_(explicit_request),
      // npm 12 hands update names to the entry of a peer set only.
      inherits_update_names_(parent_place == nullptr),
      current_(dep_edge->to) {}

bool PlaceDep::nothing_to_do() {
  const auto& names = context_.update_names;
  const bool asked_for =
      explicit_request_ || (inherits_update_names_ && std::find(names.begin(), names.end(), edge->name) != names.end());
  return edge->to != nullptr && edge->valid() && !asked_for;
}

Node* PlaceDep::start_node() {
  return deepest_nesting_target(parent != nullptr ? parent->start_node() : edge->from, edge->id);
}

/// Walks up from the start to the highest folder before the first conflict.
void PlaceDep::find_target() {
  for (Node* target = start_node(); target != nullptr; target = target->resolve_parent()) {
    const Edge* target_edge = target->edges_out.get(edge->id);
    if (!target->is_top() && target_edge != nullptr && target_edge->peer()) continue;
    checks_.push_back(
        std::make_unique<CanPlace>(CanPlace::Options{.dep = dep,
                                                     .target = target,
                                                     .edge = edge,
                                                     .prefer_dedupe = context_.options.prefer_dedupe,
                                                     .explicit_request = explicit_request_,
                                                     .parent = parent != nullptr ? parent->can_place : nullptr,
                                                     .peer_path = {}}));
    CanPlace* check = checks_.back().get();
    if (check->self != Placement::kConflict) can_place_self_ = check;
    if (check->result == Placement::kConflict) return;
    can_place = check;
    if (dep->load_error || context_.options.install_strategy == InstallStrategy::kNested) return;
    if (context_.options.install_strategy == InstallStrategy::kShallow && target->resolve_parent() != nullptr &&
        target->resolve_parent()->is_project_root())
      return;
  }
}

Result<void> PlaceDep::run() {
  if (nothing_to_do()) return {};
  find_target();
  if (can_place == nullptr) {
    if (!context_.options.force && (is_mine() || context_.options.strict_peer_deps))
      return std::unexpected(conflict_error());
    if (can_place_self_ == nullptr) {
      warn_conflict(edge, dep);
      return {};
    }
    can_place = can_place_self_;
  }
  Node* target = can_place->target;
  log_placement();
  const Placement placement = can_place->result == Placement::kConflict ? can_place->self : can_place->result;
  if (placement == Placement::kKeep) {
    if (edge->peer() && !edge->valid()) warn_conflict(edge, dep);
    // What was kept higher up may make a copy further down superfluous.
    prune_dedupable(target);
    return {};
  }
  return place_at(target);
}

/// One line per decision, in npm's words, for `--loglevel silly`: comparing two of these logs finds where trees part.
void PlaceDep::log_placement() {
  constexpr std::string_view kNames[] = {"OK", "REPLACE", "KEEP", "CONFLICT"};
  const Node& target = *can_place->target;
  const package::Manifest& from = *edge->from->package;
  const std::string spec = edge->spec();
  context_.reporter.log(
      LogLevel::kSilly, "placeDep",
      printable(fmt::format("{} {}@{} {} for: {} want: {}", target.location.empty() ? "ROOT" : target.location,
                            dep->name, dep->version(), kNames[static_cast<std::size_t>(can_place->result)],
                            from.name.empty() ? edge->from->location : from.name + "@" + from.version,
                            spec.empty() ? "*" : spec)));
}

/// Dependencies that nest in a circle for ever are cut by a link to the ancestor that is the same package.
bool PlaceDep::link_to_ancestor(Node* target) {
  for (Node* ancestor = target; ancestor != nullptr; ancestor = ancestor->resolve_parent()) {
    if (!ancestor->matches(*dep) || ancestor->is_top()) continue;
    placed = dep->graph->make_link({.parent = target}, ancestor);
    return true;
  }
  return false;
}

void PlaceDep::make_placed() {
  Graph& graph = *dep->graph;
  Graph::NodeOptions options{.name = dep->name,
                             .package = dep->package,
                             .resolved = dep->resolved,
                             .integrity = dep->integrity,
                             .overrides = dep->overrides,
                             .load_error = dep->load_error};
  if (dep->is_link) {
    options.realpath = dep->realpath;
    placed = graph.make_link(std::move(options), dep->link_target);
  } else {
    placed = graph.make_node(std::move(options));
  }
  placed->package_extensions_applied = dep->package_extensions_applied;
  placed->npm_extension_applied = dep->npm_extension_applied;
}

Result<void> PlaceDep::place_at(Node* target) {
  if (link_to_ancestor(target)) return {};
  Node* virtual_root = dep->parent;
  make_placed();
  if (Node* old = target->children.get(edge->id)) {
    replace_old(old);
  } else {
    placed->set_parent(target);
  }
  if (edge->peer() && !placed->satisfies(*edge)) warn_conflict(edge, dep);
  if (edge->valid() && edge->to != nullptr && edge->to != placed) prune_dedupable(edge->to, false);
  prune_duplicates_below(target);
  return place_peers(virtual_root);
}

void PlaceDep::prune_duplicates_below(Node* target) {
  Node* root = target->root();
  if (!root->inventory) return;
  const auto same_name = root->inventory->by_name.find(edge->id);
  if (same_name == root->inventory->by_name.end()) return;
  for (Node* node : same_name->second.values()) {
    if (node->root() != root || !node->is_descendant_of(target) || node->is_top()) continue;
    prune_dedupable(node, false);
    if (node->root() != root) continue;
    for (Node* child : node->children.values()) prune_dedupable(child, false);
  }
}

Result<void> PlaceDep::place_peers(Node* virtual_root) {
  if (virtual_root == nullptr) return {};
  for (Edge* peer_edge : placed->edges_out.values()) {
    if (peer_edge->from == nullptr || !peer_edge->peer() || peer_edge->valid() || peer_edge->peer_conflicted) continue;
    Node* peer = virtual_root->children.get(peer_edge->id);
    // Missing: an optional peer nobody brought. Not satisfying: the peer set settled for something else.
    if (peer == nullptr || !peer->satisfies(*peer_edge)) continue;
    children.push_back(std::make_unique<PlaceDep>(context_, peer, peer_edge, explicit_request_, this));
    HOIST_CHECK(children.back()->run());
  }
  return {};
}

void PlaceDep::replace_old(Node* old) {
  Node* target = old->parent;
  std::vector<Node*> old_deps;
  old->edges_out.for_each([&](Edge* out) {
    if (placed->edges_out.has(out->id) || out->to == nullptr) return;
    const NodeSet only = gather_dep_set({out->to}, [&](Edge& each) { return each.to != out->to; });
    for (Node* node : only.values()) old_deps.push_back(node);
  });
  std::vector<Node*> displaced;
  collect_displaced_peers(old, target, displaced);
  placed->replace(old);
  prune_for_replacement(old_deps);
  for (Node* node : displaced) {
    node->edges_in.for_each([&](Edge* in) { need_evaluation.add(in->from); });
    node->set_root(nullptr);
  }
}

/// Peer sets at this level that the new node does not satisfy: those that can go deeper are taken out and placed again.
void PlaceDep::collect_displaced_peers(Node* old, Node* target, std::vector<Node*>& out) {
  for (Edge* in : old->edges_in.values()) {
    if (placed->satisfies(*in) || !in->peer() || in->from->parent != target || in->peer_conflicted) continue;
    for (auto& [entry, peers] : peer_entry_sets(in->from)) {
      Node* entry_node = entry->to;
      const bool mine = entry->from->is_project_root() || entry->from->is_workspace();
      // npm 12 asks for the deepest place of no name in particular, which is the entry node itself.
      if (mine || entry_node == target) {
        warn_conflict(in, dep);
        continue;
      }
      const NodeSet set =
          gather_dep_set({entry_node}, [&](Edge& each) { return each.to != entry_node && !each.peer_conflicted; });
      for (Node* node : set.values()) out.push_back(node);
    }
  }
}

void PlaceDep::prune_for_replacement(const std::vector<Node*>& old_deps) {
  NodeSet invalid;
  placed->edges_out.for_each([&](Edge* out) {
    if (out->to != nullptr && !out->valid()) invalid.add(out->to);
  });
  for (Node* old : old_deps) {
    const NodeSet set = gather_dep_set({old}, [&](Edge& each) { return each.to != old && each.valid(); });
    for (Node* node : set.values()) invalid.add(node);
  }
  const NodeSet junk =
      gather_dep_set(invalid, [&](Edge& each) { return each.from != placed && each.to != placed && each.valid(); });
  for (Node* node : junk.values()) node->set_root(nullptr);
}

void PlaceDep::prune_dedupable(Node* node, bool descend) {
  if (node->can_dedupe(context_.options.prefer_dedupe, explicit_request_)) {
    const NodeSet set = gather_dep_set({node}, [&](Edge& each) { return each.to != node && each.valid(); });
    for (Node* each : set.values()) each->set_root(nullptr);
    return;
  }
  if (!descend) return;
  const auto by_location = [](const Node* a, const Node* b) { return locale_compare(a->location, b->location) < 0; };
  std::vector<Node*> kids = node->children.values();
  std::stable_sort(kids.begin(), kids.end(), by_location);
  for (Node* kid : kids) prune_dedupable(kid);
  std::vector<Node*> tops = node->fs_children.values();
  std::stable_sort(tops.begin(), tops.end(), by_location);
  for (Node* top : tops) {
    std::vector<Node*> children_of_top = top->children.values();
    std::stable_sort(children_of_top.begin(), children_of_top.end(), by_location);
    for (Node* kid : children_of_top) prune_dedupable(kid);
  }
}

bool PlaceDep::is_mine() {
  const auto ours = [](const Node* node) { return node->is_workspace() || node->is_project_root(); };
  Edge* top_edge = first()->edge;
  Node* from = top_edge->from;
  if (ours(from)) return true;
  if (!top_edge->peer()) return false;
  // Placed again later: look at who brought the peer set in.
  bool has_peer_edges = false;
  const bool direct = from->edges_in.any([&](Edge* in) {
    if (in->peer()) {
      has_peer_edges = true;
      return false;
    }
    return ours(in->from);
  });
  if (direct) return true;
  if (!has_peer_edges) return false;
  for (const auto& [entry, peers] : peer_entry_sets(from))
    if (ours(entry->from)) return true;
  return false;
}

ConflictReport PlaceDep::report(Edge* conflicting, Node* with) {
  Explanations& explanations = dep->graph->explanations;
  Node* found = conflicting->from->resolve(conflicting->id);
  // The order counts: what is explained first is remembered that way.
  ConflictReport report{.edge = explanations.of(*conflicting), .dep = explanations.of(*with, conflicting)};
  report.strict_peer_deps = context_.options.strict_peer_deps;
  if (found != nullptr) report.current = explanations.of(*found, parent != nullptr ? conflicting : nullptr);
  if (parent != nullptr) return report;
  if (can_place_self_ != nullptr && can_place_self_->self != Placement::kConflict) {
    for (CanPlace* conflict : can_place_self_->conflict_children()) {
      if (conflict->current == nullptr) continue;
      report.peer_current = explanations.of(*conflict->current);
      report.peer = explanations.of(*conflict->dep, conflict->edge);
      break;
    }
  } else {
    if (current_ != nullptr) report.peer_current = explanations.of(*current_);
    report.peer = explanations.of(*dep, edge);
  }
  return report;
}

void PlaceDep::warn_conflict(Edge* conflicting, Node* with) {
  conflicting->peer_conflicted = true;
  context_.reporter.log(LogLevel::kWarn, "ERESOLVE", explain_overridden_peer(report(conflicting, with)));
}

Error PlaceDep::conflict_error() {
  const ConflictReport found = report(first()->edge, first()->dep);
  dep->graph->in_conflict = direct_dependencies_in(found);
  return explain_conflict("could not resolve", found);
}

}  // namespace hoist::resolver
