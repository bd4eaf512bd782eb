#include "cli/listing/query.hpp"

#include <algorithm>
#include <set>

#include "cli/config/glob.hpp"
#include "cli/listing/query_attributes.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/package/range.hpp"

namespace hoist::cli {
namespace {

using package::Version;
using resolver::InspectedEdge;
using resolver::InspectedNode;
using resolver::InspectedTree;
using resolver::TreeIndex;

/// Indices of items: the nodes of the tree, then what is missing.
using Items = std::vector<std::size_t>;

bool contains(const Items& items, std::size_t item) { return std::ranges::find(items, item) != items.end(); }

class Query {
 public:
  Query(const InspectedTree& tree, const QuerySources& sources, Reporter& reporter)
      : tree_(tree), sources_(sources), reporter_(reporter) {
    for (TreeIndex i = 0; i < tree.nodes.size(); ++i) inventory_.push_back(i);
    items_.resize(inventory_.size());
  }

  Result<std::vector<QueryMatch>> run(const SelectorList& selectors, TreeIndex start) {
    HOIST_TRY(Items found, select(selectors, inventory_, start));
    std::stable_sort(found.begin(), found.end(),
                     [&](std::size_t a, std::size_t b) { return locale_compare(location(a), location(b)) < 0; });
    std::vector<QueryMatch> matches;
    for (const std::size_t item : found) {
      QueryMatch match{std::nullopt, items_[item].missing_edge, items_[item].context};
      if (item < tree_.nodes.size()) match.node = item;
      matches.push_back(std::move(match));
    }
    return matches;
  }

 private:
  struct Item {
    std::optional<TreeIndex> missing_edge;
    Json package;  ///< of what is missing
    Json context = Json::object();
  };

  // --- what an item is
  [[nodiscard]] bool is_node(std::size_t item) const { return item < tree_.nodes.size(); }
  [[nodiscard]] const InspectedNode& node(std::size_t item) const { return tree_.nodes[item]; }
  [[nodiscard]] std::string location(std::size_t item) const { return is_node(item) ? node(item).location : ""; }
  [[nodiscard]] const Json& package(std::size_t item) const {
    return is_node(item) ? sources_.document(node(item).target) : items_[item].package;
  }
  [[nodiscard]] std::string name(std::size_t item) const {
    return is_node(item) ? node(item).name : tree_.edges[*items_[item].missing_edge].name;
  }
  [[nodiscard]] std::vector<TreeIndex> edges_in(std::size_t item) const {
    return is_node(item) ? node(item).edges_in : std::vector<TreeIndex>{*items_[item].missing_edge};
  }

  template <class Test>
  Items filter(const Items& items, Test&& test) const {
    Items out;
    for (const std::size_t item : items)
      if (test(item)) out.push_back(item);
    return out;
  }
  /// For tests that what is missing never passes.
  template <class Test>
  Items filter_nodes(const Items& items, Test&& test) const {
    return filter(items, [&](std::size_t item) { return is_node(item) && test(node(item)); });
  }

  // --- walking a selector
  Result<Items> select(const SelectorList& selectors, const Items& initial, std::optional<TreeIndex> scope) {
    Items all;
    for (std::size_t i = 0; i < selectors.size(); ++i) {
      // Only the first of several starts out with items; others get theirs with their first simple selector.
      HOIST_TRY(const Items found, select_one(selectors[i], initial, i == 0 ? initial : Items{}, scope));
      for (const std::size_t item : found)
        if (!contains(all, item)) all.push_back(item);
    }
    return all;
  }

  Result<Items> select_one(const ComplexSelector& selector, const Items& initial, Items current,
                           std::optional<TreeIndex> scope) {
    const std::string* combinator = nullptr;
    for (std::size_t i = 0; i < selector.size(); ++i) {
      const SimpleSelector& simple = selector[i];
      if (simple.kind == SelectorKind::kCombinator) {
        combinator = &simple.value;
        continue;
      }
      const bool after_combinator = i > 0 && selector[i - 1].kind == SelectorKind::kCombinator;
      const Items& start = i == 0 ? initial : after_combinator ? inventory_ : current;
      HOIST_TRY(Items next, apply(simple, start, scope));
      current = combinator == nullptr ? std::move(next) : combine(*combinator, current, next);
      combinator = nullptr;
    }
    return current;
  }

  Result<Items> apply(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> scope) {
    switch (simple.kind) {
      case SelectorKind::kUniversal:
        return start;
      case SelectorKind::kId:
        return filter(start, [&](std::size_t item) {
          const auto* own = find_string(package(item), "name");
          return name(item) == simple.value || (own != nullptr && *own == simple.value);
        });
      case SelectorKind::kAttribute:
        return filter(start, [&](std::size_t item) { return matches_attribute(simple.matcher, package(item)); });
      case SelectorKind::kClass:
        return apply_class(simple.value, start);
      case SelectorKind::kPseudo:
        return apply_pseudo(simple, start, scope);
      default:
        return fail("EQUERYNOSELECTOR", fmt::format("`{}` is not a supported selector.", simple.value));
    }
  }

