/// POSIX path arithmetic as node's `path` module does it: purely textual.
#include <vector>

#include "hoist/base/text.hpp"
#include "tree.hpp"

namespace hoist::resolver {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> out;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!out.empty()) out.pop_back();
    } else {
      out.push_back(part);
    }
  }
  return out;
}

}  // namespace

std::string relative_path(const std::string& from, const std::string& to) {
  if (to.size() > from.size() && to.starts_with(from) && to[from.size()] == '/' && from.size() > 1)
    return to.substr(from.size() + 1);
  if (from == to) return {};
  const auto a = segments_of(from), b = segments_of(to);
  std::size_t common = 0;
  while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
  std::string out;
  for (std::size_t i = common; i < a.size(); ++i) out += out.empty() ? ".." : "/..";
  for (std::size_t i = common; i < b.size(); ++i) {
    if (!out.empty()) out += '/';
    out += b[i];
  }
  return out;
}

std::string resolve_path(const std::string& base, const std::string& path) {
  const std::string joined = path.starts_with('/') ? path : base + "/" + path;
  std::string out;
  for (const std::string_view part : segments_of(joined)) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

std::string directory_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_from_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string base = slash == std::string::npos ? path : path.substr(slash + 1);
  if (slash != std::string::npos && slash > 0) {
    const std::size_t before = path.rfind('/', slash - 1);
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    if (path[start] == '@') return path.substr(start);
  }
  return base;
}

}  // namespace hoist::resolver
