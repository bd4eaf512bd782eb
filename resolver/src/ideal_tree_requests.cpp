/// What the user asked for: packages to add, remove and update, and what is saved of it.
#include <algorithm>

#include "hoist/base/text.hpp"
#include "ideal_tree.hpp"
#include "manifest_edit.hpp"

namespace hoist::resolver {

using package::PackageSpec;
using package::SpecType;

Result<void> IdealTree::check_names() {
  const auto check = [&](const std::vector<std::string>& names, std::string_view code, std::string_view verb,
                         std::string_view noun) -> Result<void> {
    for (const std::string& name : names) {
      const CachedSpec& spec = graph_.specs.parse(name, request_.root.string());
      if (spec.parsed && spec.parsed->name == spec.parsed->raw) continue;
      return fail(std::string(code),
                  fmt::format("{} arguments must only contain package names, not \"{}\"", noun, printable(name)),
                  fmt::format("try: hoist {} {}", verb,
                              spec.parsed && !spec.parsed->name.empty() ? spec.parsed->name : "<pkg>"));
    }
    return {};
  };
  HOIST_CHECK(check(update_names_, "EUPDATEARGS", "update", "Update"));
  return check(request_.remove, "ERMARGS", "uninstall", "Remove");
}

Result<void> IdealTree::apply_requests() {
  if (request_.selected_workspaces.empty()) return apply_requests_to(root_);
  for (const std::string& name : request_.selected_workspaces) {
    const auto& folders = root_->workspaces;
    const auto folder =
        std::find_if(folders.begin(), folders.end(), [&](const auto& each) { return each.first == name; });
    if (folder == folders.end()) {
      reporter_.log(LogLevel::kWarn, "workspaces", name + " in filter set, but not in workspaces");
      continue;
    }
    const auto found = root_->inventory->by_location.find(relative_path(root_->realpath, folder->second));
    if (found == root_->inventory->by_location.end()) {
      reporter_.log(LogLevel::kWarn, "workspaces", name + " in filter set, but no workspace folder present");
      continue;
    }
    HOIST_CHECK(apply_requests_to(found->second));
  }
  return request_.include_workspace_root ? apply_requests_to(root_) : Result<void>{};
}

void IdealTree::queue_named_updates() {
  for (Node* node : root_->inventory->all.values()) {
    if (std::find(update_names_.begin(), update_names_.end(), node->name) == update_names_.end()) continue;
    if (node->is_top() || node->in_dep_bundle()) continue;
    node->edges_in.for_each([&](Edge* edge) { queue_.push(edge->from); });
  }
}

Result<void> IdealTree::apply_requests_to(Node* tree) {
  if (!update_names_.empty()) queue_named_updates();
  if (!request_.remove.empty()) {
    auto manifest = std::make_shared<package::Manifest>(*tree->package);
    for (const std::string& name : request_.remove) remove_dependency(*manifest, name);
    tree->package = std::move(manifest);
    removed_names_[tree] = request_.remove;
  }
  if (!request_.add.empty()) HOIST_CHECK(add_requests(tree));
  if (!request_.add.empty() || !request_.remove.empty()) tree->set_package(tree->package);
  for (const ResolvedAdd& add : resolved_add_) {
    if (add.tree != tree) continue;
    if (Edge* edge = tree->edges_out.get(graph_.intern(add.name))) {
      edge->requested = true;
      explicit_requests_.add(edge);
    }
  }
  queue_.push(tree);
  return {};
}

/// Finds the name of every spec to add (a URL or path has to be fetched for it) and writes it into the manifest.
Result<void> IdealTree::add_requests(Node* tree) {
  const std::string where = request_.root.string();
  for (const std::string& raw : request_.add) {
    const CachedSpec& cached = graph_.specs.parse(raw, where);
    if (cached.parsed && cached.parsed->registry() && !cached.parsed->name.empty())
      sources_.packuments.prefetch(cached.parsed->name);
  }
  auto manifest = std::make_shared<package::Manifest>(*tree->package);
  for (const std::string& raw : request_.add) {
    const CachedSpec& cached = graph_.specs.parse(raw, where);
    if (!cached.parsed) return std::unexpected(cached.parsed.error());
    const PackageSpec& spec = *cached.parsed;
    ResolvedAdd add{tree, spec.name, spec.raw_spec};
    const bool is_tag = spec.type == SpecType::kTag && !spec.raw_spec.empty();
    if (spec.name.empty() || is_tag) {
      Edge probe(tree, spec.name.empty() ? "unnamed" : spec.name, spec.raw_spec, EdgeType::kProd, std::nullopt);
      HOIST_TRY(const Fetched fetched, fetch_manifest(spec, &probe));
      add.name = fetched.manifest->name;
      if (is_tag) add.raw_spec = fetched.manifest->version;
    }
    if (spec.type == SpecType::kFile || spec.type == SpecType::kDirectory)
      add.raw_spec = "file:" + relative_path(tree->target()->path, spec.fetch_spec);
    if (add.name.empty()) return fail("EINVALIDPACKAGENAME", "the package at " + printable(raw) + " has no name");
    add_dependency(*manifest, add.name, add.raw_spec, request_.save_type, request_.save_bundle, reporter_);
    resolved_add_.push_back(std::move(add));
  }
  tree->package = std::move(manifest);
  return {};
}

Result<void> IdealTree::assert_root_overrides() {
  if (root_->overrides == nullptr) return {};
  Result<void> verdict;
  root_->edges_out.any([&](Edge* edge) {
    const std::string spec = edge->spec();
    if (spec == edge->raw_spec || spec.starts_with('$')) return false;
    verdict = fail("EOVERRIDE",
                   fmt::format("Override for {}@{} conflicts with direct dependency", edge->name, edge->raw_spec),
                   fmt::format("use \"${}\" as the override, or change the dependency itself", edge->name));
    return true;
  });
  if (graph_.failure) return std::unexpected(*graph_.failure);
  return verdict;
}

/// The spec package.json gets for a requested package: `^version`, unless the user gave a narrower range or a source.
std::string IdealTree::spec_to_save(const ResolvedAdd& add, const Edge& edge) {
  const CachedSpec& cached = graph_.specs.resolve(add.name, edge.spec(), add.tree->realpath);
  if (!cached.parsed) return edge.raw_spec;
  const PackageSpec& spec = *cached.parsed;
  const Node* child = edge.to;
  const auto with_prefix = [&](const std::string& version) {
    return version.empty() ? "*" : options_.save_prefix + version;
  };
  if (spec.registry()) {
    const PackageSpec& inner = spec.sub_spec ? *spec.sub_spec : spec;
    std::string range = inner.raw_spec;
    const std::string prefixed = with_prefix(child->version());
    const auto wide = package::Range::parse(range, {.loose = true}),
               narrow = package::Range::parse(prefixed, {.loose = true});
    if (inner.type != SpecType::kRange || range == "*" || (wide && narrow && package::is_subset(*narrow, *wide)))
      range = prefixed;
    return add.name != child->package_name() ? "npm:" + child->package_name() + "@" + range : range;
  }
  if (spec.hosted) {
    const bool https = !spec.hosted->auth.empty() || spec.hosted->default_representation == "https";
    return https ? spec.hosted->https_url() : spec.hosted->shortcut();
  }
  if (spec.type == SpecType::kDirectory || spec.type == SpecType::kFile) {
    if (edge.type == EdgeType::kWorkspace) return with_prefix(child->target()->version());
    return "file:" + relative_path(add.tree->realpath, spec.fetch_spec);
  }
  return spec.save_spec.empty() ? edge.raw_spec : spec.save_spec;
}

void IdealTree::refresh_spec(const ResolvedAdd& add) {
  Edge* edge = add.tree->edges_out.get(graph_.intern(add.name));
  if (edge == nullptr || edge->to == nullptr || !add.tree->is_top()) return;
  const CachedSpec& spec = graph_.specs.resolve(add.name, edge->spec(), add.tree->realpath);
  const bool local = spec.parsed && (spec.parsed->type == SpecType::kDirectory || spec.parsed->type == SpecType::kFile);
  auto manifest = std::make_shared<package::Manifest>(*add.tree->package);
  set_saved_spec(*manifest, add.name, spec_to_save(add, *edge), request_.save_type, local);
  add.tree->package = std::move(manifest);
  if (std::find(updated_.begin(), updated_.end(), add.tree) == updated_.end()) updated_.push_back(add.tree);
}

/// `update --save`: direct dependencies whose spec is a range follow the versions that were chosen.
void IdealTree::save_updated_direct() {
  std::vector<ResolvedAdd> refresh;
  for (Node* node : root_->inventory->all.values()) {
    if (node->is_root() || node->resolve_parent() == nullptr || !node->resolve_parent()->is_root()) continue;
    const bool named =
        request_.update_all || std::find(update_names_.begin(), update_names_.end(), node->name) != update_names_.end();
    if (!named) continue;
    const bool pinned = node->edges_in.any([&](Edge* edge) {
      const auto wanted = package::Range::parse(edge->spec()), exact = package::Range::parse(node->version());
      return wanted && exact && package::is_subset(*wanted, *exact);
    });
    if (pinned) continue;
    for (Edge* edge : node->edges_in.values()) refresh.push_back({edge->from->target(), node->name, ""});
  }
  for (const ResolvedAdd& add : refresh) refresh_spec(add);
}

void IdealTree::save_requested_specs() {
  for (const ResolvedAdd& add : resolved_add_) refresh_spec(add);
  if (request_.update_all || !update_names_.empty()) save_updated_direct();
  for (const auto& [tree, names] : removed_names_)
    if (std::find(updated_.begin(), updated_.end(), tree) == updated_.end()) updated_.push_back(tree);
  for (Node* tree : updated_) tree->set_package(tree->package);
}

}  // namespace hoist::resolver
