/// Versions that another client's lockfile chose, while it is imported.
#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {
namespace {

using lockfile::Pin;
using lockfile::Pins;

/// How the lock calls the one who asks: an importer by its folder, a package by name and version.
std::string dependent_key(const Node& from) {
  const Node& node = from.source_reference != nullptr ? *from.source_reference : from;
  if (node.is_root()) return Pins::importer("");
  if (node.is_top()) return Pins::importer(node.location);
  return node.package_name() + "@" + node.version();
}

/// Whether the manifest allows what the lock chose; with resolutions of its own a client may choose anything.
bool is_accepted(const Edge& edge, const Pin& pin) {
  const CachedSpec& spec = edge.from->graph->specs.resolve(edge.name, edge.spec(), edge.from->path);
  if (!spec.parsed || !spec.parsed->registry()) return false;
  const std::string& wanted_name = spec.parsed->sub_spec ? spec.parsed->sub_spec->name : edge.name;
  if (wanted_name != pin.name) return false;
  if (!spec.range) return true;  // a tag: it may have moved on since
  const auto version = package::Version::parse(pin.version, {.loose = true});
  return version && (spec.range->test(*version) || spec.parsed->fetch_spec == "*");
}

}  // namespace

std::vector<const Pin*> pins_for(const Edge& edge) {
  if (edge.from == nullptr || edge.from->graph->pins == nullptr || edge.requested) return {};
  Graph& graph = *edge.from->graph;
  std::vector<const Pin*> usable;
  for (const Pin* pin : graph.pins->find(dependent_key(*edge.from), edge.name, edge.spec())) {
    if (pin->version.empty() || graph.lost_pins.contains(lockfile::pin_id(*pin))) continue;
    if (is_accepted(edge, *pin))
      usable.push_back(pin);
    else
      graph.rejected_pins.emplace(lockfile::pin_id(*pin), edge.name + "@" + edge.spec());
  }
  return usable;
}

bool respects_pins(const Edge& edge, const Node& node) {
  const Graph& graph = *edge.from->graph;
  // A peer is what its surroundings have; where that is free to choose, the pin is asked for when it is loaded.
  if (graph.pins == nullptr || !graph.pins->strict || edge.peer() || node.is_link) return true;
  const std::vector<const Pin*> pins = pins_for(edge);
  return pins.empty() || std::any_of(pins.begin(), pins.end(), [&](const Pin* pin) {
           return pin->version == node.version() && pin->name == node.package_name();
         });
}

}  // namespace hoist::resolver
