#include "hoist/lockfile/location.hpp"

#include <array>

#include "hoist/base/text.hpp"

namespace hoist::lockfile {
namespace {

constexpr std::string_view kNodeModules = "node_modules", kFavicon = "favicon.ico";

std::string_view next_segment(std::string_view& rest) noexcept {
  const std::size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return segment;
}

bool is_plain_segment(std::string_view segment) noexcept {
  if (segment.empty() || segment == "." || segment == "..") return false;
  for (const char c : segment)
    if (c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

/// What encodeURIComponent leaves alone.
constexpr auto kNameCharacters = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"))
    allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

/// One half of a package name: not hidden, not private, none of the two names that npm forbids.
bool is_name_part(std::string_view part, bool after_scope) noexcept {
  if (part.empty() || part.front() == '.' || (!after_scope && part.front() == '_')) return false;
  for (const char c : part)
    if (!kNameCharacters[static_cast<unsigned char>(c)]) return false;
  return !(part.size() == kNodeModules.size() && to_lower(part) == kNodeModules) &&
         !(part.size() == kFavicon.size() && to_lower(part) == kFavicon);
}

std::unexpected<Error> bad_location(std::string_view location, std::string_view why) {
  return fail("ELOCKFILE", fmt::format("The lockfile has an unsafe location \"{}\": {}", printable(location), why),
              "Restore the lockfile from version control, or remove it and install again.");
}

/// `.store/<name>@<version>-<hash>`, where the name may be scoped.
bool take_store_key(std::string_view& rest) noexcept {
  std::string_view segment = next_segment(rest);
  if (segment.starts_with('@')) {
    if (!is_plain_segment(segment)) return false;
    segment = next_segment(rest);
  }
  return is_plain_segment(segment) && segment.front() != '.';
}

/// What follows a `node_modules` segment.
bool take_installed_name(std::string_view& rest) noexcept {
  const std::string_view segment = next_segment(rest);
  if (segment == ".store") return take_store_key(rest);
  if (!segment.starts_with('@')) return is_name_part(segment, false);
  return is_name_part(segment.substr(1), true) && is_name_part(next_segment(rest), true);
}

/// Where the package name at the end of a location starts.
std::size_t name_start(std::string_view location) noexcept {
  const std::size_t slash = location.rfind('/');
  if (slash == std::string_view::npos) return 0;
  const std::size_t before = location.rfind('/', slash - 1);
  const std::size_t scope = before == std::string_view::npos || slash == 0 ? 0 : before + 1;
  return location[scope] == '@' ? scope : slash + 1;
}

}  // namespace

std::string_view name_of_location(std::string_view location) noexcept {
  return location.empty() ? location : location.substr(name_start(location));
}

std::string_view package_name_of(std::string_view location, const LockPackage& entry) noexcept {
  return entry.manifest.name.empty() ? name_of_location(location) : std::string_view(entry.manifest.name);
}

bool is_outside_project(std::string_view location) noexcept { return location == ".." || location.starts_with("../"); }

std::optional<std::string_view> parent_of(std::string_view location) noexcept {
  const std::string_view above = location.substr(0, name_start(location));
  if (above == "node_modules/") return std::string_view{};
  if (above.ends_with("/node_modules/"))
    return above.substr(0, above.size() - std::string_view("/node_modules/").size());
  return std::nullopt;
}

bool is_in_node_modules(std::string_view location) noexcept { return parent_of(location).has_value(); }

int depth_of(std::string_view location) noexcept {
  int depth = 0;
  while (!location.empty())
    if (next_segment(location) == kNodeModules) ++depth;
  return depth;
}

std::string child_location(std::string_view parent, std::string_view name) {
  std::string location;
  location.reserve(parent.size() + name.size() + kNodeModules.size() + 2);
  location += parent;
  if (!parent.empty()) location += '/';
  location += kNodeModules;
  location += '/';
  location += name;
  return location;
}

std::map<std::string, LockPackage, std::less<>>::const_iterator find_dependency(const Lockfile& lockfile,
                                                                                std::string_view from,
                                                                                std::string_view name) {
  const bool outside = is_outside_project(from);
  std::string candidate;
  for (std::string_view folder = from;;) {
    // The root is not above a folder outside the project: `../x` looks in `../x/node_modules`, then gives up.
    if (outside && (folder.empty() || folder.ends_with(".."))) return lockfile.packages.end();
    const bool is_modules = folder == kNodeModules || folder.ends_with("/node_modules");
    if (!is_modules) {
      candidate.assign(folder);
      if (!folder.empty()) candidate += '/';
      candidate.append(kNodeModules).append("/").append(name);
      if (const auto found = lockfile.packages.find(candidate); found != lockfile.packages.end()) return found;
    }
    if (folder.empty()) return lockfile.packages.end();
    const std::size_t slash = folder.rfind('/');
    folder = slash == std::string_view::npos ? std::string_view{} : folder.substr(0, slash);
  }
}

const LockPackage* link_target(const Lockfile& lockfile, const LockPackage& entry) {
  if (!entry.link) return &entry;
  const auto found = lockfile.packages.find(entry.resolved);
  return found == lockfile.packages.end() ? nullptr : &found->second;
}

Result<void> check_location(std::string_view location) {
  if (location.empty()) return {};
  if (location.front() == '/' || (location.size() > 1 && location[1] == ':'))
    return bad_location(location, "it is absolute");
  std::string_view rest = location;
  while (rest.starts_with("../")) rest.remove_prefix(3);
  if (rest == "..") return {};
  if (rest.ends_with('/') || rest.empty()) return bad_location(location, "it ends in a slash");
  while (!rest.empty()) {
    const std::string_view segment = next_segment(rest);
    if (segment == kNodeModules) {
      if (!take_installed_name(rest)) return bad_location(location, "it names no legal package");
    } else if (!is_plain_segment(segment)) {
      return bad_location(location, segment == ".." ? "it has \"..\" inside" : "it is no plain relative path");
    }
  }
  return {};
}

}  // namespace hoist::lockfile
