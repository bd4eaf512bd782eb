#include "cli/listing/outdated.hpp"

#include <algorithm>

#include "cli/config/glob.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_spec.hpp"
#include "hoist/resolver/pick_manifest.hpp"

namespace hoist::cli {
namespace {

using package::PackageSpec;
using resolver::InspectedEdge;
using resolver::InspectedNode;
using resolver::InspectedTree;
using resolver::TreeIndex;

class Collector {
 public:
  Collector(const InspectedTree& tree, const OutdatedOptions& options) : tree_(tree), options_(options) {}

  std::vector<OutdatedCandidate> run() {
    if (!options_.names.empty()) {
      for (const auto& name : options_.names)
        for (const auto& node : tree_.nodes)
          if (node.name == name)
            for (const TreeIndex edge : node.edges_in) add_edge(edge);
      return std::move(found_);
    }
    if (options_.all)
      for (TreeIndex i = 0; i < tree_.nodes.size(); ++i) add_dependencies(i);
    add_dependencies(0);
    if (options_.global) return std::move(found_);
    for (const TreeIndex at : tree_.nodes.front().edges_out) {
      const auto& to = tree_.edges[at].to;
      if (to && tree_.nodes[tree_.nodes[*to].target].workspace) add_dependencies(tree_.nodes[*to].target);
    }
    return std::move(found_);
  }

 private:
  void add_dependencies(TreeIndex index) {
    const InspectedNode& node = tree_.nodes[index];
    if (!options_.global) {
      for (const TreeIndex edge : node.edges_out) add_edge(edge);
      return;
    }
    for (const TreeIndex child : node.children) add({std::nullopt, child, tree_.nodes[child].name, ""});
  }

  void add_edge(TreeIndex index) {
    const InspectedEdge& edge = tree_.edges[index];
    const bool filtered = std::ranges::find(options_.filter, true) != options_.filter.end();
    if (filtered && !options_.filter[edge.from]) return;
    add({index, edge.to, edge.name, edge.spec});
  }

  void add(OutdatedCandidate candidate) {
    if (std::ranges::find(found_, candidate) == found_.end()) found_.push_back(std::move(candidate));
  }

  const InspectedTree& tree_;
  const OutdatedOptions& options_;
  std::vector<OutdatedCandidate> found_;
};

/// The registry spec behind a dependency: an alias is what it stands for. nullopt for folders, git and the like.
std::optional<PackageSpec> registry_spec(const OutdatedCandidate& candidate) {
  auto spec = package::resolve_spec(candidate.name, candidate.spec, "/");
  if (!spec || !spec->registry()) return std::nullopt;
  return spec->sub_spec ? *spec->sub_spec : *std::move(spec);
}

std::string field_of(const InspectedEdge* edge, const InspectedNode* node) {
  const bool optional = edge != nullptr ? edge->optional() : node->optional;
  const bool peer = edge != nullptr ? edge->peer() : node->peer;
  const bool dev = edge != nullptr ? edge->type == "dev" : node->dev;
  return optional ? "optionalDependencies" : peer ? "peerDependencies" : dev ? "devDependencies" : "dependencies";
}

bool is_omitted(const InspectedNode& node, const std::vector<std::string>& omit) {
  return std::ranges::any_of(omit, [&](const std::string& kind) {
    return (kind == "dev" && node.dev) || (kind == "optional" && node.optional) || (kind == "peer" && node.peer);
  });
}

bool is_age_excluded(const std::string& name, const resolver::ResolveOptions& options) {
  return std::ranges::any_of(options.min_release_age_exclude, [&](const std::string& pattern) {
    return pattern == name || glob_match(pattern, name);
  });
}

/// Failures that mean there is nothing to compare with.
bool is_passed_over(const Error& error) {
  return error.code == "ETARGET" || error.code == "E403" || error.code == "E404";
}

struct Versions {
  std::string wanted, latest;
};

Result<Versions> pick_versions(const package::Packument& packument, const PackageSpec& spec,
                               const resolver::ResolveOptions& options) {
  const resolver::PickOptions pick{.default_tag = options.default_tag,
                                   .node_version = options.node_version,
                                   .npm_version = options.npm_version,
                                   .before = is_age_excluded(spec.name, options) ? std::nullopt : options.before};
  HOIST_TRY(const auto* const wanted, resolver::pick_manifest(packument, spec, pick));
  HOIST_TRY(const auto any, package::resolve_spec(spec.name, "*", "/"));
  HOIST_TRY(const auto* const latest, resolver::pick_manifest(packument, any, pick));
  return Versions{wanted->version, latest->version};
}

OutdatedPackage describe(const InspectedTree& tree, const OutdatedCandidate& candidate, Versions versions) {
  const InspectedEdge* edge = candidate.edge ? &tree.edges[*candidate.edge] : nullptr;
  const InspectedNode* node = candidate.node ? &tree.nodes[*candidate.node] : nullptr;
  OutdatedPackage out;
  const bool alias = candidate.spec.starts_with("npm:");
  out.name = alias ? candidate.name + candidate.spec.substr(3) : candidate.name;
  out.type = field_of(edge, node);
  out.wanted = std::move(versions.wanted);
  out.latest = std::move(versions.latest);
  if (node != nullptr) {
    if (!node->version.empty()) out.current = node->version;
    out.path = node->path;
    out.location = node->location;
  }
  out.dependent = out.depended_by_location = "global";
  if (edge == nullptr) return out;
  const InspectedNode& from = tree.nodes[edge->from];
  out.dependent = from.name;
  out.depended_by_location = from.location;
  if (from.workspace) out.workspace_dependent = from.package_name + '@' + from.version;
  return out;
}

std::string aligned(const std::vector<std::vector<std::string>>& plain,
                    const std::vector<std::vector<std::string>>& shown) {
  std::vector<std::size_t> widths;
  for (const auto& row : plain)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (std::size_t r = 0; r < plain.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < plain[r].size(); ++i) {
      const std::string padding(widths[i] - plain[r][i].size(), ' ');
      const bool right = i >= 1 && i <= 3;
      line += (i == 0 ? "" : "  ") + (right ? padding + shown[r][i] : shown[r][i] + padding);
    }
    while (line.ends_with(' ')) line.pop_back();
    text += (r == 0 ? "" : "\n") + line;
  }
  return text;
}

}  // namespace

