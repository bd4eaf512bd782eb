#include "cli/config/url.hpp"

#include "hoist/base/whatwg_url.hpp"

namespace hoist::cli {

std::optional<std::string> normalize_url(std::string_view text) {
  const auto url = WhatwgUrl::parse(text);
  return url ? std::optional(url->to_string()) : std::nullopt;
}

std::string nerf_dart(std::string_view text) {
  const auto url = WhatwgUrl::parse(text);
  if (!url) return {};
  const auto slash = url->path.rfind('/');
  return "//" + url->host_and_port() + (slash == std::string::npos ? "/" : url->path.substr(0, slash + 1));
}

}  // namespace hoist::cli
