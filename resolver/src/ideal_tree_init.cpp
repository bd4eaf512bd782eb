/// The starting point: the root, and what the lockfile or the disk already holds.
#include <algorithm>

#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "ideal_tree.hpp"

namespace hoist::resolver {

using lockfile::Lockfile;
using lockfile::LockPackage;
using package::PackageSpec;

IdealTree::IdealTree(const ResolveRequest& request, const ResolveOptions& options, Sources sources, Reporter& reporter)
    : request_(request),
      options_(options),
      sources_(sources),
      reporter_(reporter),
      graph_(options.legacy_peer_deps, options.install_links),
      update_names_(request.update_all ? std::vector<std::string>{} : request.update),
      place_context_{options_, update_names_, reporter_} {
  requested_mutation_ = !request.add.empty() || !request.remove.empty() || request.update_all || !update_names_.empty();
  mutated_ = requested_mutation_;
}

Result<void> IdealTree::build() {
  HOIST_CHECK(check_names());
  HOIST_CHECK(init());
  HOIST_CHECK(load_extensions());
  HOIST_CHECK(inflate_old_lock());
  HOIST_CHECK(apply_requests());
  HOIST_CHECK(build_deps());
  fix_dep_flags();
  HOIST_CHECK(prune_failed_optional());
  HOIST_CHECK(check_engines_and_platforms());
  HOIST_CHECK(attach_patches());
  warn_about_workspace_extensions();
  return {};
}

Result<void> IdealTree::init() {
  graph_.pins = request_.lock ? nullptr : request_.pins;
  root_ = graph_.make_node({.path = request_.root.string(),
                            .package = std::make_shared<package::Manifest>(request_.manifest),
                            .load_overrides = true,
                            .global = options_.global,
                            .flags = DepFlags::none()});
  if (!request_.workspaces.empty()) {
    std::vector<std::pair<std::string, std::string>> folders;
    for (const Workspace& workspace : request_.workspaces)
      folders.emplace_back(workspace.name, workspace.path.string());
    root_->set_workspaces(std::move(folders));
  }
  if (request_.lock) {
    loaded_from_disk_ = true;
    original_version_ = request_.lock->original_version;
    const auto root_entry = request_.lock->packages.find("");
    if (root_entry != request_.lock->packages.end())
      locked_extensions_hash_ = root_entry->second.package_extensions_hash;
    if (!request_.update_all && !options_.global) {
      HOIST_CHECK(load_lock(*request_.lock));
      flags_suspect_ = true;
    }
  } else if (request_.actual && !request_.update_all && !options_.global) {
    HOIST_CHECK(load_lock(*request_.actual));
    if (!root_->children.empty()) {
      loaded_from_disk_ = true;
      original_version_ = 3;
    }
  }
  if (!request_.lock && !request_.actual && !request_.update_all && !options_.global) place_workspace_folders();
  if (graph_.failure) return std::unexpected(*graph_.failure);
  queue_problems();
  return {};
}

/// Without a lockfile npm starts from the disk, where the members' folders are even before any link leads to them. So
/// what is placed at the root early meets what they ask for.
void IdealTree::place_workspace_folders() {
  for (const Workspace& workspace : request_.workspaces) {
    auto manifest = std::make_shared<package::Manifest>(workspace.manifest);
    const OverrideSet* rules = root_->overrides;
    if (rules != nullptr) rules = rules->node_rule(manifest->name, manifest->version);
    graph_.make_node(
        {.path = workspace.path.string(), .package = std::move(manifest), .root = root_, .overrides = rules});
  }
}

std::string IdealTree::consistent_resolved(const std::string& resolved, const std::string& from) {
  if (resolved.empty() || (resolved.starts_with("http") && resolved.ends_with(".tgz"))) return resolved;
  const CachedSpec& spec = graph_.specs.parse(resolved, from);
  if (!spec.parsed) return resolved;
  switch (spec.parsed->type) {
    case package::SpecType::kFile:
    case package::SpecType::kDirectory:
      return "file:" + spec.parsed->fetch_spec;
    case package::SpecType::kGit:
      if (spec.parsed->hosted) {
        const package::HostedGit& hosted = *spec.parsed->hosted;
        return !hosted.auth.empty() || hosted.default_representation == "https" ? hosted.https_url() : hosted.ssh_url();
      }
      return spec.parsed->save_spec;
    default:
      return resolved;
  }
}

Result<void> IdealTree::load_lock(const Lockfile& lock) {
  // npm trusts no flag of a lockfile it builds on, not even its own of a moment ago.
  flags_suspect_ = true;
  std::vector<std::pair<std::string, const LockPackage*>> nodes, links;
  for (const auto& [location, entry] : lock.packages) {
    locked_[location] = &entry.manifest;
    if (!location.empty()) (entry.link ? links : nodes).emplace_back(location, &entry);
  }
  graph_.locked = &locked_;
  // The order of a lockfile on disk, which decides the order of children.
  const auto in_file_order = [](const auto& a, const auto& b) { return locale_compare(a.first, b.first) < 0; };
  std::stable_sort(nodes.begin(), nodes.end(), in_file_order);
  std::stable_sort(links.begin(), links.end(), in_file_order);
  for (const auto& [location, entry] : nodes) {
    auto manifest = std::make_shared<package::Manifest>(entry->manifest);
    if (manifest->name.empty()) manifest->name = lockfile::name_of_location(location);
    const std::string path = resolve_path(root_->path, location);
    Node* node = graph_.make_node({.path = path,
                                   .package = std::move(manifest),
                                   .resolved = consistent_resolved(entry->resolved, root_->path),
                                   .integrity = entry->integrity,
                                   .root = root_,
                                   .flags = {entry->extraneous, entry->dev, entry->optional,
                                             entry->dev_optional || entry->dev || entry->optional, entry->peer}});
    node->patched = entry->patched;
    node->package_extensions_applied = entry->package_extensions_applied;
    node->npm_extension_applied = entry->npm_extension_applied;
  }
  HOIST_CHECK(load_links(links));
  // The manifests decide, not the flags in the lock (npm 12 suspects them whenever it is given the root).
  for (Node* node : root_->inventory->all.values())
    if (node != root_) node->flags = DepFlags{};
  calculate_dep_flags(root_, false);
  return {};
}

Result<void> IdealTree::load_links(const std::vector<std::pair<std::string, const LockPackage*>>& links) {
  for (const auto& [location, entry] : links) {
    const std::string target_path = resolve_path(root_->path, entry->resolved);
    const auto found = root_->inventory->by_location.find(relative_path(root_->path, target_path));
    if (found == root_->inventory->by_location.end() || found->second->is_link)
      return fail("EMISSINGTARGET",
                  fmt::format("Missing target in lock file: \"{}\" is referenced by \"{}\" but does not exist.",
                              printable(entry->resolved), printable(location)),
                  "remove package-lock.json and run the install again");
    Node* target = found->second;
    Node* link = graph_.make_link(
        {.path = resolve_path(root_->path, location), .realpath = target_path, .package = target->package}, target);
    link->flags = target->flags;
    // The user may have edited a package.json outside node_modules since the lockfile was written.
    if (target->parent == nullptr) {
      package::Manifest manifest = read_directory(target->path);
      if (manifest.name.empty()) manifest.name = target->package->name;
      target->set_package(std::make_shared<package::Manifest>(std::move(manifest)));
    }
  }
  return {};
}

/// Every node reached from the root that has an unmet dependency goes into the queue.
void IdealTree::queue_problems() {
  NodeSet reached;
  reached.add(root_);
  reached.for_each([&](Node* node) {
    bool problem = false;
    node->edges_out.for_each([&](Edge* edge) {
      if (edge->to != nullptr) reached.add(edge->to);
      const bool trusted = edge->type == EdgeType::kPeerOptional && !options_.save && !requested_mutation_;
      problem = problem || (!trusted && (edge->to == nullptr || !edge->valid()));
    });
    if (problem) queue_.push(node);
  });
}

/// Locks of npm 6 and before lack dependencies and peers of what they list: ask for the manifests once.
Result<void> IdealTree::inflate_old_lock() {
  const bool old = loaded_from_disk_ && original_version_ < 2;
  if (!old || root_->inventory->all.size() <= 1 || request_.update_all) return {};
  reporter_.log(
      LogLevel::kWarn, "old lockfile",
      "The lockfile was created with an old version of npm, so supplemental metadata must be fetched from the "
      "registry. This is a one-time fix-up.");
  std::vector<Node*> nodes;
  for (Node* node : root_->inventory->all.values())
    if (node != root_ && !node->is_link && node->location.starts_with("node_modules")) nodes.push_back(node);
  // By the folder's name, as npm does: an alias is therefore mostly not found, and stays as the old lock has it.
  for (const Node* node : nodes) sources_.packuments.prefetch(node->name);
  for (Node* node : nodes) {
    const bool by_url = !node->resolved.empty() && (node->version().empty() || node->resolved.starts_with("file:"));
    const CachedSpec& spec =
        graph_.specs.resolve(node->name, by_url ? node->resolved : node->version(), directory_name(node->path));
    if (!spec.parsed) continue;
    package::PackageSpec named = *spec.parsed;
    named.name = node->name;
    auto fetched = fetch_manifest(named, nullptr);
    if (!fetched) {
      reporter_.log(LogLevel::kWarn, "old lockfile",
                    fmt::format("Could not fetch metadata for {}: {}", node->name, fetched.error().message));
      continue;
    }
    // npm 12 leaves `resolved` out where the old lock had none.
    if (node->integrity.empty()) node->integrity = fetched->integrity;
    node->set_package(fetched->manifest);
  }
  reset_dep_flags(root_);
  calculate_dep_flags(root_);
  original_version_ = 3;
  return {};
}

}  // namespace hoist::resolver
