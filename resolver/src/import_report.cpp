/// Which versions of an imported lock are in the tree, and why the others are not.
#include "hoist/lockfile/location.hpp"
#include "ideal_tree.hpp"

namespace hoist::resolver {
namespace {

using lockfile::Pin;

/// Names and versions of the tree.
struct Present {
  std::set<std::string, std::less<>> versions, names;
  std::map<std::string, std::string, std::less<>> bundled;  ///< names, and who brings them along
};

Present present_in(const Node& root) {
  Present present;
  for (const Node* node : root.inventory->all.values()) {
    if (node->is_link || node->is_top()) continue;
    present.versions.insert(node->package_name() + "@" + node->version());
    present.names.insert(node->package_name());
    if (const Node* bundler = node->bundler(); bundler != nullptr && !bundler->is_root())
      present.bundled.emplace(node->package_name(), bundler->package_name());
  }
  return present;
}

std::string reason_for(const std::string& id, const Present& present,
                       const std::map<std::string, std::string, std::less<>>& unreachable,
                       const std::map<std::string, std::string, std::less<>>& rejected) {
  if (const auto known = unreachable.find(id); known != unreachable.end()) return known->second;
  const std::string name = id.substr(0, id.find('@', 1));
  if (const auto bundled = present.bundled.find(name); bundled != present.bundled.end())
    return bundled->second + " bundles its own copy";
  if (const auto wanted = rejected.find(id); wanted != rejected.end())
    return "it is no answer to " + wanted->second + " (a resolution of the other client?)";
  return present.names.contains(name) ? "another version satisfies everything that asks for it"
                                      : "nothing in the tree asks for it";
}

}  // namespace

ImportReport IdealTree::import_report() const {
  const Present present = present_in(*root_);
  ImportReport report;
  const auto& versions = request_.pins->versions();
  report.total = versions.size();
  for (const std::string& id : versions) {
    if (present.versions.contains(id))
      ++report.kept;
    else
      report.lost.push_back({id, reason_for(id, present, graph_.lost_pins, graph_.rejected_pins)});
  }
  for (const auto& [what, why] : request_.pins->others()) report.lost.push_back({what, why});
  return report;
}

}  // namespace hoist::resolver
