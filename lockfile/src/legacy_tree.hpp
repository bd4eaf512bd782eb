#pragma once
/// The `dependencies` tree that npm 6 reads, still written into v1 and v2 lockfiles.

#include <deque>

#include "hoist/lockfile/edges.hpp"
#include "hoist/lockfile/write.hpp"
#include "nice_json.hpp"

namespace hoist::lockfile {

/// Owns what the written tree points to.
class LegacyTree {
 public:
  /// nullptr when nothing is installed. The lockfile must outlive the result's use.
  const NiceObject* build(const Lockfile& lockfile, const WriteOptions& options);

 private:
  struct Node {
    const std::string* location;
    const LockPackage* entry;
  };
  const NiceObject* children_of(const std::string& home, std::vector<std::string_view>& path);
  const NiceObject* describe(const Node& node, std::vector<std::string_view>& path);
  void add_source(NiceObject& object, const Node& node);
  void add_requires(NiceObject& object, const Node& node);
  [[nodiscard]] const Edge* main_edge(const std::string& location) const;
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  const Lockfile* lockfile_ = nullptr;
  bool omit_registry_resolved_ = false;
  std::deque<NiceObject> objects_;
  std::deque<package::StringMap> maps_;
  std::deque<std::string> texts_;
  std::map<std::string_view, std::vector<Edge>> edges_out_;
  std::map<std::string_view, std::vector<const Edge*>> edges_in_;
  std::map<std::string_view, std::vector<Node>> children_;
};

}  // namespace hoist::lockfile