  // --- classes
  Result<Items> apply_class(const std::string& type, const Items& start) {
    if (type == "prod") return filter_nodes(start, [](const InspectedNode& node) { return !node.dev; });
    if (type == "dev" || type == "optional" || type == "peer")
      return filter(start, [&](std::size_t item) {
        std::set<TreeIndex> seen;
        return has_flag(item, type) || is_of_type(item, type, seen);
      });
    if (type == "workspace") return filter_nodes(start, [](const InspectedNode& node) { return node.workspace; });
    if (type == "bundled") return filter_nodes(start, [](const InspectedNode& node) { return node.in_bundle; });
    return fail("EQUERYNODEPTYPE", fmt::format("`.{}` is not a supported dependency type.", printable(type)));
  }

  [[nodiscard]] bool has_flag(std::size_t item, std::string_view type) const {
    if (!is_node(item)) return true;
    return type == "dev" ? node(item).dev : type == "optional" ? node(item).optional : node(item).peer;
  }

  bool is_of_type(std::size_t item, const std::string& type, std::set<TreeIndex>& seen) const {
    for (const TreeIndex in : edges_in(item)) {
      if (!seen.insert(in).second) continue;
      const InspectedEdge& edge = tree_.edges[in];
      if (edge.type == type || has_flag(edge.from, type) || is_of_type(edge.from, type, seen)) return true;
    }
    return false;
  }

  // --- combinators
  [[nodiscard]] bool has_parent(std::size_t item, const Items& parents) const {
    for (const std::size_t each : parents) {
      const std::size_t parent = is_node(each) ? node(each).target : each;
      if (is_node(item) && node(item).top && node(item).resolve_parent == parent)
        for (const TreeIndex link : node(item).links_in)
          if (node(link).parent == parent) return true;
      for (const TreeIndex in : edges_in(item))
        if (tree_.edges[in].from == parent) return true;
    }
    return false;
  }

  bool has_ancestor(std::size_t item, const Items& ancestors, std::set<TreeIndex>& seen) const {
    if (has_parent(item, ancestors)) return true;
    if (is_node(item) && node(item).top && node(item).resolve_parent) {
      std::set<TreeIndex> fresh;
      if (has_ancestor(*node(item).resolve_parent, ancestors, fresh)) return true;
    }
    for (const TreeIndex in : edges_in(item))
      if (seen.insert(in).second && has_ancestor(tree_.edges[in].from, ancestors, seen)) return true;
    if (is_node(item))
      for (const TreeIndex link : node(item).links_in)
        if (has_ancestor(link, ancestors, seen)) return true;
    return false;
  }

  [[nodiscard]] Items combine(const std::string& combinator, const Items& left, const Items& right) const {
    if (combinator == ">") return filter(right, [&](std::size_t item) { return has_parent(item, left); });
    if (combinator == " ")
      return filter(right, [&](std::size_t item) {
        std::set<TreeIndex> seen;
        return has_ancestor(item, left, seen);
      });
    if (combinator != "~") return right;
    Items parents;
    for (const std::size_t item : left)
      for (const TreeIndex in : edges_in(item))
        if (!contains(parents, tree_.edges[in].from)) parents.push_back(tree_.edges[in].from);
    return filter(right, [&](std::size_t item) { return !contains(left, item) && has_parent(item, parents); });
  }

  // --- pseudo classes
  Result<Items> apply_pseudo(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> scope) {
    using Function = Result<Items> (Query::*)(const SimpleSelector&, const Items&, std::optional<TreeIndex>);
    static const std::map<std::string_view, Function> kWithArguments{
        {"attr", &Query::attr},         {"has", &Query::has},   {"is", &Query::is},     {"not", &Query::is_not},
        {"missing", &Query::missing},   {"path", &Query::path}, {"root", &Query::root}, {"scope", &Query::scope},
        {"semver", &Query::semver},     {"type", &Query::type}, {"vuln", &Query::vuln}, {"outdated", &Query::outdated},
        {"private", &Query::is_private}};
    if (const auto known = kWithArguments.find(simple.value); known != kWithArguments.end())
      return (this->*known->second)(simple, start, scope);
    using Test = bool (*)(const InspectedTree&, const InspectedNode&);
    static const std::map<std::string_view, Test> kTests{
        {"empty", [](const InspectedTree&, const InspectedNode& node) { return node.edges_out.empty(); }},
        {"extraneous", [](const InspectedTree&, const InspectedNode& node) { return node.extraneous; }},
        {"overridden", [](const InspectedTree&, const InspectedNode& node) { return node.overridden; }},
        {"link", [](const InspectedTree&, const InspectedNode& node) { return node.link || (node.top && !node.is_root()); }},
        {"deduped",
         [](const InspectedTree& tree, const InspectedNode& node) { return tree.nodes[node.target].edges_in.size() > 1; }},
        {"invalid", [](const InspectedTree& tree, const InspectedNode& node) {
           return std::ranges::any_of(node.edges_in, [&](TreeIndex in) { return tree.edges[in].error == "INVALID"; });
         }}};
    if (const auto known = kTests.find(simple.value); known != kTests.end())
      return filter_nodes(start, [&](const InspectedNode& node) { return known->second(tree_, node); });
    return fail("EQUERYNOPSEUDO", fmt::format("`:{}` is not a supported pseudo selector.", printable(simple.value)));
  }

