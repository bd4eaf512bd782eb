#pragma once
/// `hoist query`'s selectors: the CSS subset and the pseudo classes of @npmcli/query.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::cli {

/// `[name="value" i]`; without an operator it asks whether the field is there.
struct AttributeMatcher {
  std::string attribute, op, value;
  bool insensitive = false;
};

/// A step of the path in `:attr(a, b, […])`: a field, or nullopt for "each element of the list".
using LookupPath = std::vector<std::optional<std::string>>;

/// One alternative of `:vuln(…)`.
struct VulnerabilityFilter {
  std::vector<std::string> severity, cwe;
};

struct SimpleSelector;
/// Simple selectors and the combinators between them, in the order written.
using ComplexSelector = std::vector<SimpleSelector>;
using SelectorList = std::vector<ComplexSelector>;

enum class SelectorKind { kAttribute, kClass, kCombinator, kId, kPseudo, kUniversal, kUnsupported };

struct SimpleSelector {
  SelectorKind kind = SelectorKind::kUniversal;
  /// Class and pseudo class without their sign, the id, the combinator (` `, `>`, `~`, `+`), what is unsupported.
  std::string value;
  AttributeMatcher matcher;  ///< attribute, :attr, :semver
  LookupPath lookup;         ///< :attr, :semver
  std::string semver_function = "infer";
  std::optional<std::string> argument;  ///< :semver's version or range, :path, :type, :outdated
  std::vector<VulnerabilityFilter> vulnerabilities;
  std::shared_ptr<SelectorList> nested;  ///< :is, :not, :has
};

/// Nests at most 64 deep. EQUERYATTR, ESEMVERFUNC and ESEMVERVALUE as npm; EQUERYSYNTAX for what is no selector.
[[nodiscard]] Result<SelectorList> parse_selector(std::string_view text);

}  // namespace hoist::cli
