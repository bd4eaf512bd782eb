/// Making nodes and edges; the arena that owns them.
#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {

NameId Graph::intern(std::string_view name) {
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  // Names that differ only in case share an id, as they would share a folder on many file systems (npm:
  // CaseInsensitiveMap).
  const std::string folded = to_lower(name);
  NameId id;
  if (const auto found = ids_.find(folded); found != ids_.end()) {
    id = found->second;
  } else {
    id = static_cast<NameId>(names_.size());
    names_.push_back(folded);
    ids_.emplace(names_.back(), id);
    if (folded == name) return id;
  }
  // Keys are views, so the spelling needs a home as well; ids and home positions need not agree for spellings.
  names_.emplace_back(name);
  ids_.emplace(names_.back(), id);
  return id;
}

const OverrideSet* Graph::make_override_root(const Json& overrides) {
  if (!overrides.is_object() || overrides.empty()) return nullptr;
  auto made = OverrideSet::parse(overrides, specs);
  if (!made) {
    if (!failure) failure = std::move(made).error();
    return nullptr;
  }
  override_sets_.push_back(*std::move(made));
  return override_sets_.back().get();
}

Edge* Graph::make_edge(Node* from, std::string name, std::string spec, EdgeType type,
                       std::optional<std::string> accept) {
  Edge* edge = &edges_.emplace_back(from, std::move(name), std::move(spec), type, std::move(accept));
  edge->attach();
  return edge;
}

void Graph::construct(Node* node, NodeOptions& options) {
  node->source_reference = options.source_reference;
  static const ManifestPtr kNone = std::make_shared<package::Manifest>();
  node->package = options.source_reference != nullptr ? options.source_reference->package
                  : options.package                   ? options.package
                                                      : kNone;
  node->path = std::move(options.path);
  node->realpath = node->is_link ? std::move(options.realpath) : node->path;
  node->name = !options.name.empty()          ? std::move(options.name)
               : !node->path.empty()          ? name_from_folder(node->path)
               : !node->package->name.empty() ? node->package->name
                                              : name_from_folder(node->realpath);
  node->id = intern(node->name);
  node->resolved = std::move(options.resolved);
  node->integrity = std::move(options.integrity);
  node->flags = options.flags;
  node->is_global_root = options.global;
  node->load_error = std::move(options.load_error);
  if (options.overrides != nullptr) {
    node->overrides = options.overrides;
  } else if (options.load_overrides) {
    node->overrides = make_override_root(node->package->overrides);
  }
  if (options.parent != nullptr) {
    node->set_parent(options.parent);
  } else {
    node->set_root(options.root);
  }
}

Node* Graph::make_node(NodeOptions options) {
  Node* node = &nodes_.emplace_back(*this);
  construct(node, options);
  node->load_deps();
  return node;
}

Node* Graph::make_link(NodeOptions options, Node* target) {
  Node* link = &nodes_.emplace_back(*this);
  link->is_link = true;
  if (options.realpath.empty() && target != nullptr) options.realpath = target->path;
  if (options.root == nullptr && options.parent == nullptr && target != nullptr) options.root = target->root();
  NodeOptions target_options{.path = options.realpath, .package = options.package, .flags = options.flags};
  construct(link, options);
  if (target != nullptr) {
    link->set_target(target);
  } else if (link->realpath == link->root()->path) {
    link->set_target(link->root());
  } else {
    target_options.root = link->root();
    link->set_target(make_node(std::move(target_options)));
  }
  return link;
}

}  // namespace hoist::resolver
