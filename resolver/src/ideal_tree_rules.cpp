/// The root's own rules about other people's packages: packageExtensions before the walk, patchedDependencies after it.
#include "hoist/base/text.hpp"
#include "ideal_tree.hpp"

namespace hoist::resolver {

/// With other rules than those the lock was written under, what it says of the packages concerned is stale: they are
/// taken out, to be loaded again.
Result<void> IdealTree::load_extensions() {
  HOIST_TRY(extensions_, PackageExtensions::parse(root_->package->package_extensions));
  if (!loaded_from_disk_ || locked_extensions_hash_ == extensions_.hash()) return {};
  for (Node* node : root_->inventory->all.values()) {
    if (node->is_project_root() || node->is_workspace() || node->is_top()) continue;
    if (node->package_extensions_applied.is_null() && !extensions_.matches(node->package_name(), node->version()))
      continue;
    for (Edge* edge : node->edges_in.values()) queue_.push(edge->from);
    node->set_parent(nullptr);
  }
  return {};
}

/// What is said about a workspace's package.json has no effect: it can be edited.
void IdealTree::warn_about_workspace_extensions() const {
  if (extensions_.hash().empty()) return;
  for (const Node* node : root_->inventory->all.values()) {
    if (!node->is_workspace() || node->is_link) continue;
    if (!node->package->package_extensions.is_null())
      reporter_.log(LogLevel::kWarn, "packageExtensions",
                    fmt::format("those of the workspace {} are ignored, only the root's count", node->name));
    if (extensions_.matches(node->name, node->version()))
      reporter_.log(LogLevel::kWarn, "packageExtensions",
                    fmt::format("a rule matches the workspace {}@{}, whose package.json is yours to edit", node->name,
                                node->version()));
  }
}

namespace {

struct PatchRule {
  std::string key, name, path;
  std::optional<std::string> spec;
  bool used = false;
};

std::vector<PatchRule> patch_rules(const Json& patched) {
  std::vector<PatchRule> rules;
  if (!patched.is_object()) return rules;
  for (const auto& [key, path] : patched.items()) {
    if (!path.is_string()) continue;
    const std::size_t at = key.find('@', 1);
    PatchRule rule{key, key.substr(0, at), path.get<std::string>(), std::nullopt};
    if (at != std::string::npos) rule.spec = key.substr(at + 1);
    rules.push_back(std::move(rule));
  }
  return rules;
}

/// Of several ranges the narrowest, which must lie within all the others.
Result<PatchRule*> narrowest(const std::vector<PatchRule*>& rules, const Node& node) {
  PatchRule* best = rules.front();
  const auto is_within = [](const PatchRule& a, const PatchRule& b) {
    const auto sub = package::Range::parse(*a.spec, {.loose = true}),
               super = package::Range::parse(*b.spec, {.loose = true});
    return sub && super && package::is_subset(*sub, *super);
  };
  for (PatchRule* rule : rules) {
    if (rule == best || !is_within(*rule, *best)) {
      if (rule == best || is_within(*best, *rule)) continue;
      return fail("EPATCHAMBIGUOUS",
                  fmt::format("Both \"{}\" and \"{}\" of patchedDependencies match {}@{}", printable(best->key),
                              printable(rule->key), node.name, node.version()),
                  fmt::format("Add an entry for {}@{} itself.", node.name, node.version()));
    }
    best = rule;
  }
  return best;
}

/// The version itself, else the narrowest range, else the bare name.
Result<PatchRule*> rule_for(std::vector<PatchRule>& rules, const Node& node) {
  std::vector<PatchRule*> ranges;
  PatchRule* by_name = nullptr;
  for (PatchRule& rule : rules) {
    if (rule.name != node.name) continue;
    if (!rule.spec) {
      by_name = &rule;
    } else if (const auto exact = package::Version::parse(*rule.spec)) {
      if (node.semver() != nullptr && *node.semver() == *exact) return &rule;
    } else if (package::satisfies(node.version(), *rule.spec, {.loose = true})) {
      ranges.push_back(&rule);
    }
  }
  return ranges.empty() ? Result<PatchRule*>(by_name) : narrowest(ranges, node);
}

bool is_non_registry(Edge* edge) {
  if (edge->spec().empty()) return false;
  const CachedSpec& spec = edge->from->graph->specs.resolve(edge->name, edge->spec(), edge->from->path);
  return spec.parsed && !spec.parsed->registry();
}

}  // namespace

Result<void> IdealTree::patch_node(Node* node, const std::string& key, const std::string& path) {
  if (node->edges_in.any(is_non_registry))
    return fail("EPATCHNONREGISTRY", fmt::format("Cannot patch {}@{} (\"{}\"): it does not come from a registry",
                                                 node->name, node->version(), printable(key)));
  const auto patch = request_.patches.find(path);
  if (patch == request_.patches.end()) return fail("EPATCHNOTFOUND", "patch file not found: " + printable(path));
  if (!patch->second) return std::unexpected(patch->second.error());
  node->patched = {{"path", path}, {"integrity", *patch->second}};
  return {};
}

Result<void> IdealTree::attach_patches() {
  std::vector<PatchRule> rules = patch_rules(root_->package->patched_dependencies);
  for (Node* node : root_->inventory->all.values()) {
    if (node->is_workspace()) {
      const Json& own = node->target()->package->patched_dependencies;
      if (own.is_object() && !own.empty())
        return fail("EPATCHWORKSPACE",
                    fmt::format("The workspace \"{}\" has patchedDependencies, which count in the root only",
                                printable(node->name)),
                    "Move the entry to the root's package.json.");
      continue;
    }
    if (node->is_project_root()) continue;
    node->patched = Json();
    if (rules.empty()) continue;
    HOIST_TRY(PatchRule* const rule, rule_for(rules, *node));
    if (rule == nullptr) continue;
    HOIST_CHECK(patch_node(node, rule->key, rule->path));
    rule->used = true;
  }
  std::vector<std::string> unused;
  for (const PatchRule& rule : rules) {
    const bool removed = std::find(request_.remove.begin(), request_.remove.end(), rule.name) != request_.remove.end();
    if (!rule.used && !removed) unused.push_back(fmt::format("  {} -> {}", printable(rule.key), printable(rule.path)));
  }
  if (unused.empty() || options_.allow_unused_patches) return {};
  return fail("EPATCHUNUSED", "These patches match no installed package:\n" + join(unused, "\n"),
              "Use --allow-unused-patches to install anyway.");
}

}  // namespace hoist::resolver
