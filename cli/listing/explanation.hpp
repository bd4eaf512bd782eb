#pragma once
/// Why a package is in the tree, in npm's shapes (arborist's explain, npm's explain-dep).

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/output/palette.hpp"
#include "hoist/base/json.hpp"
#include "hoist/resolver/inspect.hpp"

namespace hoist::cli {

struct Explanation;

/// One dependent: the edge and where it comes from.
struct ExplainedEdge {
  const resolver::InspectedEdge* edge = nullptr;
  std::shared_ptr<const Explanation> from;
  Json package_extension, npm_extension;  ///< what a repair did to the edge; null when nothing
};

/// A package with everything that leads to it. Explanations share what they have in common.
struct Explanation {
  const resolver::InspectedNode* node = nullptr;
  bool complete = false;  ///< false: met again on its own path, only its name is told
  bool asked_for = false;  ///< the flags are told as well
  std::vector<std::shared_ptr<const ExplainedEdge>> dependents;
  std::vector<std::shared_ptr<const Explanation>> links_in;
};

/// Explains nodes of one tree. As in npm, an explanation once made serves everybody who meets the node later.
class Explainer {
 public:
  /// The tree outlives the explainer and what it makes.
  explicit Explainer(const resolver::InspectedTree& tree) : tree_(tree) {}

  /// The node as the user asked for it.
  [[nodiscard]] std::shared_ptr<const Explanation> explain(resolver::TreeIndex node);

  [[nodiscard]] Json to_json(const Explanation& explanation) const;
  [[nodiscard]] std::string to_text(const Explanation& explanation, const Palette& colors) const;

 private:
  using Seen = std::vector<resolver::TreeIndex>;
  std::shared_ptr<Explanation> explain_node(resolver::TreeIndex index, const Seen& seen);
  std::shared_ptr<Explanation> describe(resolver::TreeIndex index, Seen seen);
  std::shared_ptr<const ExplainedEdge> explain_edge(resolver::TreeIndex index, const Seen& seen);

  const resolver::InspectedTree& tree_;
  std::unordered_map<resolver::TreeIndex, std::shared_ptr<Explanation>> nodes_;
  std::unordered_map<resolver::TreeIndex, std::shared_ptr<const ExplainedEdge>> edges_;
};

}  // namespace hoist::cli
