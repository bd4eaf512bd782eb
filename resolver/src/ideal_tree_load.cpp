/// Loading what a dependency asks for, with its peers, into a virtual tree.
#include <algorithm>

#include "explain.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"
#include "hoist/resolver/pick_manifest.hpp"
#include "ideal_tree.hpp"

namespace hoist::resolver {

using package::PackageSpec;
using package::SpecType;

namespace {

/// False when both have a digest of the same algorithm and they differ.
bool agrees_on_content(const std::string& pinned, const std::string& served) {
  if (pinned.empty() || served.empty() || pinned == served) return true;
  const auto a = Integrity::parse(pinned), b = Integrity::parse(served);
  if (!a || !b) return true;
  for (const auto& digest : a->digests())
    for (const auto& other : b->digests())
      if (digest.algorithm == other.algorithm && digest.bytes != other.bytes) return false;
  return true;
}

}  // namespace

Node* IdealTree::virtual_root(Node* node, bool reuse) {
  if (reuse && node->virtual_root != nullptr) return node->virtual_root;
  Node* made = graph_.make_node({.path = node->realpath, .source_reference = node, .overrides = node->overrides});
  node->children.for_each([&](Node* child) {
    if (child->is_link && child->link_target != nullptr)
      graph_.make_node({.path = child->realpath, .root = made, .source_reference = child->link_target});
  });
  node->virtual_root = made;
  return made;
}

namespace {

/// Deeper than any peer set that means something, and well within a thread's stack.
constexpr int kMaxPeerDepth = 400;

class DepthGuard {
 public:
  explicit DepthGuard(int& depth) : depth_(depth) { ++depth_; }
  ~DepthGuard() { --depth_; }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;

