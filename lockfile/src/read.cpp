#include "hoist/lockfile/read.hpp"

#include <algorithm>
#include <cmath>

#include "ancient.hpp"
#include "conflict.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/text.hpp"
#include "hoist/lockfile/location.hpp"
#include "hydrate.hpp"

namespace hoist::lockfile {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kMaxLockfileBytes = 256U << 20U;
constexpr int kNewestVersion = 4;

std::unexpected<Error> bad_lockfile(std::string_view what, std::string reason) {
  return fail("ELOCKFILE", fmt::format("{}: {}", what, reason),
              "Restore the lockfile from version control, or remove it and install again.");
}

/// 0 when the document names none.
int version_in(object document) {
  std::int64_t number = 0;
  double fraction = 0;
  std::string_view text;
  const auto value = document["lockfileVersion"];
  if (value.get(number) == simdjson::SUCCESS) return static_cast<int>(std::clamp<std::int64_t>(number, 0, 1000));
  if (value.get(fraction) == simdjson::SUCCESS) return static_cast<int>(std::clamp(std::ceil(fraction), 0.0, 1000.0));
  if (value.get(text) == simdjson::SUCCESS && !text.empty() &&
      text.find_first_not_of("0123456789") == std::string_view::npos)
    return text.size() > 3 ? 1000 : std::stoi(std::string(text));
  return 0;
}

std::string text_member(object document, std::string_view key) {
  std::string_view text;
  return document[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// Members that mean nothing to npm, which it keeps.
Json extra_members(object document) {
  constexpr std::string_view kKnown[] = {"name", "version", "lockfileVersion", "requires", "packages", "dependencies"};
  Json extra;
  for (const auto [key, value] : document)
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown))
      extra[std::string(key)] = to_json(value);
  return extra;
}

Result<void> read_packages(object packages, std::string_view what, Lockfile& lockfile) {
  for (const auto [location, value] : packages) {
    object members;
    if (value.get(members) != simdjson::SUCCESS)
      return bad_lockfile(what, fmt::format("the entry \"{}\" is no object", printable(location)));
    if (auto checked = check_location(location); !checked)
      return fail_from(std::move(checked).error(), fmt::format("reading {}", what));
    lockfile.packages.insert_or_assign(lockfile.packages.end(), std::string(location),
                                       hydrate_package(location, members));
  }
  return {};
}

/// True when `location` is `folder` or lies in it.
bool is_within(std::string_view location, std::string_view folder) noexcept {
  return location.starts_with(folder) && (location.size() == folder.size() || location[folder.size()] == '/');
}

/// A link must have a target entry, and nothing may live below the link itself: writing there would follow it.
Result<std::vector<std::string_view>> check_links(const Lockfile& lockfile, std::string_view what) {
  std::vector<std::string_view> outside_targets;
  for (auto it = lockfile.packages.begin(); it != lockfile.packages.end(); ++it) {
    const auto& [location, entry] = *it;
    if (!entry.link) continue;
    if (auto checked = check_location(entry.resolved); !checked)
      return fail_from(std::move(checked).error(),
                       fmt::format("reading the link \"{}\" of {}", printable(location), what));
    const auto target = lockfile.packages.find(entry.resolved);
    if (target == lockfile.packages.end() && !entry.resolved.empty())
      return fail("EMISSINGTARGET",
                  fmt::format("Missing target in lock file: \"{}\" is referenced by \"{}\" but does not exist.",
                              printable(entry.resolved), printable(location)),
                  "Remove package-lock.json and install again.");
    if (target != lockfile.packages.end() && target->second.link)
      return bad_lockfile(what, fmt::format("the link \"{}\" points at another link", printable(location)));
    // The map is ordered bytewise, so what lies below a location follows it after siblings such as `a-b`.
    const auto below = lockfile.packages.lower_bound(location + '/');
    if (below != lockfile.packages.end() && is_within(below->first, location))
      return bad_lockfile(
          what, fmt::format("\"{}\" lies below the link \"{}\"", printable(below->first), printable(location)));
    if (is_outside_project(entry.resolved)) outside_targets.push_back(entry.resolved);
  }
  return outside_targets;
}

/// What nothing links to is a leftover and goes; if it says where to get its content, it asks to be written there.
Result<void> check_outside(Lockfile& lockfile, const std::vector<std::string_view>& targets, std::string_view what) {
  for (auto it = lockfile.packages.begin(); it != lockfile.packages.end();) {
    const auto& [location, entry] = *it;
    const auto owns = [&](std::string_view target) { return is_within(location, target); };
    if (!is_outside_project(location) || std::any_of(targets.begin(), targets.end(), owns)) {
      ++it;
      continue;
    }
    if (!entry.resolved.empty() || !entry.integrity.empty())
      return bad_lockfile(what, fmt::format("\"{}\" would be written outside the project", printable(location)));
    it = lockfile.packages.erase(it);
  }
  return {};
}

Result<Lockfile> read_document(element root, std::string_view what, const ReadOptions& options) {
  object document;
  Lockfile lockfile;
  lockfile.loaded_from_disk = true;
  if (root.is_null()) return bad_lockfile(what, "it is no JSON object");
  if (root.get(document) != simdjson::SUCCESS) {
    // npm 12 finds nothing in it and goes on: a lock of an old version that lists nothing.
    lockfile.ancient = true;
    return lockfile;
  }
  lockfile.original_version = version_in(document);
  if (lockfile.original_version > kNewestVersion)
    return fail("ELOCKFILEVERSION",
                fmt::format("Unsupported lockfileVersion {} in {}. Versions up to {} are supported.",
                            lockfile.original_version, what, kNewestVersion),
                "A newer client wrote it. Upgrade, or have the lockfile written again.");
  lockfile.lockfile_version = lockfile.original_version > 1 ? lockfile.original_version : 3;
  lockfile.ancient = lockfile.original_version < 2;
  lockfile.name = text_member(document, "name");
  lockfile.version = text_member(document, "version");
  lockfile.extra = extra_members(document);

  object packages;
  const auto found = document["packages"];
  if (found.get(packages) == simdjson::SUCCESS) {
    HOIST_CHECK(read_packages(packages, what, lockfile));
  } else if (found.error() == simdjson::SUCCESS && !found.is_null()) {
    return bad_lockfile(what, "\"packages\" is no object");
  } else if (found.error() != simdjson::SUCCESS) {
    HOIST_CHECK(read_legacy_tree(document, what, options.root, lockfile));
  }
  HOIST_TRY(const std::vector<std::string_view> outside, check_links(lockfile, what));
  HOIST_CHECK(check_outside(lockfile, outside, what));
  return lockfile;
}

/// The slow path: text that simdjson refuses. Either it has conflict markers, or parse_json says where it is wrong, or
/// it holds what only one of the two parsers accepts (a number beyond 64 bits).
Result<Lockfile> read_refused(std::string_view text, std::string_view what, const ReadOptions& options) {
  const bool conflicted = has_conflict_markers(text);
  HOIST_TRY(const Json document, conflicted ? parse_conflicted(text, what) : parse_json(text, what));
  simdjson::dom::parser parser;
  element root;
  const std::string clean = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (const auto error = parser.parse(clean).get(root); error != simdjson::SUCCESS)
    return fail("EJSONPARSE", fmt::format("{} is not valid JSON: {}", what, simdjson::error_message(error)));
  HOIST_TRY(Lockfile lockfile, read_document(root, what, options));
  lockfile.had_conflicts = conflicted;
  return lockfile;
}

}  // namespace

Result<Lockfile> parse_lockfile(std::string_view text, std::string_view what, const ReadOptions& options) {
  std::string_view body = text;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  simdjson::dom::parser parser(kMaxLockfileBytes);
  if (body.empty() || parser.allocate(body.size(), kMaxJsonDepth) != simdjson::SUCCESS)
    return read_refused(text, what, options);
  element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return read_refused(text, what, options);
  return read_document(root, what, options);
}

Result<std::optional<Lockfile>> read_lockfile(const std::filesystem::path& file, const ReadOptions& options) {
  auto text = read_file(file, kMaxLockfileBytes);
  if (!text) {
    if (text.error().code == "ENOENT" || text.error().code == "ENOTDIR") return std::optional<Lockfile>{};
    return std::unexpected(std::move(text).error());
  }
  if (text->empty()) return std::optional<Lockfile>{};  // npm 12: as if there were none
  HOIST_TRY(Lockfile lockfile, parse_lockfile(*text, file.string(), options));
  return std::optional<Lockfile>(std::move(lockfile));
}

}  // namespace hoist::lockfile
