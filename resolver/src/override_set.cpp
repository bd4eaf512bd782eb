#include "override_set.hpp"

#include "hoist/package/package_spec.hpp"
#include "hoist/package/range.hpp"
#include "tree.hpp"

namespace hoist::resolver {
namespace {

constexpr int kMaxOverrideDepth = 64;

/// semver.intersects on texts; nothing intersects what is no range.
bool ranges_intersect(const std::string& a, const std::string& b) {
  const auto first = package::Range::parse(a), second = package::Range::parse(b);
  return first && second && package::intersects(*first, *second);
}

std::unexpected<Error> invalid(std::string message) {
  return fail("EINVALIDOVERRIDE", std::move(message), "see \"overrides\" in package.json");
}

}  // namespace

Result<std::unique_ptr<OverrideSet>> OverrideSet::parse(const Json& overrides, SpecCache& specs) {
  return parse_rule("", overrides, nullptr, specs, 0);
}

Result<std::unique_ptr<OverrideSet>> OverrideSet::parse_rule(std::string_view key, const Json& rules,
                                                             const OverrideSet* parent, SpecCache& specs, int depth) {
  if (depth > kMaxOverrideDepth) return invalid("overrides nest too deep");
  auto set = std::make_unique<OverrideSet>();
  set->parent = parent;
  std::string own;
  if (rules.is_string()) {
    own = rules.get<std::string>();
    if (own.empty()) own = "*";
  } else if (const std::string* dot = find_string(rules, ".")) {
    own = dot->empty() ? "*" : *dot;
  }
  if (parent != nullptr) {
    const CachedSpec& spec = specs.parse(key, "/");
    if (!spec.parsed || spec.parsed->name.empty()) return invalid("Override without name: " + std::string(key));
    set->name = spec.parsed->name;
    set->key = key;
    set->key_spec = spec.parsed->raw_spec;
    set->value = own.empty() ? set->key_spec : own;
  }
  if (!rules.is_object()) return set;
  for (const auto& [child_key, child_rules] : rules.items()) {
    if (child_key == ".") continue;
    HOIST_TRY(auto made, parse_rule(child_key, child_rules, set.get(), specs, depth + 1));
    set->children_.push_back(std::move(made));
  }
  return set;
}

const OverrideSet* OverrideSet::child(std::string_view child_key) const {
  for (const auto& each : children_)
    if (each->key == child_key) return each.get();
  return nullptr;
}

bool OverrideSet::children_equal(const OverrideSet& other) const {
  if (children_.size() != other.children_.size()) return false;
  for (const auto& mine : children_) {
    const OverrideSet* theirs = other.child(mine->key);
    if (theirs == nullptr || theirs->value != mine->value || !mine->children_equal(*theirs)) return false;
  }
  return true;
}

bool OverrideSet::equals(const OverrideSet* other) const {
  if (this == other) return true;
  if (other == nullptr || key != other->key || value != other->value || !children_equal(*other)) return false;
  return parent == nullptr ? other->parent == nullptr : parent->equals(other->parent);
}

/// Inner rules hide outer ones of the same key; a set's own rule counts after its children.
std::vector<const OverrideSet*> OverrideSet::ruleset() const {
  std::vector<const OverrideSet*> rules;
  const auto add = [&](const OverrideSet* rule) {
    for (const OverrideSet* have : rules)
      if (have->key == rule->key) return;
    rules.push_back(rule);
  };
  for (const OverrideSet* set = this; set != nullptr; set = set->parent) {
    for (const auto& each : set->children_) add(each.get());
    if (set->parent != nullptr) add(set);
  }
  return rules;
}

bool OverrideSet::matches(const Edge& edge, SpecCache& specs) const {
  if (name != edge.name) return false;
  if (key_spec == "*") return true;
  const CachedSpec& cached = specs.resolve(edge.name, edge.raw_spec, "/");
  if (!cached.parsed) return true;
  const package::PackageSpec& spec = cached.parsed->sub_spec ? *cached.parsed->sub_spec : *cached.parsed;
  switch (spec.type) {
    case package::SpecType::kGit:
      return !spec.git_range.empty() && ranges_intersect(spec.git_range, key_spec);
    case package::SpecType::kRange:
    case package::SpecType::kVersion:
      return ranges_intersect(spec.fetch_spec, key_spec);
    default:
      return true;  // a tag, file or directory cannot be compared, so the rule applies
  }
}

const OverrideSet* OverrideSet::edge_rule(const Edge& edge, SpecCache& specs) const {
  for (const OverrideSet* rule : ruleset())
    if (rule->matches(edge, specs)) return rule;
  return this;
}

const OverrideSet* OverrideSet::node_rule(const std::string& package, const std::string& version) const {
  for (const OverrideSet* rule : ruleset())
    if (rule->name == package &&
        (package::satisfies(version, rule->key_spec, {}) || package::satisfies(version, rule->value, {})))
      return rule;
  return this;
}

bool OverrideSet::have_conflicting_rules(const OverrideSet& first, const OverrideSet& second, SpecCache& specs) {
  const auto theirs = second.ruleset();
  for (const OverrideSet* mine : first.ruleset()) {
    const auto other =
        std::find_if(theirs.begin(), theirs.end(), [&](const OverrideSet* rule) { return rule->key == mine->key; });
    if (other == theirs.end() || mine->equals(*other)) continue;
    if (mine->value.starts_with('$') || (*other)->value.starts_with('$')) continue;
    const CachedSpec& a = specs.parse(mine->name + "@" + mine->value, "/");
    const CachedSpec& b = specs.parse((*other)->name + "@" + (*other)->value, "/");
    if (!a.parsed || !b.parsed || a.parsed->sub_spec || b.parsed->sub_spec || !a.range || !b.range) continue;
    if (!ranges_intersect(a.parsed->fetch_spec, b.parsed->fetch_spec)) return true;
  }
  return false;
}

const OverrideSet* OverrideSet::most_specific(const OverrideSet* first, const OverrideSet* second, SpecCache& specs,
                                              bool& conflict) {
  conflict = false;
  for (const OverrideSet* set = second; set != nullptr; set = set->parent)
    if (set->equals(first)) return second;
  for (const OverrideSet* set = first; set != nullptr; set = set->parent)
    if (set->equals(second)) return first;
  if (first == nullptr || second == nullptr) return first != nullptr ? first : second;
  if (have_conflicting_rules(*first, *second, specs)) {
    conflict = true;
    return nullptr;
  }
  for (const OverrideSet* b = second; b != nullptr; b = b->parent)
    for (const OverrideSet* a = first; a != nullptr; a = a->parent)
      if (a->equals(b)) return a;
  return nullptr;
}

bool OverrideSet::conflict(const OverrideSet* first, const OverrideSet* second, SpecCache& specs) {
  bool conflicting = false;
  most_specific(first, second, specs, conflicting);
  return conflicting;
}

}  // namespace hoist::resolver
