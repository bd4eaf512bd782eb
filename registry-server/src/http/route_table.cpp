#include "http/route_table.hpp"

#include "hoist/base/text.hpp"
#include "hoist/registry/route.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kPackage = "{pkg}", kAny = "{}";

std::size_t count_literals(const std::vector<std::string>& pattern) {
  return static_cast<std::size_t>(
      std::ranges::count_if(pattern, [](const std::string& part) { return part != kPackage && part != kAny; }));
}

/// Whether the path can match at all, before anything is copied: literals in their places, and as many segments as a
/// package name in either spelling leaves.
bool may_match(const std::vector<std::string>& pattern, std::span<const std::string> segments) {
  const bool has_package = std::ranges::find(pattern, kPackage) != pattern.end();
  if (segments.size() < pattern.size() || segments.size() > pattern.size() + (has_package ? 1 : 0)) return false;
  for (std::size_t i = 0; i < pattern.size() && pattern[i] != kPackage; ++i) {
    if (pattern[i] != kAny && pattern[i] != segments[i]) return false;
  }
  return true;
}

/// nullopt: another path. An error: this path, but with a malformed part.
std::optional<Result<RouteTable::Found>> match(const std::vector<std::string>& pattern,
                                               std::span<const std::string> segments) {
  if (!may_match(pattern, segments)) return std::nullopt;
  RouteTable::Found found;
  for (const std::string& part : pattern) {
    if (segments.empty()) return std::nullopt;
    if (part == kPackage) {
      if (segments.front() == "-") return std::nullopt;
      Result<std::string> package = take_package(segments);
      if (!package) return Result<RouteTable::Found>(std::unexpected(package.error()));
      found.package = *std::move(package);
      continue;
    }
    const std::string& segment = segments.front();
    segments = segments.subspan(1);
    if (part != kAny) {
      if (part != segment) return std::nullopt;
      continue;
    }
    if (segment == "-") return std::nullopt;
    if (!is_plain_segment(segment)) return Result<RouteTable::Found>(fail("E400", "bad request path: encoded slash"));
    found.parameters.push_back(segment);
  }
  if (!segments.empty()) return std::nullopt;
  return Result<RouteTable::Found>(std::move(found));
}

}  // namespace

void RouteTable::add(std::string_view method, std::string_view pattern, Handler handler, Login login) {
  std::vector<std::string> parts;
  for (const auto part : split(pattern.substr(1), '/')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  const bool is_package = !parts.empty() && parts.front() == kPackage;
  if (is_package) parts.erase(parts.begin());
  std::vector<Entry>& entries = is_package ? packages_ : services_;
  auto entry = std::ranges::find(entries, parts, &Entry::pattern);
  if (entry == entries.end()) {
    // Kept in order of their literal parts, so that the first match is the most specific one.
    const auto place = std::ranges::find_if(
        entries, [&](const Entry& other) { return count_literals(other.pattern) < count_literals(parts); });
    entry = entries.insert(place, Entry{std::move(parts), {}});
  }
  entry->methods.insert_or_assign(std::string(method), std::pair(std::move(handler), login));
}

Result<RouteTable::Found> RouteTable::find(std::string_view method, std::string_view path) const {
  if (path.size() > kMaxTargetLength) return fail("E414", "request path too long");
  HOIST_TRY(const auto segments, decode_path(path));
  std::span<const std::string> rest(segments);
  const bool is_package = !segments.empty() && segments.front() != "-";
  std::string package;
  if (is_package) {
    HOIST_TRY(package, take_package(rest));
  }
  if (method == "HEAD") method = "GET";
  std::optional<Error> malformed;
  std::vector<std::string> allowed;
  for (const Entry& entry : is_package ? packages_ : services_) {
    auto found = match(entry.pattern, rest);
    if (!found) continue;
    if (!*found) {
      if (!malformed) malformed = found->error();
      continue;
    }
    const auto handler = entry.methods.find(method);
    if (handler != entry.methods.end()) {
      (*found)->handler = &handler->second.first;
      (*found)->login = handler->second.second;
      if (is_package) (*found)->package = std::move(package);
      return *std::move(found);
    }
    for (const auto& [known, unused] : entry.methods) allowed.push_back(known);
  }
  if (!allowed.empty()) {
    return fail("E405", fmt::format("method not allowed: {}", method), join(allowed, ", "));
  }
  if (malformed) return std::unexpected(*std::move(malformed));
  return fail("E404", "not found");
}

}  // namespace hoist::registry
