#pragma once
/// `@scope:team` on the command line and in paths.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "hoist/base/text.hpp"

namespace hoist::cli {

struct TeamName {
  std::string scope, team;  ///< `team` is empty for a scope alone
};

[[nodiscard]] inline TeamName parse_team(std::string_view text) {
  if (text.starts_with('@')) text.remove_prefix(1);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

/// `/-/team/<scope>/<team>/<what>`; `what` may be empty.
[[nodiscard]] inline std::string team_path(const TeamName& name, std::string_view what = {}) {
  return fmt::format("/-/team/{}/{}{}{}", percent_encode_component(name.scope), percent_encode_component(name.team),
                     what.empty() ? "" : "/", what);
}

}  // namespace hoist::cli