  Result<Items> attr(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    return filter(start, [&](std::size_t item) { return matches_path(simple, package(item)); });
  }

  Result<Items> is_private(const SimpleSelector& /*simple*/, const Items& start, std::optional<TreeIndex> /*scope*/) {
    return filter(start, [&](std::size_t item) { return is_truthy(find_member(package(item), "private")); });
  }

  Result<Items> has(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    Items out;
    for (const std::size_t item : start) {
      HOIST_TRY(const Items found, select(*simple.nested, {item}, item));
      if (!found.empty()) out.push_back(item);
    }
    return out;
  }

  // Inside of :is and :not there is no scope, in npm as here.
  Result<Items> is(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    return select(*simple.nested, start, std::nullopt);
  }

  Result<Items> is_not(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    HOIST_TRY(const Items found, select(*simple.nested, start, std::nullopt));
    return filter(start, [&](std::size_t item) { return !contains(found, item); });
  }

  Result<Items> missing(const SimpleSelector& /*simple*/, const Items& /*start*/, std::optional<TreeIndex> /*scope*/) {
    Items out;
    for (const TreeIndex index : inventory_)
      for (const TreeIndex at : tree_.nodes[index].edges_out) {
        const InspectedEdge& edge = tree_.edges[at];
        if (edge.error != "MISSING") continue;
        out.push_back(items_.size());
        Json package = {{"name", edge.name}, {"version", edge.spec}, {"_id", edge.name + '@' + edge.spec}};
        items_.push_back({at, std::move(package), {{"missing", true}}});
      }
    return out;
  }

  Result<Items> path(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    if (!simple.argument || simple.argument->empty()) return start;
    const auto pattern = (tree_.root / *simple.argument).lexically_normal().generic_string();
    return filter_nodes(start, [&](const InspectedNode& node) { return glob_match(pattern, node.realpath); });
  }

  Result<Items> root(const SimpleSelector& /*simple*/, const Items& start, std::optional<TreeIndex> scope) {
    return filter(start, [&](std::size_t item) { return scope && item == 0; });
  }

  Result<Items> scope(const SimpleSelector& /*simple*/, const Items& start, std::optional<TreeIndex> scope) {
    return filter(start, [&](std::size_t item) { return scope && item == *scope; });
  }

  Result<Items> semver(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    if (!simple.argument || simple.argument->empty()) {
      reporter_.log(LogLevel::kWarn, "query", "usage of :semver() with no parameters is deprecated");
      return start;
    }
    if (!Version::parse(*simple.argument) && !package::Range::parse(*simple.argument))
      return fail("EQUERYINVALIDSEMVER",
                  fmt::format("`{}` is not a valid semver version or range", printable(*simple.argument)));
    Items out;
    for (const std::size_t item : start) {
      HOIST_TRY(const bool matches, matches_semver(simple, package(item)));
      if (matches) out.push_back(item);
    }
    return out;
  }

  Result<Items> type(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    if (!simple.argument || simple.argument->empty()) return start;
    Items out;
    for (const std::size_t item : start)
      for (const TreeIndex in : edges_in(item)) {
        const InspectedEdge& edge = tree_.edges[in];
        const auto spec = package::parse_spec(edge.name + '@' + edge.spec, tree_.root);
        if (!spec || !is_node(item)) continue;
        const bool wanted = *simple.argument == "registry" ? spec->registry() : to_string(spec->type) == *simple.argument;
        if (wanted) out.push_back(item);
      }
    return out;
  }

  // --- the registry
  Result<Items> vuln(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    if (start.empty()) return start;
    if (!advisories_) {
      Json packages = Json::object();
      for (const std::size_t item : start) {
        if ((is_node(item) && node(item).is_root()) || is_truthy(find_member(package(item), "private"))) continue;
        Json& versions = packages[name(item)];
        if (versions.is_null()) versions = Json::array();
        const Json version = is_node(item) ? Json(node(item).version) : package(item)["version"];
        if (std::ranges::find(versions, version) == versions.end()) versions.push_back(version);
      }
      HOIST_TRY(advisories_, sources_.advisories(packages));
    }
    return filter_nodes(start, [&](const InspectedNode& node) { return is_vulnerable(simple, node); });
  }

