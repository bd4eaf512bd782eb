#include "cli/listing/explanation.hpp"

#include <algorithm>

#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

using resolver::InspectedEdge;
using resolver::InspectedNode;

std::string shown_name(const InspectedNode& node) { return node.top ? node.package_name : node.name; }

std::string indented(const std::vector<std::string>& parts) {
  return "\n  " + replace_all(join(parts, "\n"), "\n", "\n  ");
}

/// The field of a repaired manifest that the edge comes from; null when the repair is about other names.
Json repair_of(const Json& applied, const std::string& name, std::string_view label) {
  if (!applied.is_object()) return {};
  for (const std::string_view field : {"dependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta"}) {
    const Json* names = find_member(applied, field);
    if (names == nullptr || !names->is_array() || std::ranges::find(*names, Json(name)) == names->end()) continue;
    Json out = Json::object();
    if (const auto* value = find_string(applied, label)) out[std::string(label)] = *value;
    out["field"] = std::string(field);
    return out;
  }
  return {};
}

class Writer {
 public:
  Writer(const resolver::InspectedTree& tree, const Palette& colors) : tree_(tree), colors_(colors) {}

  std::string node(const Explanation& explanation) {
    return title(explanation) + dependents(explanation) + links(explanation);
  }

 private:
  [[nodiscard]] std::string kind(std::string_view type) const {
    if (type == "extraneous") return colors_.red(type);
    if (type == "dev") return colors_.blue(type);
    if (type == "workspace") return colors_.bright_blue(type);
    if (type == "bundled") return colors_.cyan(type);
    if (type == "overridden") return colors_.dim(type);
    return std::string(type);
  }

  [[nodiscard]] std::string title(const Explanation& explanation) const {
    const InspectedNode& node = *explanation.node;
    const auto undefined = [](const std::string& text) { return text.empty() ? std::string("undefined") : text; };
    const bool root = node.is_root();
    std::string text = printable(undefined(root ? "" : shown_name(node)) + '@' + undefined(root ? "" : node.version));
    if (explanation.complete && node.workspace) text = colors_.bright_blue(text);
    if (explanation.asked_for) {
      if (node.extraneous) {
        text += ' ' + kind("extraneous");
      } else {
        const std::pair<std::string_view, bool> flags[] = {{"dev", node.dev},
                                                           {"optional", node.optional},
                                                           {"peer", node.peer},
                                                           {"bundled", node.in_bundle},
                                                           {"overridden", node.overridden}};
        for (const auto& [name, set] : flags)
          if (set) text += ' ' + kind(name);
      }
    }
    if (explanation.complete) text += colors_.dim(printable("\n" + (root ? node.path : node.location)));
    return text;
  }

  std::string dependents(const Explanation& explanation) {
    if (explanation.dependents.empty()) return {};
    std::vector<std::string> parts;
    for (const auto& each : explanation.dependents) parts.push_back(edge(*each));
    return indented(parts);
  }

  std::string links(const Explanation& explanation) {
    if (explanation.links_in.empty()) return {};
    std::vector<std::string> parts;
    for (const auto& each : explanation.links_in) parts.push_back(node(*each));
    return indented(parts);
  }

  std::string edge(const ExplainedEdge& explained) {
    const InspectedEdge& edge = *explained.edge;
    std::string target = printable(fmt::format("{}@\"{}\"", edge.name, edge.spec));
    if (edge.type == "workspace") {
      const std::filesystem::path folder(edge.spec.substr(std::min<std::size_t>(5, edge.spec.size())));
      target = colors_.bold(printable(folder.lexically_relative(tree_.root).generic_string()));
    }
    if (edge.spec != edge.raw_spec)
      target = printable(fmt::format("{} {} (was \"{}\")", kind("overridden"), target, edge.raw_spec));
    std::string text = (edge.type == "prod" ? "" : kind(edge.type) + ' ') + (edge.bundled ? kind("bundled") + ' ' : "") +
                       target + " from " + from(*explained.from);
    const auto field = [](const Json& repair, std::string_view key) {
      const auto* value = repair.is_object() ? find_string(repair, key) : nullptr;
      return value == nullptr ? std::string("undefined") : *value;
    };
    if (!explained.package_extension.is_null())
      text += colors_.dim(printable(fmt::format(" (added by packageExtensions[\"{}\"].{}.{})",
                                                field(explained.package_extension, "selector"),
                                                field(explained.package_extension, "field"), edge.name)));
    if (!explained.npm_extension.is_null())
      text += colors_.dim(printable(fmt::format(" (changed by .npm-extension {} {}.{})",
                                                field(explained.npm_extension, "extensionPoint"),
                                                field(explained.npm_extension, "field"), edge.name)));
    return text;
  }

