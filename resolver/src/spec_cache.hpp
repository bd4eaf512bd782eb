#pragma once
/// Specs parsed once. The same few thousand texts are asked about hundreds of thousands of times.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hoist/base/result.hpp"
#include "hoist/package/package_spec.hpp"

namespace hoist::resolver {

/// A parsed spec, or why it does not parse.
struct CachedSpec {
  Result<package::PackageSpec> parsed;
  /// Versions that satisfy a version or range spec (an alias: its target's); nullopt for other kinds.
  std::optional<package::Range> range;

  explicit CachedSpec(Result<package::PackageSpec> result);
};

class SpecCache {
 public:
  /// npm-package-arg's resolve(name, spec, where). Registry specs are shared between names and places: their `name` is
  /// empty (an alias: its sub spec has one).
  const CachedSpec& resolve(std::string_view name, std::string_view spec, std::string_view where);
  /// npm-package-arg of a whole argument (`name@spec`, URL, path).
  const CachedSpec& parse(std::string_view argument, std::string_view where);

 private:
  std::unordered_map<std::string, std::unique_ptr<CachedSpec>> plain_, placed_, arguments_;
};

}  // namespace hoist::resolver