  bool is_vulnerable(const SimpleSelector& simple, const InspectedNode& node) {
    const Json* known = advisories_->is_object() ? find_member(*advisories_, node.name) : nullptr;
    if (known == nullptr || !known->is_array()) return false;
    const auto version = package::Range::parse(node.version);
    Json matching = Json::array();
    for (const Json& advisory : *known) {
      const auto* text = advisory.is_object() ? find_string(advisory, "vulnerable_versions") : nullptr;
      const auto range = text == nullptr ? std::nullopt : to_optional(package::Range::parse(*text));
      if (!range || !version || !package::intersects(*range, *version)) continue;
      if (simple.vulnerabilities.empty() ||
          std::ranges::any_of(simple.vulnerabilities, [&](const auto& each) { return fits(each, advisory); }))
        matching.push_back(advisory);
    }
    if (matching.empty()) return false;
    items_[static_cast<std::size_t>(&node - tree_.nodes.data())].context = {{"advisories", std::move(matching)}};
    return true;
  }

  static std::optional<package::Range> to_optional(Result<package::Range> range) {
    return range ? std::optional(*std::move(range)) : std::nullopt;
  }

  static bool fits(const VulnerabilityFilter& filter, const Json& advisory) {
    const auto holds = [](const std::vector<std::string>& list, std::string_view text) {
      return std::ranges::find(list, text) != list.end();
    };
    if (!filter.severity.empty() && !holds(filter.severity, "*")) {
      const auto* severity = find_string(advisory, "severity");
      if (severity == nullptr || !holds(filter.severity, *severity)) return false;
    }
    if (filter.cwe.empty()) return true;
    const Json* cwe = find_member(advisory, "cwe");
    if (cwe == nullptr || !cwe->is_array()) return false;
    if (holds(filter.cwe, "*")) return !cwe->empty();
    return std::ranges::all_of(filter.cwe, [&](const std::string& each) {
      return std::ranges::find(*cwe, Json("CWE-" + each)) != cwe->end();
    });
  }

  Result<Items> outdated(const SimpleSelector& simple, const Items& start, std::optional<TreeIndex> /*scope*/) {
    const std::string kind = simple.argument.value_or("any");
    return filter_nodes(start, [&](const InspectedNode& node) { return is_outdated(kind, node); });
  }

  bool is_outdated(const std::string& kind, const InspectedNode& node) {
    const auto item = static_cast<std::size_t>(&node - tree_.nodes.data());
    if (node.is_root() || is_truthy(find_member(package(item), "private"))) return false;
    auto known = versions_.find(node.name);
    if (known == versions_.end()) known = versions_.emplace(node.name, sources_.versions(node.name)).first;
    items_[item].context["versions"] = known->second;
    const auto current = Version::parse(node.version);
    std::vector<Version> newer;
    std::vector<std::string> texts;
    for (const auto& text : known->second)
      if (auto version = Version::parse(text); version && current && *version > *current) {
        newer.push_back(*std::move(version));
        texts.push_back(text);
      }
    if (newer.empty()) return false;
    if (kind == "any") return true;
    if (kind == "major" || kind == "minor" || kind == "patch")
      return std::ranges::any_of(newer, [&](const Version& each) { return package::diff(*current, each) == kind; });
    if (kind != "in-range" && kind != "out-of-range") return false;
    const bool inside = kind == "in-range";
    Json found = Json::array();
    for (const TreeIndex in : node.edges_in) {
      const InspectedEdge& edge = tree_.edges[in];
      Json versions = Json::array();
      for (const auto& text : texts)
        if (package::satisfies(text, edge.spec) == inside) versions.push_back(text);
      if (!versions.empty()) found.push_back({{"from", tree_.nodes[edge.from].location}, {"versions", versions}});
    }
    if (found.empty()) return false;
    items_[item].context["outdated"][inside ? "inRange" : "outOfRange"] = std::move(found);
    return true;
  }

  const InspectedTree& tree_;
  const QuerySources& sources_;
  Reporter& reporter_;
  Items inventory_;
  std::vector<Item> items_;
  std::optional<Json> advisories_;
  std::map<std::string, std::vector<std::string>> versions_;
};

}  // namespace

Result<std::vector<QueryMatch>> run_query(const InspectedTree& tree, const SelectorList& selectors,
                                          const QuerySources& sources, TreeIndex start, Reporter& reporter) {
  return Query(tree, sources, reporter).run(selectors, start);
}

}  // namespace hoist::cli