  std::string from(const Explanation& explanation) {
    if (explanation.node->is_root()) return "the root project";
    // A package met again on its own way up is named, not explained.
    const auto key = std::make_pair(explanation.node, explanation.complete);
    if (std::ranges::find(seen_, key) != seen_.end()) return title(explanation);
    seen_.push_back(key);
    std::string text = node(explanation);
    seen_.pop_back();
    return text;
  }

  const resolver::InspectedTree& tree_;
  const Palette& colors_;
  std::vector<std::pair<const InspectedNode*, bool>> seen_;
};

}  // namespace

std::shared_ptr<const Explanation> Explainer::explain(resolver::TreeIndex node) {
  auto explanation = explain_node(node, {});
  explanation->asked_for = true;
  return explanation;
}

std::shared_ptr<Explanation> Explainer::explain_node(resolver::TreeIndex index, const Seen& seen) {
  if (const auto known = nodes_.find(index); known != nodes_.end()) return known->second;
  auto made = describe(index, seen);
  nodes_[index] = made;
  return made;
}

std::shared_ptr<Explanation> Explainer::describe(resolver::TreeIndex index, Seen seen) {
  auto made = std::make_shared<Explanation>();
  const InspectedNode& node = tree_.nodes[index];
  made->node = &node;
  made->complete = node.is_root() || std::ranges::find(seen, index) == seen.end();
  if (node.is_root() || !made->complete) return made;
  seen.push_back(index);
  for (const auto in : node.edges_in) {
    // What does not satisfy an edge is not held in its place by it.
    const InspectedEdge& edge = tree_.edges[in];
    if (edge.valid() || tree_.nodes[edge.from].is_root()) made->dependents.push_back(explain_edge(in, seen));
  }
  for (const auto link : node.links_in) made->links_in.push_back(describe(link, seen));
  return made;
}

std::shared_ptr<const ExplainedEdge> Explainer::explain_edge(resolver::TreeIndex index, const Seen& seen) {
  if (const auto known = edges_.find(index); known != edges_.end()) return known->second;
  auto made = std::make_shared<ExplainedEdge>();
  const InspectedEdge& edge = tree_.edges[index];
  const InspectedNode& from = tree_.nodes[edge.from];
  made->edge = &edge;
  made->from = explain_node(edge.from, seen);
  made->package_extension = repair_of(from.package_extensions_applied, edge.name, "selector");
  made->npm_extension = repair_of(from.npm_extension_applied, edge.name, "extensionPoint");
  edges_[index] = made;
  return made;
}

Json Explainer::to_json(const Explanation& explanation) const {
  const InspectedNode& node = *explanation.node;
  Json out = Json::object();
  if (node.is_root()) {
    out["location"] = node.path;
  } else {
    out["name"] = shown_name(node);
    if (!node.version.empty()) out["version"] = node.version;
    if (node.package_name.empty() || node.version.empty()) {
      out["errors"] = Json::array({Json::object()});
      Json package = Json::object();
      if (!node.package_name.empty()) package["name"] = node.package_name;
      out["package"] = std::move(package);
    }
    if (!explanation.complete) return out;
    out["location"] = node.location;
    out["isWorkspace"] = node.workspace;
    out["dependents"] = Json::array();
    for (const auto& each : explanation.dependents) {
      const InspectedEdge& edge = *each->edge;
      Json one = {{"type", edge.type}, {"name", edge.name}, {"spec", edge.spec}};
      if (edge.spec != edge.raw_spec) {
        one["rawSpec"] = edge.raw_spec;
        one["overridden"] = true;
      }
      if (edge.bundled) one["bundled"] = true;
      if (!edge.error.empty()) one["error"] = edge.error;
      one["from"] = to_json(*each->from);
      if (!each->package_extension.is_null()) one["packageExtensions"] = each->package_extension;
      if (!each->npm_extension.is_null()) one["npmExtension"] = each->npm_extension;
      out["dependents"].push_back(std::move(one));
    }
    for (const auto& link : explanation.links_in) out["linksIn"].push_back(to_json(*link));
  }
  if (!explanation.asked_for) return out;
  if (node.extraneous) {
    out["extraneous"] = true;
    return out;
  }
  out["dev"] = node.dev;
  out["optional"] = node.optional;
  out["devOptional"] = node.dev_optional;
  out["peer"] = node.peer;
  out["bundled"] = node.in_bundle;
  out["overridden"] = node.overridden;
  return out;
}

std::string Explainer::to_text(const Explanation& explanation, const Palette& colors) const {
  return Writer(tree_, colors).node(explanation);
}

}  // namespace hoist::cli
