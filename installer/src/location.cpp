#include "hoist/installer/plan.hpp"

namespace hoist::installer {
namespace {

constexpr std::string_view kFolder = "node_modules";

/// One segment of a package's name as a folder.
bool is_name_segment(std::string_view segment) noexcept {
  if (segment.empty() || segment.size() > 255 || segment.front() == '.' || segment == kFolder) return false;
  return segment.find_first_of(std::string_view("\0\\", 2)) == std::string_view::npos;
}

std::string_view take_segment(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

/// `packages/a`, `../lib`: `..` only in front, no empty or `.` segment.
bool is_top(std::string_view top) noexcept {
  bool climbing = true;
  for (std::size_t start = 0; start <= top.size();) {
    const std::size_t end = std::min(top.find('/', start), top.size());
    const std::string_view segment = top.substr(start, end - start);
    start = end + 1;
    if (segment.empty() || segment == "." ||
        segment.find_first_of(std::string_view("\0\\", 2)) != std::string_view::npos)
      return false;
    if (segment != "..") {
      climbing = false;
    } else if (!climbing) {
      return false;
    }
  }
  return true;
}

/// Where the first `node_modules` segment starts.
std::size_t find_inside(std::string_view location) noexcept {
  for (std::size_t start = 0; start < location.size();) {
    const std::size_t end = std::min(location.find('/', start), location.size());
    if (location.substr(start, end - start) == kFolder) return start;
    start = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<LocationParts> parse_location(std::string_view location) noexcept {
  const std::size_t start = find_inside(location);
  if (start == std::string_view::npos || location.ends_with('/')) return std::nullopt;
  LocationParts parts;
  parts.top = start == 0 ? std::string_view{} : location.substr(0, start - 1);
  parts.inside = location.substr(start);
  if (start != 0 && !is_top(parts.top)) return std::nullopt;
  std::string_view rest = parts.inside;
  while (!rest.empty()) {
    if (take_segment(rest) != kFolder || rest.empty()) return std::nullopt;
    std::string_view segment = take_segment(rest);
    if (segment.starts_with('@')) {
      if (!is_name_segment(segment) || rest.empty()) return std::nullopt;
      segment = take_segment(rest);
    }
    if (!is_name_segment(segment)) return std::nullopt;
  }
  const std::size_t slash = parts.inside.rfind('/');
  parts.parent = parts.inside.substr(0, slash);
  parts.folder = parts.inside.substr(slash + 1);
  return parts;
}

std::string_view parent_location(std::string_view location) noexcept {
  const std::size_t at = location.rfind(kFolder);
  if (at == std::string_view::npos || at == 0) return {};
  return location.substr(0, at - 1);
}

}  // namespace hoist::installer
