#include "explain.hpp"

#include <algorithm>
#include <unordered_set>

#include "hoist/base/text.hpp"

namespace hoist::resolver {
namespace {

/// How far a report follows dependents (npm 12): on failure, and in a warning.
constexpr int kReportDepth = 4, kWarningDepth = 2;

using Shown = std::vector<const NodeExplanation*>;

std::string identity(const NodeExplanation& node) {
  if (node.is_root) return "undefined@undefined";
  std::string out = printable(node.name + "@" + node.version);
  if (!node.location.empty()) out += "\n" + node.location;
  return out;
}

bool same_place(const NodeExplanation& a, const NodeExplanation& b) {
  return a.name == b.name && a.version == b.version && a.location == b.location;
}

std::string below(const std::vector<std::string>& messages) {
  return messages.empty() ? std::string() : "\n  " + replace_all(join(messages, "\n"), "\n", "\n  ");
}

std::string describe_edge(const EdgeExplanation& edge, int depth, Shown& shown);
std::string describe_node(const NodeExplanation& node, int depth, Shown& shown);

/// `3 more (a, b, the root project)`.
std::string names_of_rest(const NodeExplanation& node, std::size_t from) {
  constexpr std::size_t kMaxLength = 50;
  std::vector<std::string> names;
  std::size_t length = 0;
  for (std::size_t i = from; i < node.dependents.size(); ++i) {
    const NodeExplanation* dependent = node.dependents[i]->from;
    const std::string name = dependent == nullptr || dependent->is_root ? "the root project" : dependent->name;
    length += name.size();
    if (length >= kMaxLength && i + 1 < node.dependents.size()) {
      names.emplace_back("...");
      break;
    }
    names.push_back(name);
  }
  return printable(fmt::format("{} more ({})", node.dependents.size() - from, join(names, ", ")));
}

/// The edges that keep a node where it is, half of `depth` in full and the names of the others; and its links.
std::string describe_dependents(const NodeExplanation& node, int depth, Shown& shown) {
  if (depth <= 0) return {};
  std::vector<std::string> messages;
  const std::size_t most = std::min(static_cast<std::size_t>((depth + 1) / 2), node.dependents.size());
  for (std::size_t i = 0; i < most; ++i) messages.push_back(describe_edge(*node.dependents[i], depth, shown));
  if (most < node.dependents.size()) messages.push_back(names_of_rest(node, most));
  std::string out = below(messages);
  messages.clear();
  for (const NodeExplanation* link : node.links_in) messages.push_back(describe_node(*link, depth - 1, shown));
  return out + below(messages);
}

std::string describe_node(const NodeExplanation& node, int depth, Shown& shown) {
  return identity(node) + describe_dependents(node, depth, shown);
}

std::string describe_from(const NodeExplanation& from, int depth, Shown& shown) {
  if (from.is_root) return "the root project";
  const bool again =
      std::any_of(shown.begin(), shown.end(), [&](const NodeExplanation* each) { return same_place(*each, from); });
  if (again) return identity(from);
  shown.push_back(&from);
  std::string out = identity(from) + describe_dependents(from, depth - 1, shown);
  shown.pop_back();
  return out;
}

std::string describe_edge(const EdgeExplanation& edge, int depth, Shown& shown) {
  std::string out = edge.kind.empty() ? "" : edge.kind + " ";
  if (edge.bundled) out += "bundled ";
  const bool overridden = edge.spec != edge.raw_spec && edge.kind != "workspace";
  if (overridden) out += "overridden ";
  out += edge.kind == "workspace" ? edge.spec : fmt::format("{}@\"{}\"", edge.name, edge.spec);
  if (overridden) out += fmt::format(" (was \"{}\")", edge.raw_spec);
  return printable(out) + " from " +
         (edge.from != nullptr ? describe_from(*edge.from, depth, shown) : "a removed package");
}

std::string describe(const ConflictReport& report, int depth) {
  const auto node = [&](const NodeExplanation& each) {
    Shown shown;
    return describe_node(each, depth, shown);
  };
  const auto edge = [&](const EdgeExplanation& each) {
    Shown shown;
    return describe_edge(each, depth, shown);
  };
  std::string out;
  for (const NodeExplanation* each : {report.dep, report.current, report.edge->from}) {
    if (each == nullptr || each->while_resolving.empty()) continue;
    out += printable("While resolving: " + each->while_resolving) + "\n";
    break;
  }
  const NodeExplanation* found = report.current != nullptr ? report.current : report.peer_current;
  out += "Found: " + (found != nullptr ? node(*found) : edge(*report.edge));
  out += "\n\nCould not resolve dependency:\n" + edge(*report.edge);
  if (report.peer != nullptr) out += "\n\nConflicting peer dependency: " + node(*report.peer);
  return out;
}

}  // namespace

Error explain_conflict(std::string message, const ConflictReport& report) {
  Error error{"ERESOLVE", std::move(message), {}, {}, {}};
  error.hint = describe(report, kReportDepth) +
               fmt::format(
                   "\n\nFix the upstream dependency conflict, or retry this command with {} to accept an incorrect "
                   "(and potentially broken) dependency resolution.",
                   report.strict_peer_deps ? "--no-strict-peer-deps, --force, or --legacy-peer-deps"
                                           : "--force or --legacy-peer-deps");
  return error;
}

std::vector<std::string> direct_dependencies_in(const ConflictReport& report) {
  constexpr std::size_t kMaxVisited = 500;
  std::vector<std::string> names;
  std::vector<const NodeExplanation*> queue;
  const auto add_edge = [&](const EdgeExplanation& edge) {
    if (edge.from == nullptr) return;
    if (!edge.from->is_root) return queue.push_back(edge.from);
    if (std::find(names.begin(), names.end(), edge.name) == names.end()) names.push_back(edge.name);
  };
  add_edge(*report.edge);
  for (const NodeExplanation* node : {report.dep, report.current, report.peer, report.peer_current})
    if (node != nullptr) queue.push_back(node);
  std::unordered_set<const NodeExplanation*> visited;
  for (std::size_t i = 0; i < queue.size() && visited.size() < kMaxVisited; ++i) {
    if (!visited.insert(queue[i]).second) continue;
    for (const EdgeExplanation* edge : queue[i]->dependents) add_edge(*edge);
  }
  return names;
}

std::string explain_overridden_peer(const ConflictReport& report) {
  return "overriding peer dependency\n" + describe(report, kWarningDepth);
}

}  // namespace hoist::resolver
