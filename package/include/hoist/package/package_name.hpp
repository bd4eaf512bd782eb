#pragma once
/// Package names, with npm's rules (validate-npm-package-name) for old and new packages.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "hoist/base/result.hpp"

namespace hoist::package {

/// A name that a dependency may have: old rules (upper case and >214 characters allowed), yet always safe as a folder
/// below node_modules and in a registry URL.
class PackageName {
 public:
  /// EINVALIDPACKAGENAME with npm's reasons in the message.
  static Result<PackageName> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  /// `@scope` with the at sign, empty when unscoped.
  [[nodiscard]] std::string_view scope() const noexcept;
  /// The part after the scope.
  [[nodiscard]] std::string_view bare() const noexcept;
  /// `@scope%2fname`: the path segment of a packument request, as npm spells it.
  [[nodiscard]] std::string escaped() const;
  auto operator<=>(const PackageName&) const = default;

 private:
  std::string text_;
};

/// What validate-npm-package-name says.
struct NameValidity {
  bool valid_for_new_packages = false;
  bool valid_for_old_packages = false;
  std::vector<std::string> warnings;
  std::vector<std::string> errors;
};
[[nodiscard]] NameValidity validate_package_name(std::string_view text);

/// `validate_package_name(text).valid_for_old_packages` without finding the reasons: cheap.
[[nodiscard]] bool is_valid_for_old_packages(std::string_view text) noexcept;

}  // namespace hoist::package
