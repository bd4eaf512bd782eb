#include "hoist/lockfile/tarball_name.hpp"

#include "hoist/base/text.hpp"
#include "hoist/package/version.hpp"

namespace hoist::lockfile {
namespace {

/// Cuts the last segment off `path`; a `%2f` separates as a slash does.
std::string_view take_last_segment(std::string_view& path) {
  for (std::size_t i = path.size(); i-- > 0;) {
    const bool slash = path[i] == '/';
    const bool escaped =
        path[i] == '%' && path.size() - i >= 3 && path[i + 1] == '2' && (path[i + 2] == 'f' || path[i + 2] == 'F');
    if (!slash && !escaped) continue;
    const std::string_view segment = path.substr(i + (slash ? 1 : 3));
    path = path.substr(0, i);
    return segment;
  }
  return std::exchange(path, {});
}

std::optional<NameVersion> match(std::string_view base, std::string_view scope, std::string_view project) {
  if (!base.starts_with(project) || base.size() < project.size() + 5 || base[project.size()] != '-')
    return std::nullopt;
  const auto version = package::Version::parse(base.substr(project.size() + 1, base.size() - project.size() - 5));
  if (!version) return std::nullopt;
  std::string name = scope.starts_with('@') ? std::string(scope) + '/' : std::string();
  name += project;
  return NameVersion{std::move(name), version->to_string()};
}

/// The path of an http URL, without query and fragment; empty when it has none.
std::string_view path_of(std::string_view url) {
  const std::size_t authority = url.find("//");
  if (authority == std::string_view::npos) return {};
  const std::size_t slash = url.find('/', authority + 2);
  if (slash == std::string_view::npos) return {};
  return url.substr(slash + 1, url.find_first_of("?#", slash) - slash - 1);
}

}  // namespace

std::optional<NameVersion> name_version_of_tarball(std::string_view name, std::string_view url) {
  const std::size_t last = url.rfind('/');
  const std::string_view base = last == std::string_view::npos ? url : url.substr(last + 1);
  if (!base.ends_with(".tgz")) return std::nullopt;
  if (url.starts_with("http:/") || url.starts_with("https:/")) {
    const std::string_view path = path_of(url);
    const std::size_t dash = path.rfind("/-/");
    if (dash != std::string_view::npos && path.substr(dash + 3) == base) {
      // What lies between the last two `/-/` (or before the only one) names the package.
      std::string_view before = path.substr(0, dash);
      if (const std::size_t other = before.rfind("/-/"); other != std::string_view::npos)
        before = before.substr(other + 3);
      const std::string_view project = take_last_segment(before);
      return match(base, take_last_segment(before), project);
    }
  }
  const std::string_view project = take_last_segment(name);
  return match(base, take_last_segment(name), project);
}

}  // namespace hoist::lockfile