 private:
  int& depth_;
};

}  // namespace

Result<Node*> IdealTree::node_from_edge(Edge* edge, Node* parent, Edge* second_edge, NodeSet& required) {
  if (parent == nullptr) parent = virtual_root(edge->from, false);
  HOIST_TRY(Node* const first, node_from_spec(edge->name, edge->spec(), edge->from->path, parent, edge));
  // Where two edges want the same name, what the second would take may satisfy both.
  Node* second = nullptr;
  if (second_edge != nullptr && !second_edge->valid()) {
    HOIST_TRY(second, node_from_spec(edge->name, second_edge->spec(), second_edge->from->path, parent, second_edge));
  }
  Node* node = second != nullptr && edge->valid() ? second : first;
  node->set_parent(parent);
  const auto is_required = [&](const Edge* each) {
    return each != nullptr && each->type != EdgeType::kPeerOptional && required.has(each->from);
  };
  if (is_required(edge) || is_required(second_edge)) required.add(node);
  node->peer_set_source = parent->source_reference;
  if (options_.global && edge->from->is_project_root()) return node;
  return load_peer_set(node, required);
}

package::Manifest IdealTree::read_directory(const std::string& path) {
  for (const Workspace& workspace : request_.workspaces)
    if (workspace.path == path) return workspace.manifest;
  PackageSpec spec;
  spec.type = SpecType::kDirectory;
  spec.raw = spec.raw_spec = "file:" + path;
  spec.fetch_spec = path;
  auto found = sources_.manifests.get(spec);
  return found ? std::move(found->manifest) : package::Manifest{};
}

Result<void> IdealTree::check_allowed(const PackageSpec& spec, const Edge* edge) {
  struct Gate {
    Allow allow;
    std::string_view kind;
  };
  Gate gate{Allow::kAll, ""};
  switch (spec.type) {
    case SpecType::kGit:
      gate = {options_.allow_git, "git"};
      break;
    case SpecType::kRemote:
      gate = {options_.allow_remote, "remote"};
      break;
    case SpecType::kFile:
      gate = {options_.allow_file, "file"};
      break;
    case SpecType::kDirectory:
      gate = {options_.allow_directory, "directory"};
      break;
    default:
      return {};
  }
  if (gate.allow == Allow::kAll) return {};
  const bool from_root =
      edge != nullptr && edge->from != nullptr && (edge->from->is_project_root() || edge->from->is_workspace());
  if (gate.allow == Allow::kRoot && from_root) return {};
  std::string code = "EALLOW" + std::string(gate.kind);
  std::transform(code.begin(), code.end(), code.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fail(std::move(code),
              fmt::format("Fetching{} packages of type \"{}\" have been disabled: {}",
                          gate.allow == Allow::kRoot ? " non-root" : "", gate.kind, printable(spec.raw)),
              fmt::format("set allow-{}=root or allow-{}=all if you trust this source", gate.kind, gate.kind));
}

Node* IdealTree::failure_node(const std::string& name, Node* parent, Error error, Edge* edge) {
  if (edge != nullptr && edge->from != nullptr)
    error.context.push_back("required by " + (edge->from->location.empty() ? "." : edge->from->location));
  Node* node = graph_.make_node({.name = name, .parent = parent, .load_error = std::move(error)});
  load_failures_.add(node);
  return node;
}

/// A directory becomes a link (nullptr when it is not to be one).
Result<Node*> IdealTree::link_or_nothing(const std::string& name, const PackageSpec& spec, Node* parent, Edge* edge) {
  if (spec.type != SpecType::kDirectory) return nullptr;
  const auto& folders = root_->workspaces;
  const bool workspace =
      std::any_of(folders.begin(), folders.end(), [&](const auto& each) { return each.first == spec.name; });
  bool inside_project = false;
  if (edge != nullptr && (edge->raw_spec.starts_with("file:../") || edge->raw_spec.starts_with("file:./"))) {
    const std::string target = resolve_path(parent->realpath, edge->raw_spec.substr(5));
    inside_project = target == root_->realpath || target.starts_with(root_->realpath + "/");
  }
  const bool parent_was_installed = !parent->is_link && parent->resolved.starts_with("file:");
  const bool transitive = parent_was_installed && options_.install_links;
  if (!(workspace || inside_project || !options_.install_links) || transitive) return nullptr;
  auto manifest = std::make_shared<package::Manifest>(read_directory(spec.fetch_spec));
  Node* link = graph_.make_link(
      {.name = name, .realpath = spec.fetch_spec, .package = std::move(manifest), .parent = parent}, nullptr);
  link_nodes_.add(link);
  return link;
}

Result<Node*> IdealTree::node_from_spec(const std::string& name, const std::string& spec_text, const std::string& where,
                                        Node* parent, Edge* edge) {
  const CachedSpec& cached = graph_.specs.resolve(name, spec_text, where);
  if (!cached.parsed) return std::unexpected(cached.parsed.error());
  PackageSpec spec = *cached.parsed;
  spec.name = name;
  if (auto allowed = check_allowed(spec, edge); !allowed)
    return failure_node(name, parent, std::move(allowed).error(), edge);
  HOIST_TRY(Node* const link, link_or_nothing(name, spec, parent, edge));
  if (link != nullptr) return link;

  const auto& folders = root_->workspaces;
  if (std::any_of(folders.begin(), folders.end(), [&](const auto& each) { return each.first == spec.name; })) {
    const Edge* own = root_->edges_out.get(graph_.intern(spec.name));
    if (own != nullptr && own->to != nullptr && own->to->is_workspace() && own->to->satisfies(*edge)) return own->to;
  }
  auto fetched = fetch_manifest(spec, edge);
  if (!fetched) return failure_node(name, parent, std::move(fetched).error(), edge);
  if (fetched->manifest->version.empty() && spec.registry())
    return failure_node(
        name, parent, Error{"EINCOMPLETEMANIFEST", "incomplete manifest for " + name + ", missing version", {}, {}, {}},
        edge);
  HOIST_TRY(Json applied, extend(fetched->manifest));
  prefetch_dependencies(*fetched->manifest);
  Node* node = graph_.make_node({.name = name,
                                 .package = fetched->manifest,
                                 .resolved = fetched->resolved,
                                 .integrity = fetched->integrity,
                                 .parent = parent});
  node->package_extensions_applied = std::move(applied);
  return node;
}

/// Puts the extended manifest in place where a rule of packageExtensions matches; what is noted of it, else null.
Result<Json> IdealTree::extend(ManifestPtr& manifest) {
  if (extensions_.hash().empty()) return Json();
  auto known = extended_.find(manifest.get());
  if (known == extended_.end()) {
    HOIST_TRY(auto extended, extensions_.apply(*manifest));
    if (!extended) extended = PackageExtensions::Extended{manifest, Json()};
    known = extended_.emplace(manifest.get(), *std::move(extended)).first;
  }
  manifest = known->second.manifest;
  return known->second.applied;
}

Result<IdealTree::Fetched> IdealTree::fetch_manifest(const PackageSpec& spec, Edge* edge) {
  HOIST_CHECK(check_allowed(spec, edge));
  if (auto pinned = fetch_pinned(spec, edge)) return *std::move(pinned);
  const std::string key =
      spec.name + "@" + spec.raw_spec + std::string(1, '\0') + (spec.registry() ? "" : spec.fetch_spec);
  if (const auto found = manifests_.find(key); found != manifests_.end()) return found->second;
  Fetched fetched;
  if (spec.registry()) {
    HOIST_TRY(fetched, fetch_registry(spec.sub_spec ? *spec.sub_spec : spec));
  } else {
    HOIST_TRY(package::ResolvedPackage found, sources_.manifests.get(spec));
    fetched = {std::make_shared<package::Manifest>(std::move(found.manifest)), std::move(found.resolved),
               std::move(found.integrity)};
  }
  manifests_.emplace(key, fetched);
  return fetched;
}

/// The version an imported lock chose for `edge`; nullopt when there is none or it cannot be had as it was.
std::optional<IdealTree::Fetched> IdealTree::fetch_pinned(const PackageSpec& spec, Edge* edge) {
  if (graph_.pins == nullptr || edge == nullptr || !spec.registry()) return std::nullopt;
  for (const lockfile::Pin* pin : pins_for(*edge)) {
    const std::string id = lockfile::pin_id(*pin);
    if (const auto found = manifests_.find(id); found != manifests_.end()) return found->second;
    const CachedSpec& exact = graph_.specs.resolve(pin->name, pin->version, "/");
    if (!exact.parsed) continue;
    PackageSpec wanted = *exact.parsed;
    wanted.name = pin->name;
    auto fetched = fetch_registry(wanted);
    if (!fetched) {
      graph_.lost_pins.emplace(id, fetched.error().message);
      continue;
    }
    if (!agrees_on_content(pin->integrity, fetched->integrity)) {
      graph_.lost_pins.emplace(id, "the registry has other content under this version");
      continue;
    }
    manifests_.emplace(id, *fetched);
    return *std::move(fetched);
  }
  return std::nullopt;
}

namespace {

/// `dist.integrity` as ssri prints it; a sha1 from `shasum` where there is none.
std::string integrity_of(const package::Dist& dist) {
  if (dist.integrity.size() == 95 && dist.integrity.starts_with("sha512-")) return dist.integrity;
  if (!dist.integrity.empty()) {
    const auto parsed = Integrity::parse(dist.integrity);
    return parsed ? parsed->to_string() : std::string{};
  }
  if (dist.shasum.empty()) return {};
  const auto parsed = Integrity::from_sha1_hex(dist.shasum);
  return parsed ? parsed->to_string() : std::string{};
}

/// `*` inside a segment, as in `@scope/*` and `eslint-*`.
bool glob_matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t i = 0;; ++i) {
      if (glob_matches(pattern.substr(1), text.substr(i))) return true;
      if (i == text.size() || text[i] == '/') return false;
    }
  }
  return !text.empty() && (pattern[0] == text[0] || (pattern[0] == '?' && text[0] != '/')) &&
         glob_matches(pattern.substr(1), text.substr(1));
}

}  // namespace

