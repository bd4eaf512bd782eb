#pragma once
/// The few things configuration does with URLs, as the WHATWG parser would.

#include <optional>
#include <string>
#include <string_view>

namespace hoist::cli {

/// `URL.parse(text).href`: scheme and host in lower case, default port dropped, at least `/` as path; nullopt when it
/// is no absolute URL. Whether the host exists is nobody's business here.
[[nodiscard]] std::optional<std::string> normalize_url(std::string_view text);

/// `//host/path/` of a registry URL: the prefix of its credentials in .npmrc. Empty for what is no URL.
[[nodiscard]] std::string nerf_dart(std::string_view url);

}  // namespace hoist::cli
