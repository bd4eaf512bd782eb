#pragma once
/// The rules of package.json's `overrides`, as a tree.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"

namespace hoist::resolver {

struct Edge;
class SpecCache;

/// One rule and the rules nested in it. The root set has no key. Immutable once built.
class OverrideSet {
 public:
  /// Builds the set of a root manifest. EOVERRIDE-like errors are reported as EINVALIDOVERRIDE.
  static Result<std::unique_ptr<OverrideSet>> parse(const Json& overrides, SpecCache& specs);

  const OverrideSet* parent = nullptr;
  std::string key;       ///< as written: `foo`, `foo@^1`
  std::string name;      ///< the package it applies to
  std::string key_spec;  ///< the versions it applies to, `*` for all
  std::string value;     ///< what is used instead; "*" where nothing was given, `$name` for a reference

  /// The rule for an edge: the first that matches in this set and outwards, else this set itself.
  [[nodiscard]] const OverrideSet* edge_rule(const Edge& edge, SpecCache& specs) const;
  /// The rule for a package that stands in the tree without an edge having led to it, else this set itself.
  [[nodiscard]] const OverrideSet* node_rule(const std::string& package, const std::string& version) const;
  [[nodiscard]] bool equals(const OverrideSet* other) const;

  /// The one of two sets that contains the other; the nearest common ancestor when they are unrelated but do not
  /// contradict each other; `conflict` is set (and nullptr returned) when they do.
  static const OverrideSet* most_specific(const OverrideSet* first, const OverrideSet* second, SpecCache& specs,
                                          bool& conflict);
  [[nodiscard]] static bool conflict(const OverrideSet* first, const OverrideSet* second, SpecCache& specs);

 private:
  static Result<std::unique_ptr<OverrideSet>> parse_rule(std::string_view key, const Json& rules,
                                                         const OverrideSet* parent, SpecCache& specs, int depth);
  [[nodiscard]] std::vector<const OverrideSet*> ruleset() const;
  [[nodiscard]] const OverrideSet* child(std::string_view child_key) const;
  [[nodiscard]] bool children_equal(const OverrideSet& other) const;
  [[nodiscard]] bool matches(const Edge& edge, SpecCache& specs) const;
  static bool have_conflicting_rules(const OverrideSet& first, const OverrideSet& second, SpecCache& specs);

  std::vector<std::unique_ptr<OverrideSet>> children_;
};

}  // namespace hoist::resolver
