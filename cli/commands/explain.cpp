#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/listing/explanation.hpp"
#include "cli/listing/inspection.hpp"
#include "hoist/base/text.hpp"
#include "hoist/package/package_name.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::cli {
namespace {

using resolver::InspectedTree;
using resolver::TreeIndex;

std::string without_trailing_slashes(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::vector<TreeIndex> find_by_version(const InspectedTree& tree, const std::string& argument) {
  const auto spec = package::parse_spec(argument, tree.root);
  if (!spec || (spec->type != package::SpecType::kVersion && spec->type != package::SpecType::kRange)) return {};
  std::vector<TreeIndex> found;
  for (TreeIndex i = 0; i < tree.nodes.size(); ++i)
    if (tree.nodes[i].package_name == spec->name && package::satisfies(tree.nodes[i].version, spec->raw_spec))
      found.push_back(i);
  return found;
}

/// A name, a location, a folder, or name and range.
std::vector<TreeIndex> find_nodes(const InspectedTree& tree, const std::string& argument,
                                  const std::filesystem::path& cwd) {
  if (package::is_valid_for_old_packages(argument)) {
    std::vector<TreeIndex> found;
    for (TreeIndex i = 0; i < tree.nodes.size(); ++i)
      if (tree.nodes[i].package_name == argument) found.push_back(i);
    return found;
  }
  const std::string location = without_trailing_slashes(argument);
  if (const auto node = tree.find(location)) return {*node};
  const auto folder = (cwd / location).lexically_normal().lexically_relative(tree.root).generic_string();
  if (const auto node = tree.find(folder == "." ? std::string() : without_trailing_slashes(folder))) return {*node};
  return find_by_version(tree, argument);
}

}  // namespace

Result<int> run_explain(Session& session, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage_error(session);
  HOIST_TRY(const auto inspection, load_inspection(session, {}));
  const auto& tree = inspection.tree;
  const auto filter = filter_by_workspace(session, inspection, false);
  const bool filtered = std::ranges::find(filter, true) != filter.end();
  std::vector<TreeIndex> nodes;
  for (const auto& argument : arguments)
    for (const auto node : find_nodes(tree, argument, session.config.inputs().cwd))
      if ((!filtered || filter[node]) && std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
  if (nodes.empty())
    return fail("", fmt::format("No dependencies found matching {}", join(arguments, ", ")));
  Explainer explainer(tree);
  std::vector<std::shared_ptr<const Explanation>> explanations;
  for (const auto node : nodes) explanations.push_back(explainer.explain(node));
  if (session.config.get_bool("json")) {
    Json list = Json::array();
    for (const auto& each : explanations) list.push_back(explainer.to_json(*each));
    session.console.buffer_json(std::move(list));
    return 0;
  }
  std::vector<std::string> texts;
  for (const auto& each : explanations) texts.push_back(explainer.to_text(*each, session.console.colors()));
  session.console.standard(join(texts, "\n\n"));
  return 0;
}

}  // namespace hoist::cli