bool IdealTree::age_excluded(const PackageSpec& spec) const {
  return std::any_of(
      options_.min_release_age_exclude.begin(), options_.min_release_age_exclude.end(),
      [&](const std::string& pattern) { return pattern == spec.name || glob_matches(pattern, spec.name); });
}

Result<IdealTree::Fetched> IdealTree::fetch_registry(const PackageSpec& spec) {
  HOIST_TRY(const auto packument, sources_.packuments.get(spec.name));
  const PickOptions pick{.default_tag = options_.default_tag,
                         .node_version = options_.node_version,
                         .npm_version = options_.npm_version,
                         .before = age_excluded(spec) ? std::nullopt : options_.before};
  HOIST_TRY(const package::Manifest* const manifest, pick_manifest(*packument, spec, pick));
  // The manifest lives in the packument; the aliasing pointer keeps that alive.
  return Fetched{ManifestPtr(packument, manifest), manifest->dist.tarball, integrity_of(manifest->dist)};
}

Error IdealTree::peer_conflict(Edge* edge) {
  ConflictReport report{.strict_peer_deps = options_.strict_peer_deps};
  if (Node* current = edge->from->resolve(edge->id)) report.current = graph_.explanations.of(*current);
  report.edge = graph_.explanations.of(*edge);
  graph_.in_conflict = direct_dependencies_in(report);
  return explain_conflict("unable to resolve dependency tree", report);
}

