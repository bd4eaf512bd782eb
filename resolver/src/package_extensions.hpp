#pragma once
/// `packageExtensions` of the root: dependencies and peers that third-party manifests forgot (npm 12).

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"
#include "hoist/package/manifest.hpp"
#include "hoist/package/range.hpp"

namespace hoist::resolver {

/// The rules, checked. Rules name dependencies to add, peers to add or correct; nothing else.
class PackageExtensions {
 public:
  /// A manifest under a rule, and what the lockfile notes about it (`packageExtensionsApplied`).
  struct Extended {
    std::shared_ptr<const package::Manifest> manifest;
    Json applied;
  };

  /// null = there are none. EEXTENSIONROOT, EEXTENSIONSELECTOR, EEXTENSIONVALUE, EEXTENSIONFIELD, EEXTENSIONDELETE.
  static Result<PackageExtensions> parse(const Json& rules);

  /// sha512 of the rules in canonical form, as the lockfile's root entry has it; empty when there are none.
  [[nodiscard]] const std::string& hash() const noexcept { return hash_; }
  [[nodiscard]] bool matches(std::string_view name, std::string_view version) const;
  /// The one rule key for a package. EEXTENSIONCONFLICT when several match.
  [[nodiscard]] Result<std::optional<std::string>> key_for(std::string_view name, std::string_view version) const;
  /// nullopt when no rule matches. EEXTENSIONCONFLICT, EEXTENSIONDUPDEP, EEXTENSIONORPHANMETA.
  [[nodiscard]] Result<std::optional<Extended>> apply(const package::Manifest& manifest) const;

 private:
  struct Rule {
    std::string key, name;
    std::optional<package::Range> range;
    Json extension;
  };
  [[nodiscard]] Result<const Rule*> rule_for(std::string_view name, std::string_view version) const;

  std::vector<Rule> rules_;
  std::string hash_;
};

}  // namespace hoist::resolver
