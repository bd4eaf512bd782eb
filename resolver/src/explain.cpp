#include "explain.hpp"

#include <algorithm>

#include "hoist/base/text.hpp"

namespace hoist::resolver {
namespace {

/// Depth of the report on the terminal (npm 12: 4).
constexpr int kReportDepth = 4;

using Seen = std::vector<const Node*>;

/// A virtual root speaks for the node it stands for.
Node* real(Node* node) {
  while (node->source_reference != nullptr) node = node->source_reference;
  return node;
}

std::string describe_node(Node& node, int depth, Seen& seen);
std::string describe_edge(Edge& edge, int depth, Seen& seen);

std::string indent_below(const std::string& text) { return "\n  " + replace_all(text, "\n", "\n  "); }

std::string identity(const Node& node) {
  const bool by_package = node.is_project_root() || node.is_top();
  std::string out =
      printable((by_package && !node.package_name().empty() ? node.package_name() : node.name) + "@" + node.version());
  if (node.flags.extraneous && node.root()->source_reference == nullptr && node.edges_in.empty()) out += " extraneous";
  if (!node.location.empty()) out += "\n" + node.location;
  return out;
}

/// The edges that keep a node where it is, half of `depth` in full and the names of the others.
std::string describe_dependents(Node& node, int depth, Seen& seen) {
  if (depth <= 0) return {};
  std::vector<Edge*> edges;
  node.edges_in.for_each([&](Edge* edge) {
    if (edge->valid() || edge->from->is_project_root()) edges.push_back(edge);
  });
  if (edges.empty()) return {};
  const std::size_t most = static_cast<std::size_t>((depth + 1) / 2);
  std::string out;
  for (std::size_t i = 0; i < std::min(most, edges.size()); ++i)
    out += (i ? "\n" : "") + describe_edge(*edges[i], depth, seen);
  if (edges.size() > most) {
    std::vector<std::string> names;
    std::size_t length = 0;
    for (std::size_t i = most; i < edges.size(); ++i) {
      const Node* from = real(edges[i]->from);
      const std::string name = from->is_project_root() ? "the root project" : from->name;
      length += name.size();
      if (length >= 50 && i + 1 < edges.size()) {
        names.emplace_back("...");
        break;
      }
      names.push_back(name);
    }
    out += fmt::format("\n{} more ({})", edges.size() - most, join(names, ", "));
  }
  return indent_below(out);
}

std::string describe_node(Node& node, int depth, Seen& seen) {
  Node& shown = *real(&node);
  return identity(shown) + describe_dependents(shown, depth, seen);
}

std::string describe_from(Node& from, int depth, Seen& seen) {
  Node& shown = *real(&from);
  if (shown.is_project_root()) return "the root project";
  if (std::find(seen.begin(), seen.end(), &shown) != seen.end()) return identity(shown);
  seen.push_back(&shown);
  std::string out = identity(shown) + describe_dependents(shown, depth - 1, seen);
  seen.pop_back();
  return out;
}

std::string describe_edge(Edge& edge, int depth, Seen& seen) {
  const std::string spec = edge.spec();
  std::string out = edge.type == EdgeType::kProd ? "" : std::string(to_string(edge.type)) + " ";
  if (spec != edge.raw_spec) out += "overridden ";
  out += fmt::format("{}@\"{}\"", edge.name, spec);
  if (spec != edge.raw_spec) out += fmt::format(" (was \"{}\")", edge.raw_spec);
  return printable(out) + " from " +
         (edge.from != nullptr ? describe_from(*edge.from, depth, seen) : "a removed package");
}

std::string describe(const ConflictReport& report, int depth) {
  Seen seen;
  std::string out;
  for (Node* node : {report.dep, report.current, report.edge->from}) {
    if (node == nullptr || node->root()->source_reference == nullptr) continue;
    const Node* source = node->root()->source_reference;
    out += printable("While resolving: " + (source->package_name().empty() ? source->name : source->package_name()) +
                     "@" + source->version()) +
           "\n";
    break;
  }
  Node* found = report.current != nullptr ? report.current : report.peer_current;
  out += "Found: " + (found != nullptr ? describe_node(*found, depth, seen) : describe_edge(*report.edge, depth, seen));
  out += "\n\nCould not resolve dependency:\n" + describe_edge(*report.edge, depth, seen);
  if (report.peer_edge != nullptr && report.dep != nullptr) {
    Node* peer = report.peer_edge == report.edge ? report.dep : report.peer_edge->to;
    if (peer != nullptr) out += "\n\nConflicting peer dependency: " + describe_node(*peer, depth, seen);
  }
  return out;
}

}  // namespace

Error explain_conflict(const ConflictReport& report) {
  const bool while_loading = report.dep == nullptr;
  Error error;
  error.code = "ERESOLVE";
  error.message = (while_loading ? "unable to resolve dependency tree" : "could not resolve") + std::string("\n\n") +
                  describe(report, kReportDepth);
  error.hint =
      "Fix the upstream dependency conflict, or retry this command with --force or --legacy-peer-deps to accept an "
      "incorrect (and potentially broken) dependency resolution.";
  return error;
}

std::string explain_overridden_peer(Edge& edge, Node& with) {
  return "overriding peer dependency\n" +
         describe(
             {.edge = &edge, .dep = &with, .current = edge.from != nullptr ? edge.from->resolve(edge.id) : nullptr}, 2);
}

}  // namespace hoist::resolver
