#pragma once
/// Which versions of a package are kept from clients, and why. Pure: the clock is an argument.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "hoist/base/json.hpp"
#include "hoist/package/range.hpp"
#include "hoist/registry/config.hpp"
#include "hoist/registry/rows.hpp"

namespace hoist::registry {

/// Compiled FilterOptions. Immutable.
class VersionFilter {
 public:
  /// ECONFIG for an entry that is neither a pattern nor `name@range`.
  static Result<VersionFilter> compile(const FilterOptions& options);

  struct Verdict {
    std::string reason;         ///< empty: let through
    std::optional<Time> until;  ///< when it ends by itself: the version is too young
  };
  /// `published` may be unknown, which counts as too young where a minimum age is asked for.
  [[nodiscard]] Verdict judge(std::string_view name, std::string_view version, const Json& manifest,
                              std::optional<Time> published, Time now) const;
  [[nodiscard]] bool empty() const noexcept { return options_.empty(); }

 private:
  struct Selector {
    std::string pattern;
    std::optional<package::Range> range;  ///< nullopt: every version
    [[nodiscard]] bool matches(std::string_view name, std::string_view version) const;
  };
  static Result<std::vector<Selector>> compile_list(const std::vector<std::string>& entries);
  [[nodiscard]] std::string license_reason(const Json& manifest) const;

  FilterOptions options_;
  std::vector<Selector> deny_;
  std::vector<Selector> allow_;
};

/// The time text of a packument (`2020-01-02T03:04:05.678Z`); nullopt when it is none.
[[nodiscard]] std::optional<Time> parse_iso_time(std::string_view text);

/// `latest` over what is left: the old target when it is still there, else the highest stable version below it, else
/// the highest there is. Empty when nothing is left.
[[nodiscard]] std::string choose_latest(const Json& versions, std::string_view wanted);

}  // namespace hoist::registry
