#pragma once
/// The placed tree as a graph, for npm's optionalSet.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hoist/lockfile/lockfile.hpp"

namespace hoist::installer {

/// Dependencies are found as node finds them, upwards. Costs about a millisecond per thousand packages: made only when
/// an optional package has to be dropped. Refers to the lockfile.
class DependencyGraph {
 public:
  explicit DependencyGraph(const lockfile::Lockfile& lock);

  /// See installer::optional_set.
  [[nodiscard]] std::set<std::string> optional_set(const std::string& location,
                                                   const std::set<std::string, std::less<>>& inert) const;

 private:
  struct Edge {
    std::size_t from, to;
    bool optional;
  };

  [[nodiscard]] std::optional<std::size_t> find(std::string_view location) const;
  [[nodiscard]] std::optional<std::size_t> resolve(std::string_view from, std::string_view name);
  void add_edges(const std::string& location, const lockfile::LockPackage& entry);
  void add(Edge edge);

  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<const std::string*> locations_;
  std::vector<std::vector<Edge>> in_, out_;
  std::string candidate_;  ///< reused by resolve
};

}  // namespace hoist::installer
