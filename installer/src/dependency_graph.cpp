#include "dependency_graph.hpp"

#include <algorithm>

#include "hoist/installer/plan.hpp"

namespace hoist::installer {
namespace {

/// From a top (a workspace, say) resolution goes on in the folders around it.
std::string_view folder_above(std::string_view location) {
  if (parse_location(location)) return parent_location(location);
  const std::size_t slash = location.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : location.substr(0, slash);
}

}  // namespace

DependencyGraph::DependencyGraph(const lockfile::Lockfile& lock) {
  index_.reserve(lock.packages.size());
  for (const auto& [location, entry] : lock.packages) {
    index_.emplace(location, locations_.size());
    locations_.push_back(&location);
  }
  in_.resize(locations_.size());
  out_.resize(locations_.size());
  for (const auto& [location, entry] : lock.packages) add_edges(location, entry);
}

std::optional<std::size_t> DependencyGraph::find(std::string_view location) const {
  const auto found = index_.find(location);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

void DependencyGraph::add(Edge edge) {
  out_[edge.from].push_back(edge);
  in_[edge.to].push_back(edge);
}

std::optional<std::size_t> DependencyGraph::resolve(std::string_view from, std::string_view name) {
  for (std::string_view at = from;; at = folder_above(at)) {
    candidate_.assign(at);
    if (!at.empty()) candidate_ += '/';
    candidate_.append("node_modules/").append(name);
    if (const auto found = find(candidate_)) return found;
    if (at.empty()) return std::nullopt;
  }
}

void DependencyGraph::add_edges(const std::string& location, const lockfile::LockPackage& entry) {
  const std::size_t from = *find(location);
  if (entry.link) {
    if (const auto target = find(entry.resolved)) add({from, *target, false});
    return;
  }
  const auto each = [&](const package::StringMap& map, bool optional) {
    for (const auto& [name, range] : map)
      if (const auto to = resolve(location, name)) add({from, *to, optional});
  };
  each(entry.manifest.dependencies, false);
  each(entry.manifest.optional_dependencies, true);
  for (const auto& [name, range] : entry.manifest.peer_dependencies)
    if (const auto to = resolve(location, name)) add({from, *to, entry.manifest.is_optional_peer(name)});
  if (!parse_location(location)) each(entry.manifest.dev_dependencies, false);
}

std::set<std::string> DependencyGraph::optional_set(const std::string& location,
                                                    const std::set<std::string, std::less<>>& inert) const {
  const auto start = find(location);
  if (!start) return {location};
  // Up to the optional edges: whoever needs it without option cannot be installed either.
  std::vector<std::size_t> queue{*start};
  std::set<std::size_t> set{*start};
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (const Edge& edge : in_[queue[i]])
      if (!edge.optional && !locations_[edge.from]->empty() && set.insert(edge.from).second) queue.push_back(edge.from);
  // Down to everything they need …
  const std::set<std::size_t> roots = set;
  const auto counts = [&](const Edge& edge) {
    return !roots.contains(edge.to) && !inert.contains(*locations_[edge.from]);
  };
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (const Edge& edge : out_[queue[i]])
      if (counts(edge) && set.insert(edge.to).second) queue.push_back(edge.to);
  // … without what others need as well.
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = set.begin(); at != set.end();) {
      const bool needed = std::any_of(in_[*at].begin(), in_[*at].end(),
                                      [&](const Edge& edge) { return !set.contains(edge.from) && counts(edge); });
      changed = changed || needed;
      at = needed ? set.erase(at) : std::next(at);
    }
  }
  std::set<std::string> result;
  for (const std::size_t node : set)
    if (parse_location(*locations_[node])) result.insert(*locations_[node]);
  return result;
}

std::set<std::string> optional_set(const lockfile::Lockfile& lock, const std::string& location,
                                   const std::set<std::string, std::less<>>& inert) {
  return DependencyGraph(lock).optional_set(location, inert);
}

}  // namespace hoist::installer
