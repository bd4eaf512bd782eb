#pragma once
/// What the readers of foreign locks share.

#include <string>
#include <string_view>
#include <utility>

#include "hoist/base/json.hpp"
#include "hoist/base/result.hpp"
#include "hoist/lockfile/pins.hpp"

namespace hoist::lockfile {

/// EFOREIGNLOCK.
[[nodiscard]] std::unexpected<Error> bad_foreign(std::string_view file, std::string_view reason);

/// `@s/a@rest` → {"@s/a", "rest"}; an empty first when there is no name before an `@`.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_ident(std::string_view text) noexcept;

/// A pin when `name` is a legal package name and `version` a version; else one without a version.
[[nodiscard]] Pin make_pin(std::string_view name, std::string_view version);

/// The string in `object[key]`, empty when there is none.
[[nodiscard]] std::string_view text_of(const Json& object, std::string_view key);

}  // namespace hoist::lockfile
