#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {

std::string_view to_string(EdgeType type) noexcept {
  switch (type) {
    case EdgeType::kProd:
      return "prod";
    case EdgeType::kDev:
      return "dev";
    case EdgeType::kOptional:
      return "optional";
    case EdgeType::kPeer:
      return "peer";
    case EdgeType::kPeerOptional:
      return "peerOptional";
    case EdgeType::kWorkspace:
      return "workspace";
  }
  return "";
}

Edge::Edge(Node* from_node, std::string edge_name, std::string spec_text, EdgeType edge_type,
           std::optional<std::string> accepted)
    : from(from_node),
      name(std::move(edge_name)),
      id(from_node->graph->intern(name)),
      raw_spec(std::move(spec_text)),
      type(edge_type),
      accept(std::move(accepted)) {
  if (accept && accept->empty()) accept = "*";
}

void Edge::attach() {
  if (Edge* old = from->edges_out.get(id)) old->detach();
  if (from->overrides != nullptr) overrides = from->overrides->edge_rule(*this, from->graph->specs);
  from->edges_out.set(id, this);
  from->graph->edges_by_name[id].add(this);
  reload(true);
}

void Edge::reload(bool hard) {
  const OverrideSet* old_overrides = nullptr;
  const OverrideSet* new_overrides = nullptr;
  if (from != nullptr && from->overrides != nullptr) {
    new_overrides = from->overrides->edge_rule(*this, from->graph->specs);
    if (new_overrides != nullptr && !new_overrides->equals(overrides)) {
      old_overrides = overrides;
      overrides = new_overrides;
    } else {
      new_overrides = nullptr;
    }
  } else {
    overrides = nullptr;
  }
  Node* found = from != nullptr ? from->resolve(id) : nullptr;
  if (found != to) {
    if (to != nullptr) to->delete_edge_in(this);
    to = found;
    cached_.reset();
    if (to != nullptr) to->add_edge_in(this);
  } else if (hard) {
    cached_.reset();
  } else if (new_overrides != nullptr && to != nullptr) {
    to->overrides_edge_in_removed(old_overrides);
    to->overrides_edge_in_added(new_overrides);
  }
}

void Edge::detach() {
  if (to != nullptr) to->delete_edge_in(this);
  if (from != nullptr) {
    if (from->edges_out.get(id) == this) from->edges_out.erase(id);
    from->graph->edges_by_name[id].erase(this);
  }
  to = nullptr;
  cached_ = EdgeError::kDetached;
  from = nullptr;
}

EdgeError Edge::error() {
  if (cached_) return *cached_;
  if (to == nullptr) {
    // Not cached for an optional dependency: it stays fine until something stands there.
    if (optional()) return EdgeError::kNone;
    cached_ = EdgeError::kMissing;
  } else if (peer() && from == to->parent && !from->is_top()) {
    cached_ = EdgeError::kPeerLocal;
  } else if (!satisfied_by(*to)) {
    cached_ = EdgeError::kInvalid;
  } else if (overrides != nullptr && to->overrides != nullptr && !to->edges_out.empty() &&
             OverrideSet::conflict(overrides, to->overrides, from->graph->specs)) {
    cached_ = EdgeError::kInvalid;
  } else {
    cached_ = EdgeError::kNone;
  }
  return *cached_;
}

bool Edge::satisfied_by(const Node& node) const {
  if (from == nullptr || node.name != name) return false;
  if (node.in_dep_bundle()) return dep_valid(node, raw_spec, accept, *from);
  if (!respects_pins(*this, node)) return false;
  if (overrides == nullptr || overrides->key_spec.empty()) return dep_valid(node, spec(), accept, *from);
  return satisfied_by_override(node);
}

/// Under a rule a node is fine when it is what the rule asks for, or what the manifest asks for as long as the rule
/// does not claim that version for itself.
bool Edge::satisfied_by_override(const Node& node) const {
  if (dep_valid(node, spec(), accept, *from)) return true;
  if (!dep_valid(node, raw_spec, accept, *from)) return false;
  return !dep_valid(node, overrides->key_spec, accept, *from);
}

namespace {

const std::string* find_reference(const package::Manifest& manifest, std::string_view name) {
  for (const package::StringMap* map : {&manifest.dev_dependencies, &manifest.optional_dependencies,
                                        &manifest.dependencies, &manifest.peer_dependencies})
    if (const std::string* spec = package::find(*map, name); spec != nullptr && !spec->empty()) return spec;
  return nullptr;
}

}  // namespace

std::string Edge::spec() const {
  if (overrides == nullptr || overrides->value.empty() || overrides->value == "*" || overrides->name != name)
    return raw_spec;
  if (!overrides->value.starts_with('$')) return overrides->value;
  if (from == nullptr) return raw_spec;
  const std::string_view reference = std::string_view(overrides->value).substr(1);
  const Node* root = from->source_reference != nullptr ? from->source_reference->root() : from->root();
  const std::string* found = find_reference(*root->package, reference);
  if (found == nullptr) found = find_reference(*from->package, reference);
  if (found != nullptr) return *found;
  if (!from->graph->failure)
    from->graph->failure = Error{"EOVERRIDE",
                                 "Unable to resolve reference " + overrides->value,
                                 "name a direct dependency after the $ in \"overrides\"",
                                 {},
                                 {}};
  return raw_spec;
}

}  // namespace hoist::resolver