std::vector<OutdatedCandidate> outdated_candidates(const InspectedTree& tree, const OutdatedOptions& options) {
  return Collector(tree, options).run();
}

Result<std::vector<OutdatedPackage>> find_outdated(const InspectedTree& tree,
                                                   const std::vector<OutdatedCandidate>& candidates,
                                                   const OutdatedOptions& options,
                                                   const resolver::ResolveOptions& resolve,
                                                   package::PackumentSource& packuments) {
  const auto specs = [&] {
    std::vector<std::optional<PackageSpec>> list;
    for (const auto& candidate : candidates) {
      const InspectedNode* node = candidate.node ? &tree.nodes[*candidate.node] : nullptr;
      const InspectedEdge* edge = candidate.edge ? &tree.edges[*candidate.edge] : nullptr;
      const bool absent = edge != nullptr && edge->error == "MISSING" && field_of(edge, node) != "dependencies";
      const bool left_out = absent || (node != nullptr && is_omitted(*node, resolve.omit));
      list.push_back(left_out ? std::nullopt : registry_spec(candidate));
      if (list.back()) packuments.prefetch(list.back()->name);
    }
    return list;
  }();
  std::vector<OutdatedPackage> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!specs[i]) continue;
    const auto packument = packuments.get(specs[i]->name);
    auto versions = packument ? pick_versions(**packument, *specs[i], resolve) : std::unexpected(packument.error());
    if (!versions) {
      if (is_passed_over(versions.error())) continue;
      return std::unexpected(std::move(versions).error());
    }
    auto described = describe(tree, candidates[i], *std::move(versions));
    if (described.current == described.wanted && described.wanted == described.latest) continue;
    if (options.homepage)
      if (const auto document = (*packument)->document())
        if (const auto* homepage = find_string(*document, "homepage")) described.homepage = *homepage;
    found.push_back(std::move(described));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    const int by_name = locale_compare(a.name, b.name);
    return by_name != 0 ? by_name < 0 : locale_compare(a.dependent, b.dependent) < 0;
  });
  return found;
}

std::string outdated_table(const std::vector<OutdatedPackage>& list, bool long_form, const Palette& colors) {
  std::vector<std::vector<std::string>> plain, shown;
  plain.push_back({"Package", "Current", "Wanted", "Latest", "Location", "Depended by"});
  if (long_form) plain.back().insert(plain.back().end(), {"Package Type", "Homepage", "Depended By Location"});
  shown.emplace_back();
  for (const auto& title : plain.front()) shown.back().push_back(colors.bold(title));
  for (const auto& each : list) {
    const bool in_workspace = !each.workspace_dependent.empty();
    std::vector<std::string> row{each.name,   each.current.value_or("MISSING"),
                                 each.wanted, each.latest,
                                 each.location.value_or("-"), in_workspace ? each.workspace_dependent : each.dependent};
    if (long_form) row.insert(row.end(), {each.type, each.homepage.value_or(""), each.depended_by_location});
    for (auto& cell : row) cell = printable(cell);
    auto colored = row;
    colored[0] = each.current == each.wanted ? colors.yellow(row[0]) : colors.red(row[0]);
    colored[2] = colors.cyan(row[2]);
    colored[3] = colors.blue(row[3]);
    if (in_workspace) colored[5] = colors.blue(row[5]);
    if (long_form) colored[7] = colors.blue(row[7]);
    plain.push_back(std::move(row));
    shown.push_back(std::move(colored));
  }
  return aligned(plain, shown);
}

std::string outdated_lines(const std::vector<OutdatedPackage>& list, bool long_form) {
  std::vector<std::string> lines;
  for (const auto& each : list) {
    std::string line = fmt::format("{}:{}@{}:{}:{}@{}:{}", each.path.value_or(""), each.name, each.wanted,
                                   each.current ? each.name + '@' + *each.current : "MISSING", each.name, each.latest,
                                   each.dependent);
    if (long_form) line += fmt::format(":{}:{}:{}", each.type, each.homepage.value_or(""), each.depended_by_location);
    lines.push_back(printable(line));
  }
  return join(lines, "\n");
}

Json outdated_json(const std::vector<OutdatedPackage>& list, bool long_form) {
  Json out = Json::object();
  for (const auto& each : list) {
    Json one = Json::object();
    if (each.current) one["current"] = *each.current;
    one["wanted"] = each.wanted;
    one["latest"] = each.latest;
    one["dependent"] = each.dependent;
    if (each.path) one["location"] = *each.path;
    if (long_form) {
      one["type"] = each.type;
      if (each.homepage) one["homepage"] = *each.homepage;
      one["dependedByLocation"] = each.depended_by_location;
    }
    auto known = out.find(each.name);
    if (known == out.end()) {
      out[each.name] = std::move(one);
    } else {
      if (!known->is_array()) *known = Json::array({*known});
      known->push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace hoist::cli