Result<Node*> IdealTree::load_peer_set(Node* node, NodeSet& required) {
  // Peers that displace each other in a circle have no end (npm 12 runs until it has no memory left).
  if (peer_depth_ == kMaxPeerDepth)
    return fail("ERESOLVE", fmt::format("the peer dependencies of {}@{} go round in a circle", printable(node->name),
                                        printable(node->version())));
  const DepthGuard guard(peer_depth_);
  std::vector<Edge*> peers;
  node->edges_out.for_each([&](Edge* edge) {
    if (edge->peer() && !(edge->valid() && edge->to != nullptr)) peers.push_back(edge);
  });
  std::stable_sort(peers.begin(), peers.end(),
                   [](const Edge* a, const Edge* b) { return locale_compare(a->name, b->name) < 0; });
  for (Edge* edge : peers) {
    // Loading a peer may have put another version in the node's place; then its own peers no longer matter.
    if (node->parent == nullptr) break;
    if (edge->valid() && edge->to != nullptr) continue;
    HOIST_TRY(const bool go_on, load_peer(node, edge, required));
    if (!go_on) break;
  }
  return node;
}

/// One unmet peer of `node`. False when the node was displaced and its other peers are moot.
Result<bool> IdealTree::load_peer(Node* node, Edge* edge, NodeSet& required) {
  Edge* parent_edge = node->parent->edges_out.get(edge->id);
  const Node* source = node->parent->source_reference;
  const bool is_mine = source != nullptr && (source->is_project_root() || source->is_workspace());
  const bool conflict_ok = options_.force || (!is_mine && !options_.strict_peer_deps);
  if (edge->to == nullptr) {
    if (parent_edge != nullptr) {
      HOIST_TRY(const bool settled, load_missing_peer(node, edge, parent_edge, conflict_ok, required));
      if (settled) return true;
      if (node->parent == nullptr) return false;
      return std::unexpected(peer_conflict(edge));
    }
    if (edge->type == EdgeType::kPeerOptional) {
      const Node* current = source != nullptr ? source->resolve(edge->id) : nullptr;
      if (current == nullptr || current->satisfies(*edge)) return true;
    }
    HOIST_CHECK(node_from_edge(edge, node->parent, nullptr, required));
    return true;
  }
  // Something stands there that does not please us; what would please us may please the others as well.
  Node* current = edge->to;
  HOIST_TRY(Node* const dep, node_from_edge(edge, nullptr, nullptr, required));
  if (dep->can_replace(*current)) {
    HOIST_CHECK(node_from_edge(edge, node->parent, nullptr, required));
    return true;
  }
  if (conflict_ok || !required.has(edge->from)) return true;
  return std::unexpected(peer_conflict(edge));
}

/// The peer is also a direct dependency of the virtual root: take what satisfies that, with the peer's wish as a guide.
/// True when settled, be it by accepting the conflict.
Result<bool> IdealTree::load_missing_peer(Node* node, Edge* edge, Edge* parent_edge, bool conflict_ok,
                                          NodeSet& required) {
  HOIST_TRY(Node* const dep, node_from_edge(parent_edge, node->parent, edge, required));
  if (edge->valid()) return true;
  if (conflict_ok || !required.has(dep)) {
    edge->peer_conflicted = true;
    return true;
  }
  return false;
}

}  // namespace hoist::resolver
